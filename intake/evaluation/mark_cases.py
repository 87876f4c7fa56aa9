"""Single cases about marks: each erasure, form, signature and tick of a lot, as it is and as it was told.

A *doubt* is what the program does not say but leaves to a person: a mark without a flag, an entry nobody is sure of.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from intake.evaluation.lots import TrueLot
from intake.evaluation.scores import paired, value_of
from intake.lot import Thresholds
from schemas.field import EMPTY_IS_LIKELIER
from schemas.geometry import Box
from schemas.invoice import PAYING_OR_IDENTIFYING, TICKS

Object = dict[str, Any]

#: Overlap (intersection over union) at which a box says where the mark is (issue 4).
PLACED: Final = 0.3
#: A find of another name stands for an erasure it overlaps by this much: a neighbour's box does not.
_SAME_PLACE: Final = 0.1
#: Below it no entry is ever accepted, so that a person looks.
_SURE: Final = Thresholds().evidence
_COUNTED: Final = frozenset(PAYING_OR_IDENTIFYING)
SIGNERS: Final = (
    ("provider", "invoices", "provider_signature"),
    ("patient", "invoices", "patient_signature"),
    ("prescriber", "prescriptions", "prescriber_signature"),
)


@dataclass(frozen=True, slots=True)
class Erased:
    """A true erasure, a find, or both where they are the same."""

    lot: str
    page: int
    #: ``form`` a paying or identifying entry, ``tick`` a check box, ``other`` the rest of a form, ``prescription``
    paper: str
    #: ``gray``, ``colour``, ``bilevel``; ``?`` where the truth does not say
    mode: str
    field: str | None
    #: true kind, None where nothing was erased; told kind, None where nothing was flagged
    kind: str | None
    told: str | None
    #: nothing was flagged, but a doubtful mark stands there
    doubted: bool = False
    #: overlap of the true and the told box, None where one is unknown
    overlap: float | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """A form without any erasure."""

    lot: str
    page: int
    writing: str
    mode: str
    accused: bool
    doubted: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """A signature's place or a check box."""

    lot: str
    page: int
    #: the signer, or the box
    name: str
    mode: str
    #: what stands there: ``signed``, ``missing``, ``unable``; ``ticked``, ``empty``, ``cancelled``
    state: str
    #: something that resembles a mark and is none was drawn there on purpose
    look_alike: bool
    right: bool
    #: not told wrong, but left to a person
    doubted: bool


