"""What things are: the contract as frozen pydantic models. No I/O, no clock, no numpy."""
