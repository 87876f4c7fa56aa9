"""Pages counted from 0 within their lot: every place a reading mentions moves with them."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from extractors.reading import PageReading
from schemas.model import Record

T = TypeVar("T")


def from_zero(readings: Sequence[PageReading]) -> tuple[PageReading, ...]:
    """Return the readings with their pages counted 0, 1, 2... in the given order."""
    place = {reading.page.index: index for index, reading in enumerate(readings)}
    if all(old == new for old, new in place.items()):
        return tuple(readings)
    return tuple(_moved(r, place) for r in readings)


def _moved(value: T, place: Mapping[int, int]) -> T:
    """Return *value* with every page number in it replaced, however deep it stands."""
    if isinstance(value, Record):
        changed = {name: _entry(name, getattr(value, name), place) for name in type(value).model_fields}
        return value.model_copy(update=changed)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _moved(getattr(value, f.name), place) for f in fields(value)})
    return value


def _entry(name: str, value: Any, place: Mapping[int, int]) -> Any:
    if name in {"page", "index"} and isinstance(value, int):
        return place[value]
    if name == "pages" and isinstance(value, tuple):
        return tuple(place[page] for page in value)
    if type(value) is tuple:  # a Box is a tuple of its own, and holds no page
        return tuple(_moved(item, place) for item in value)
    return _moved(value, place)