class MarkedLot:
    """What is true and what was told about the marks of one lot."""

    def __init__(self, lot: TrueLot) -> None:
        self.name, self.truth, self.read = lot.name, lot.truth, lot.read
        self._pages: dict[int, Object] = {page["index"]: page for page in self.truth["pages"]}
        self._look_alikes = {(one["page"], one["field"]) for one in self.truth.get("look_alikes") or ()}
        self._pairs = {f: paired(self.truth[f], self.read[f]) for f in ("invoices", "prescriptions")}
        flags = [f for f in self.truth["flags"] if f["code"] == "erasure"]
        self._true = self._by_page(flags)
        self._told = self._by_page([f for f in self.read["flags"] if f["code"] == "erasure"])
        marks = [m for d in (*self.read["invoices"], *self.read["prescriptions"]) for m in d.get("marks") or ()]
        self._doubts = self._by_page([m for m in marks if m["score"] < EMPTY_IS_LIKELIER])

    @staticmethod
    def _by_page(marks: list[Object]) -> dict[int, list[Object]]:
        pages: dict[int, list[Object]] = {}
        for mark in marks:
            pages.setdefault(-1 if mark.get("page") is None else mark["page"], []).append(mark)
        return pages

    def _mode(self, page: int) -> str:
        return str(self._pages.get(page, {}).get("scan") or "?")

    def _paper(self, page: int, field: str | None) -> str:
        if self._pages.get(page, {}).get("kind") == "prescription":
            return "prescription"
        if field in TICKS:
            return "tick"
        return "form" if field is not None and (field in _COUNTED or field.startswith("acts.")) else "other"

    def erasures(self) -> Iterator[Erased]:
        """Yield every true erasure with what was told of it, then every find nothing was erased at."""
        for page in sorted(self._true.keys() | self._told.keys()):
            told = list(self._told.get(page, ()))
            true = self._true.get(page, [])
            for mark in true:
                found = _nearest(mark, told)
                if found is not None:
                    told.remove(found)
                yield Erased(
                    lot=self.name,
                    page=page,
                    paper=self._paper(page, mark.get("field")),
                    mode=self._mode(page),
                    field=mark.get("field"),
                    kind=mark.get("kind") or "?",
                    told=None if found is None else found.get("kind") or "?",
                    doubted=found is None and _nearest(mark, self._doubts.get(page, [])) is not None,
                    overlap=None if found is None else _overlap(mark, found),
                )
            for find in told:
                if not any(_is_same(mark, find) for mark in true):  # one mark told twice is one accusation
                    field, kind = find.get("field"), find.get("kind") or "?"
                    yield Erased(self.name, page, self._paper(page, field), self._mode(page), field, None, kind)

    def clean_forms(self) -> Iterator[Form]:
        """Yield every form without an erasure."""
        for invoice in self.truth["invoices"]:
            pages = [p for p in invoice["pages"] if self._pages[p]["kind"] == "feuille_de_soins"]
            if not pages or any(self._true.get(p) for p in pages):
                continue
            writing = str(invoice.get("writing") or self._pages[pages[0]].get("writing") or "?")
            told = [f for p in pages for f in self._told.get(p, ())]
            doubts = [m for p in pages for m in self._doubts.get(p, ()) if self._paper(p, m.get("field")) != "other"]
            yield Form(self.name, pages[0], writing, self._mode(pages[0]), bool(told), not told and bool(doubts))

    def signatures(self) -> Iterator[Judged]:
        """Yield every place for a signature."""
        for signer, family, field in SIGNERS:
            for index, document in enumerate(self.truth[family]):
                page = document["pages"][-1 if family == "invoices" else 0]
                if document.get(field) is None or document.get("form") == "facture":
                    continue
                unable = field == "patient_signature" and bool(document.get("unable_to_sign"))
                state = "signed" if document[field] else "unable" if unable else "missing"
                told = self._tells_missing(f"missing_{field}", family, index)
                yield Judged(
                    lot=self.name,
                    page=page,
                    name=signer,
                    mode=self._mode(page),
                    state=state,
                    look_alike=any((p, field) in self._look_alikes for p in document["pages"]),
                    right=told == (state == "missing"),
                    doubted=not told and self._is_doubt(family, index, field, wanted=state == "signed"),
                )

    def _tells_missing(self, code: str, family: str, index: int) -> bool:
        pages, found = self.truth[family][index]["pages"], self._pairs[family].get(index)
        return any(
            flag["code"] == code
            and (
                flag["page"] in pages
                if flag.get("page") is not None
                else family == "invoices" and flag.get("invoice") == found
            )
            for flag in self.read["flags"]
        )

    def ticks(self) -> Iterator[Judged]:
        """Yield every check box."""
        for index, invoice in enumerate(self.truth["invoices"]):
            if invoice.get("form") == "facture":
                continue
            cancelled = {mark.get("field") for p in invoice["pages"] for mark in self._true.get(p, ())}
            page = invoice["pages"][0]
            for field in TICKS:
                if invoice.get(field) is None:
                    continue
                right = value_of(self._entry("invoices", index, field)) == invoice[field]
                yield Judged(
                    lot=self.name,
                    page=page,
                    name=field,
                    mode=self._mode(page),
                    state="cancelled" if field in cancelled else "ticked" if invoice[field] else "empty",
                    look_alike=any((p, field) in self._look_alikes for p in invoice["pages"]),
                    right=right,
                    doubted=self._is_doubt("invoices", index, field, wanted=invoice[field]),
                )

    def _entry(self, family: str, index: int, field: str) -> Object:
        """Return an entry as read; an empty one where its document was not found."""
        found = self._pairs[family].get(index)
        return {} if found is None else self.read[family][found].get(field) or {}

    def _is_doubt(self, family: str, index: int, field: str, *, wanted: bool) -> bool:
        """Whether an entry is left to a person: not surely what it is, and not surely the contrary either."""
        entry = self._entry(family, index, field)
        sure = entry.get("confidence", 0.0) >= _SURE
        return entry.get("value") is None or not sure or (wanted and entry["value"] is False)


def _overlap(one: Object, other: Object) -> float | None:
    return Box(*one["box"]).overlap(Box(*other["box"])) if one.get("box") and other.get("box") else None


def _is_same(mark: Object, find: Object) -> bool:
    """Whether *find* is about *mark*: the same entry, or the same place; of a text, the same place."""
    overlap = _overlap(mark, find)
    if overlap is None or mark.get("field") != "text":
        named = mark.get("field") is not None and mark.get("field") == find.get("field")
        return named or (overlap or 0.0) > _SAME_PLACE
    return overlap > 0.0


def _nearest(mark: Object, finds: list[Object]) -> Object | None:
    same = [find for find in finds if _is_same(mark, find)]
    return max(same, key=lambda find: _overlap(mark, find) or 0.0, default=None)
