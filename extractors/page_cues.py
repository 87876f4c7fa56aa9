"""The phrases that tell kinds of pages apart, loaded from ``page_cues.toml``, where they are explained."""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from schemas.page import PageKind


class Place(StrEnum):
    """Where a phrase must stand to count in full."""

    TITLE = "title"  #: alone on its line, high on the page
    HEAD = "head"  #: anywhere in a line of the upper half
    PAGE = "page"  #: anywhere


@dataclass(frozen=True, slots=True)
class Cue:
    """A phrase in plain form, what it is worth in log-odds, and where."""

    phrase: str
    weight: float
    place: Place
    #: the phrase without spaces, which engines add and lose
    compact: str


@dataclass(frozen=True, slots=True)
class PageCues:
    """All that is known of the kinds of pages."""

    cues: dict[PageKind, tuple[Cue, ...]]
    #: printed references of forms, digits only
    references: dict[str, PageKind]
    reference_weight: float


@cache
def load_page_cues() -> PageCues:
    """Return the cues that came with the program."""
    tables: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    references = tables.pop("references")
    weight = float(references.pop("weight"))
    cues = {
        PageKind(kind): tuple(
            Cue(phrase, float(group["weight"]), place, phrase.replace(" ", ""))
            for place in Place
            for group in groups.get(place.value, ())
            for phrase in group["phrases"]
        )
        for kind, groups in tables.items()
    }
    return PageCues(
        cues, {number: PageKind(kind) for kind, numbers in references.items() for number in numbers}, weight
    )
