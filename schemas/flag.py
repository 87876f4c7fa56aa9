"""Flags: what is wrong with the paper, each with its proof. A wrong paper is a flag, never an exception."""

from enum import StrEnum

from schemas.field import Probability
from schemas.geometry import Box
from schemas.mark import Masked
from schemas.model import Record


class Severity(StrEnum):
    """What a flag means for the care it stands on."""

    BLOCKING = "blocking"  #: the care is not reimbursed as it stands
    CHECK = "check"  #: a person must look
    INFO = "info"  #: nobody has to act


class Evidence(Record):
    """Paths of the proof's images under the ``--evidence`` folder."""

    crop: str | None = None
    mask: str | None = None


class Flag(Masked):
    """One fault found on a paper or between papers.

    ``field`` names the entry with its row (``acts.0.fee``, ``lines.3.insured_nir``); on a prescription's page, the
    prescription's own name (``date``, ``text``). ``kind`` is the kind of an erasure or of an order fault.
    """

    code: str
    severity: Severity
    #: French, without any identity in it
    message: str
    invoice: int | None = None
    line: int | None = None
    page: int | None = None
    field: str | None = None
    box: Box | None = None
    kind: str | None = None
    score: Probability | None = None
    evidence: Evidence | None = None
