"""Lots with a known truth: read now, or taken from results stored earlier."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from schemas.batch import Batch
from schemas.errors import UsageError

Object = dict[str, Any]


@dataclass(frozen=True)
class TrueLot:
    """A read lot with its truth; both are contract objects, the truth with bare values instead of fields."""

    name: str
    truth: Object
    read: Object

    @cached_property
    def batch(self) -> Batch:
        """The lot as read.

        Raises:
            UsageError: the result is no contract object.
        """
        try:
            return Batch.model_validate(self.read)
        except ValidationError:  # its text would quote the lot
            raise UsageError(f"{self.name}.json is no result of liasse read") from None


@dataclass(frozen=True, slots=True)
class Stack:
    """What lies under one truth: usually one lot, several where a stack was read at once."""

    lots: tuple[TrueLot, ...]
    #: lots the truth holds, and lots that were read
    true_count: int
    read_count: int


def stacks_in(
    folder: Path, *, results: Path | None, read: Callable[[Path], list[Object]], keep: Path | None = None
) -> Iterator[Stack]:
    """Yield every stack with a truth under *folder*.

    Args:
        folder: holds ``LOT/in`` (the scans) and ``LOT/truth.json`` per lot.
        results: a folder of ``LOT.json`` read earlier, or None to read the lots now with *read*.
        read: reads one ``LOT/in`` folder into contract objects, one a lot found in the stack.
        keep: where to write what was read, as ``LOT.json``.

    Raises:
        UsageError: no lot with a truth lies under *folder*, or a result is missing.
    """
    paths = sorted(folder.glob("*/truth.json"))
    if not paths:
        raise UsageError(f"no lot with a truth.json under {folder.name}")
    for path in paths:
        name = path.parent.name
        truths = objects_in(path)
        reads = read(path.parent / "in") if results is None else _stored(results, name)
        if keep is not None:
            (keep / f"{name}.json").write_text(
                json.dumps(reads[0] if len(reads) == 1 else reads, ensure_ascii=False), encoding="utf-8"
            )
        lots = tuple(
            TrueLot(name if len(truths) == 1 else f"{name}#{k}", truth, found)
            for k, (truth, found) in enumerate(zip(truths, reads, strict=False))
        )
        yield Stack(lots, len(truths), len(reads))


def objects_in(path: Path) -> list[Object]:
    """Return the lots of a file that holds one contract object or a list of them.

    Raises:
        UsageError: the file is no JSON.
    """
    try:
        document = json.loads(path.read_text("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise UsageError(f"{path.name} of {path.parent.name} is no JSON") from None
    return list(document) if isinstance(document, list) else [document]


def _stored(results: Path, name: str) -> list[Object]:
    path = results / f"{name}.json"
    if not path.exists():
        raise UsageError(f"no result {path.name} for the lot {name}")
    return objects_in(path)
