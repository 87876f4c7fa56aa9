"""Which engines a worker loads: apart from the engines, so that who only passes them on need not load them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Which engines a worker loads."""

    #: the reader of printed text: ``inprocess`` is fast, ``portable`` needs only the tesseract command; None: the best
    text_reader: Literal["inprocess", "portable"] | None = None
    #: folders of form templates beside the built-in ones
    templates: tuple[Path, ...] = ()
