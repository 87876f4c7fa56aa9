"""Marks measured apart: erasures, forms wrongly accused, missing signatures, ticks; n with each.

Kinds, papers and scans stand apart: fluid cannot be seen on a bilevel scan of white paper, and money hangs on the
entries of forms.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, TypeVar

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table as Shown

from intake.evaluation.lots import TrueLot
from intake.evaluation.mark_cases import PLACED, Erased, Form, Judged, MarkedLot
from schemas.mark import MarkKind

#: What stands for all scans, signers or states together.
ALL: Final = "all"
#: Each row of scans: its name, and the modes it holds.
_SCANS: Final = (
    ("grey", frozenset({"gray"})),
    ("colour", frozenset({"colour"})),
    ("grey or colour", frozenset({"gray", "colour"})),
    ("bilevel", frozenset({"bilevel"})),
    ("?", frozenset({"?", "vector"})),
)
#: Each row of kinds: its name, and what it holds. Pen on paper is what a bilevel scan can show at all.
_KINDS: Final = (
    *((kind.value, frozenset({kind.value})) for kind in MarkKind),
    ("?", frozenset({"?"})),
    ("pen only", frozenset({MarkKind.STRIKE.value, MarkKind.OVERWRITE.value})),
    (ALL, frozenset({*(kind.value for kind in MarkKind), "?"})),
)
_PAPERS: Final = ("form", "tick", "prescription", "other")
Case = TypeVar("Case", Erased, Form, Judged)
Figure: TypeAlias = tuple[int, int] | int
Row: TypeAlias = tuple[tuple[str, ...], tuple[Figure, ...]]


@dataclass(frozen=True, slots=True)
class Table:
    """One table: what a row is about, and its figures."""

    title: str
    #: names of the columns that say what a row is about, and of its figures
    about: tuple[str, ...]
    figures: tuple[str, ...]
    #: a figure is a count, or a share as (how many, of how many)
    rows: tuple[Row, ...]

    def as_object(self) -> list[dict[str, Any]]:
        """Return the rows for JSON, n with each share."""
        return [
            dict(zip(self.about, about, strict=True))
            | {
                name: {"right": value[0], "n": value[1]} if isinstance(value, tuple) else value
                for name, value in zip(self.figures, figures, strict=True)
            }
            for about, figures in self.rows
        ]

    def lines(self) -> Iterator[tuple[str, ...]]:
        """Yield the rows as a person reads them."""
        for about, figures in self.rows:
            yield (*about, *(_share(*v) if isinstance(v, tuple) else str(v) for v in figures))


@dataclass(frozen=True, slots=True)
class MarkFigures:
    """All that ``liasse evaluate`` says about marks."""

    erasures: tuple[Erased, ...]
    forms: tuple[Form, ...]
    signatures: tuple[Judged, ...]
    ticks: tuple[Judged, ...]

    @property
    def tables(self) -> tuple[Table, ...]:
        """The four tables."""
        return (
            _erasures(self.erasures),
            _forms(self.forms),
            _signatures(self.signatures),
            _ticks(self.ticks),
        )

    def as_object(self) -> dict[str, Any]:
        """Return the figures for JSON, and every error with its place."""
        names = ("erasures", "clean_forms", "signatures", "ticks")
        return {
            "marks": {name: table.as_object() for name, table in zip(names, self.tables, strict=True)},
            "mark_errors": list(self._errors()),
        }

    def _errors(self) -> Iterator[dict[str, Any]]:
        for e in self.erasures:
            if e.kind is None or e.told is None:
                what = "erasure invented" if e.kind is None else "erasure missed"
                yield {"what": what, "lot": e.lot, "page": e.page, "field": e.field, "kind": e.kind or e.told}
            elif e.overlap is not None and e.overlap <= PLACED:
                yield {"what": "erasure misplaced", "lot": e.lot, "page": e.page, "field": e.field, "kind": e.kind}
        for one in (*self.signatures, *self.ticks):
            if not one.right:
                what = f"{one.state} told otherwise" + (", as a doubt" if one.doubted else "")
                yield {"what": what, "lot": one.lot, "page": one.page, "field": one.name, "look_alike": one.look_alike}

    def print(self, console: Console) -> None:
        """Print the tables."""
        for table in self.tables:
            shown = Shown(*table.about, *table.figures, title=table.title, box=SIMPLE)
            for line in table.lines():
                shown.add_row(*line)
            if table.rows:
                console.print(shown)


def marks_of(lots: Iterable[TrueLot]) -> MarkFigures:
    """Return what some lots say about marks."""
    marked = [MarkedLot(lot) for lot in lots]
    return MarkFigures(
        tuple(case for lot in marked for case in lot.erasures()),
        tuple(case for lot in marked for case in lot.clean_forms()),
        tuple(case for lot in marked for case in lot.signatures()),
        tuple(case for lot in marked for case in lot.ticks()),
    )


def _erasures(cases: Sequence[Erased]) -> Table:
    rows: list[Row] = []
    for paper in _PAPERS:
        for scan, there in _by_scan([c for c in cases if c.paper == paper]):
            for kind, kinds in _KINDS:
                row = _erasures_of(there, kinds)
                if row is not None and scan != ALL and (kind != "pen only" or scan == "bilevel"):
                    rows.append(((paper, scan, kind), row))
    figures = ("recall", "missed, doubted", "precision", f"IoU > {PLACED}", "kind right")
    return Table("erasures", ("on", "scan", "kind"), figures, tuple(rows))


def _erasures_of(cases: Sequence[Erased], kinds: frozenset[str]) -> tuple[Figure, ...] | None:
    """Return one row: recall over true kinds, precision over told ones."""
    true, told = [c for c in cases if c.kind in kinds], [c for c in cases if c.told in kinds]
    found = [c for c in true if c.told is not None]
    overlaps = [c.overlap for c in found if c.overlap is not None]
    if not true and not told:
        return None
    return (
        (len(found), len(true)),
        sum(c.doubted for c in true),
        (sum(c.kind is not None for c in told), len(told)),
        (sum(overlap > PLACED for overlap in overlaps), len(overlaps)),
        (sum(c.told == c.kind for c in found), len(found)),
    )


def _forms(cases: Sequence[Form]) -> Table:
    rows: list[Row] = []
    for writing in ("hand", "typed", "?"):
        for scan, there in _by_scan([c for c in cases if c.writing == writing]):
            figures = (sum(c.accused for c in there), len(there)), sum(c.doubted for c in there)
            rows.append(((writing, scan), figures))
    return Table("forms without an erasure", ("written by", "scan"), ("accused", "doubted"), tuple(rows))


def _signatures(cases: Sequence[Judged]) -> Table:
    rows: list[Row] = []
    for signer in ("provider", "patient", "prescriber", ALL):
        own = [c for c in cases if signer in {c.name, ALL}]
        for places, chosen in _by_places(own):
            for scan, there in _by_scan(chosen):
                missing, signed, unable = (
                    [c for c in there if c.state == state] for state in ("missing", "signed", "unable")
                )
                row: tuple[Figure, ...] = (
                    (sum(c.right for c in missing), len(missing)),
                    sum(not c.right and c.doubted for c in missing),
                    (sum(not c.right for c in signed), len(signed)),
                    sum(c.right and c.doubted for c in signed),
                    (sum(not c.right for c in unable), len(unable)),
                )
                rows.append(((signer, scan, places), row))
    figures = ("missing: recall", "missed, doubted", "signed: accused", "signed: doubted", "unable: accused")
    return Table("signatures", ("signer", "scan", "places"), figures, tuple(rows))


def _ticks(cases: Sequence[Judged]) -> Table:
    rows: list[Row] = []
    for state in ("ticked", "empty", "cancelled", ALL):
        for places, chosen in _by_places([c for c in cases if state in {c.state, ALL}]):
            for scan, there in _by_scan(chosen):
                figures: tuple[Figure, ...] = (
                    (sum(c.right for c in there), len(there)),
                    sum(not c.right and not c.doubted for c in there),
                    sum(c.doubted for c in there),
                )
                rows.append(((state, scan, places), figures))
    return Table("ticks", ("box", "scan", "places"), ("right", "surely wrong", "doubted"), tuple(rows))


def _by_places(cases: Sequence[Judged]) -> tuple[tuple[str, list[Judged]], ...]:
    return (ALL, list(cases)), ("look-alike", [c for c in cases if c.look_alike])


def _by_scan(cases: Sequence[Case]) -> Iterator[tuple[str, list[Case]]]:
    """Yield the cases of each kind of scan, and all of them where there are several kinds."""
    held = {c.mode for c in cases}
    for scan, modes in _SCANS:
        if held & modes and (len(modes) == 1 or scan == "?" or held >= modes):
            yield scan, [c for c in cases if c.mode in modes]
    if len(held) > 1:
        yield ALL, list(cases)


def _share(good: int, n: int) -> str:
    return f"{100 * good / n:.1f} % of {n}" if n else "-"
