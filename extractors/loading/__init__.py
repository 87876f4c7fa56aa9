"""Opening files nobody vouches for: decoders run in a child process with limits; ``extractors.load`` is the door."""
