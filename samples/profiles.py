"""Profiles: what kinds of lots to draw, and how often. Their shares are documented in samples/README.md."""

from dataclasses import dataclass, field, replace
from typing import Final

MIX: Final = "mix"


@dataclass(frozen=True)
class Profile:
    """The odds one lot is drawn with."""

    #: odds of a handwritten form; of a typed form with some entries by hand
    hand_share: float = 0.4
    mixed_share: float = 0.3
    #: odds of each flow; None is a lot whose lines carry their own flow
    flows: dict[str, float] = field(
        default_factory=lambda: {"papier": 0.55, "degrade": 0.25, "securise": 0.1, "mixte": 0.1}
    )
    #: odds of grey, colour, bilevel
    modes: tuple[float, float, float] = (0.5, 0.25, 0.25)
    dpis: dict[int, float] = field(
        default_factory=lambda: {150: 0.04, 200: 0.46, 240: 0.05, 300: 0.4, 400: 0.04, 600: 0.01}
    )
    #: how worn the scanner is, 0 to 1: drawn up to this
    rough: float = 0.5
    phone: float = 0.03
    #: average number of faults in a lot that has any; odds that it has none
    faults: float = 2.5
    faultless: float = 0.3
    #: odds of a blemish on a page
    blemish: float = 0.25
    #: average number of pages that belong to no claim
    strangers: float = 0.8
    other_print: float = 0.0
    #: odds that an invoice comes as a software invoice
    factures: float = 0.0
    #: odds of a bordereau that never was paper
    born_digital: float = 0.15
    #: only these faults, or all
    only: tuple[str, ...] = ()
    #: share of the invoices that are foreign or truly differ from their line (``samples.faults_planted``)
    planted: float = 0.0
    plain_files: bool = False
    #: odds that a form has one erased entry, and an ordonnance one (``samples.faults_marks``)
    erased: float = 0.0
    #: odds that a signature's place is empty, for each of the three
    unsigned: float = 0.0
    #: odds that a form has a tick taken back
    cancelled: float = 0.0
    #: share of entries, boxes and signatures that bear what resembles a mark and is none
    look_alikes: float = 0.0
    #: bordereau and forms only
    bare: bool = False


_QUIET: Final = Profile(
    faultless=1.0,
    strangers=0.0,
    blemish=0.1,
    rough=0.2,
    phone=0.0,
    flows={"papier": 1.0},
    modes=(0.8, 0.2, 0.0),
    dpis={200: 0.5, 300: 0.5},
)
#: Its lots count what a match must survive.
PLANTED: Final = "planted"
#: Its lots count marks: one erased entry on a form in five, and a look-alike in a third of all places.
MARKS: Final = "marks"
#: Its lots count false alarms: forms by hand without any mark, look-alikes in a third of all places.
MARKS_CLEAN: Final = "marks_clean"
#: Drawn only where named: no everyday lot looks like them.
NAMED_ONLY: Final = frozenset({PLANTED, MARKS, MARKS_CLEAN})
_MARKS: Final = Profile(
    hand_share=0.55,
    mixed_share=0.2,
    flows={"papier": 1.0},
    modes=(1 / 3, 1 / 3, 1 / 3),
    phone=0.0,
    faultless=1.0,
    strangers=0.0,
    look_alikes=0.33,
)
PROFILES: Final[dict[str, Profile]] = {
    MIX: Profile(factures=0.02),
    "clean_typed": replace(_QUIET, hand_share=0.0, mixed_share=0.0),
    "clean_hand": replace(_QUIET, hand_share=1.0),
    "mixed": replace(_QUIET, hand_share=0.3, mixed_share=0.8),
    "clean_mix": replace(Profile(), faultless=1.0),
    "degraded_scan": replace(Profile(), rough=1.0, blemish=0.7, faultless=1.0, phone=0.15),
    "bilevel": replace(Profile(), modes=(0.0, 0.0, 1.0), dpis={200: 0.7, 300: 0.3}, phone=0.0),
    "faulty": replace(Profile(), faultless=0.0, faults=5.0),
    "secure": replace(Profile(), flows={"securise": 1.0}, faultless=0.5),
    "degrade": replace(Profile(), flows={"degrade": 1.0}, faultless=0.5),
    "other_print": replace(_QUIET, other_print=1.0, hand_share=0.0, mixed_share=0.0),
    PLANTED: replace(
        Profile(),
        planted=0.6,
        faultless=1.0,
        strangers=0.0,
        rough=0.3,
        phone=0.0,
        hand_share=0.5,
        flows={"papier": 1.0},
    ),
    "pieces": replace(Profile(), strangers=8.0, faultless=1.0, factures=0.3),
    MARKS: replace(_MARKS, erased=0.2, unsigned=0.12, cancelled=0.08),
    MARKS_CLEAN: replace(_MARKS, hand_share=1.0, born_digital=1.0, bare=True),
}
