"""The base of every record: frozen, closed, so that a typo is an error and nothing changes behind a reader's back."""

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """An immutable record of the contract; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
