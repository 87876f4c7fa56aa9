"""A software invoice (facture): the entries of a feuille de soins, each beside its printed label.

There is no form: a label is known by its words, its value is what stands to its right, up to the next label, else
under it. An entry without a label is not on the paper; one whose value cannot be read is None, never a guess.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from extractors.bordereaux.header import Phrase, phrase_of
from extractors.bordereaux.tokens import Kind, Row, rows_of
from extractors.bordereaux.values import as_digits, find_bare_amount, find_date, find_nir, written_date, written_name
from extractors.facture_acts import find_acts, parse_cell
from extractors.scan import Word
from extractors.sheet import View
from schemas.field import Field
from schemas.geometry import Box
from schemas.identifiers.finess import is_finess
from schemas.identifiers.nir import is_nir
from schemas.identifiers.rpps import is_rpps
from schemas.invoice import ACT_CELLS, TICKS, Act, Invoice

Text = Field[str]

FORM: Final = "facture"
#: First confidences, to be calibrated: a key holds; read; a key fails; ink unread; nothing there.
_KEYED: Final = 0.995
_READ: Final = 0.93
_WRONG_KEY: Final = 0.4
_UNSEEN: Final = 0.1
_EMPTY: Final = 0.95
#: A value ends where the gap is wider than this many characters.
_GAP: Final = 4.0


def _date(text: str) -> str | None:
    digits = find_date(text)
    return written_date(digits, latest=None) if digits else None


def _digits(*lengths: int) -> Callable[[str], str | None]:
    def parse(text: str) -> str | None:
        digits = as_digits(text)
        return digits if digits and (not lengths or len(digits) in lengths) else None

    return parse


_NUMBER: Final = r"(?:numero|no|n|num)"
#: Labels in plain form, the longer before the shorter they contain, with what their value is.
_LABELS: Final[tuple[tuple[str, str, Callable[[str], str | None]], ...]] = (
    ("prescription_date", r"date (?:de )?(?:la )?prescription|prescrite? le|(?:prescription|ordonnance) du", _date),
    ("prior_agreement_date", r"date (?:de l |d )?(?:accord|entente) prealable", _date),
    ("patient_birth_date", r"date de naissance|date naiss\w*|nee? le|ne e le|naissance|ddn", _date),
    ("invoice_number", rf"(?:{_NUMBER}|ref\w*) (?:de )?(?:la )?facture|facture {_NUMBER}", _digits()),
    (
        "nir",
        rf"{_NUMBER} (?:d )?immatriculation|{_NUMBER} (?:de )?(?:ss|secu\w*)(?: sociale)?|nir|immatriculation",
        find_nir,
    ),
    ("rpps", rf"(?:{_NUMBER} )?rpps", _digits(11)),
    (
        "organisme_code",
        rf"(?:(?:code|{_NUMBER}) )?(?:d |de l )?(?:organisme|caisse)(?: de rattachement)?",
        _digits(9, 5),
    ),
    (
        "provider_number",
        rf"{_NUMBER} (?:d )?(?:identification|identifiant|am|finess|adeli|facturation)|finess|adeli|identifiant",
        _digits(9),
    ),
    ("prescriber_name", r"(?:medecin )?prescripteur|prescrit par|medecin traitant", written_name),
    ("insured_name", r"nom (?:et prenom )?(?:de l |du )?assure e?|assure e?(?: social e?)?", written_name),
    (
        "patient_name",
        r"nom (?:et prenom )?du (?:patient|malade|beneficiaire)|patiente?|beneficiaire|malade",
        written_name,
    ),
    (
        "other",
        r"auxiliaire medical|infirmi\w+|praticien|professionnel(?: de sante)?|adresse|telephone|tel|siret",
        written_name,
    ),
    (
        "total_amount",
        r"montant total|total(?: general| ttc| facture| honoraires| a payer)?|net a payer",
        find_bare_amount,
    ),
    (
        "form_date",
        r"date (?:de )?(?:la )?facture|date d (?:emission|edition)|emise? le|fait le|date|le",
        _date,
    ),
)
_ANY: Final = re.compile(r"\b(?:" + "|".join(f"(?P<{name}>{words})" for name, words, _ in _LABELS) + r")\b")
_PARSERS: Final = {name: parse for name, _, parse in _LABELS}
_KEYS: Final[dict[str, Callable[[str], bool]]] = {"nir": is_nir, "rpps": is_rpps, "provider_number": is_finess}
#: Entries every invoice must have: without a label they are unread, not empty.
_REQUIRED: Final = frozenset(
    [
        "patient_name", "patient_birth_date", "provider_number", "prescriber_name", "prescription_date",
        "invoice_number", "total_amount",
    ]
)  # fmt: skip
_OPTIONAL: Final = (
    "form_date", "insured_name", "insured_nir", "patient_nir", "organisme_code", "insured_address", "provider_stamp",
    "provider_rpps", "substitute_name", "substitute_rpps", "prescriber_rpps", "prescriber_number",
    "prior_agreement_date", "maternity_date", "work_accident_number", "third_party_date",
)  # fmt: skip


@dataclass(frozen=True)
class _Entry:
    """A label's value: the words after it; ``near`` is the label before it on its row or the row above."""

    name: str
    words: tuple[Word, ...]
    after_prescriber: bool


def read_facture(words: Iterable[Word], view: View | None, page_index: int) -> Invoice:
    """Return what a software invoice says; signatures and boxes it has none of stay undecided.

    Args:
        words: the page's words, boxes in fractions of *view*; those of a born-digital page in the sheet's frame.
        view: the level view the words were read on; None for a born-digital page.
        page_index: index of the page in the lot.
    """
    held = list(words)
    maker = _Maker(None if all(word.confidence >= 1.0 for word in held) else view, page_index)
    rows = rows_of(held)
    table = find_acts(rows)
    phrases = [phrase_of(row) for place, row in enumerate(rows) if place not in table.rows]
    found: dict[str, Text] = {}
    for entry in _entries(phrases):
        name = entry.name
        if name == "rpps":
            name = "prescriber_rpps" if entry.after_prescriber else "provider_rpps"
        if name != "other" and (name not in found or found[name].value is None):
            found[name] = maker.text(entry.words, _PARSERS[entry.name], _KEYS.get(entry.name))
    if "total_amount" in found:
        found["total_amount"] = _total(phrases, maker) or found["total_amount"]
    nir = found.pop("nir", None)
    if nir is not None:
        found["insured_nir" if found.get("insured_name", Text()).value else "patient_nir"] = nir
    for name in (*_REQUIRED, *_OPTIONAL):
        found.setdefault(name, Text(confidence=_UNSEEN if name in _REQUIRED else _EMPTY, page=page_index))
    acts = tuple(
        Act(**{name: maker.text(cells.get(name, ()), _cell_parser(name)) for name in ACT_CELLS}) for cells in table.acts
    )
    ticks = {name: Field[bool](confidence=_EMPTY, page=page_index) for name in TICKS}
    return Invoice.model_validate({"pages": (page_index,), "form": FORM, "acts": acts, **found, **ticks})


def _cell_parser(name: str) -> Callable[[str], str | None]:
    return lambda text: parse_cell(name, text)


def _entries(phrases: Sequence[Phrase]) -> Iterable[_Entry]:
    """Yield each label's value, top to bottom."""
    in_prescriber = False
    for place, phrase in enumerate(phrases):
        labels = list(_ANY.finditer(phrase.text))
        for number, label in enumerate(labels):
            name = str(label.lastgroup)
            start = phrase.owners[label.end() - 1] + 1
            end = phrase.owners[labels[number + 1].start()] if number + 1 < len(labels) else len(phrase.row.words)
            words = _run(phrase.row.words[start:end], phrase.row.character)
            if not words:
                words = _under(phrases[place + 1 : place + 2], phrase.row.words[phrase.owners[label.start()]])
            if name in {"prescriber_name", "other", "patient_name", "invoice_number", "provider_number"}:
                in_prescriber = name == "prescriber_name"
            yield _Entry(name, words, in_prescriber)


def _run(words: Sequence[Word], character: float) -> tuple[Word, ...]:
    """Return the words up to a wide gap."""
    kept: list[Word] = []
    for word in words:
        if kept and word.box.x - (kept[-1].box.x + kept[-1].box.w) > _GAP * character:
            break
        kept.append(word)
    return tuple(kept)


def _under(following: Sequence[Phrase], label: Word) -> tuple[Word, ...]:
    for phrase in following:
        if not _ANY.search(phrase.text):
            return _run([w for w in phrase.row.words if w.box.x + w.box.w > label.box.x], phrase.row.character)
    return ()


def _total(phrases: Sequence[Phrase], maker: "_Maker") -> Text | None:
    """Return the last amount of the last row labelled as a total."""
    rows: list[Row] = [p.row for p in phrases if (m := _ANY.search(p.text)) and m.lastgroup == "total_amount"]
    amounts = [token for row in rows for token in row.tokens if token.kind is Kind.AMOUNT]
    return maker.text(amounts[-1].words, find_bare_amount) if amounts else None


class _Maker:
    """Makes the fields of one page."""

    def __init__(self, view: View | None, page: int) -> None:
        self._view = view
        self._page = page

    def text(
        self, words: Sequence[Word], parse: Callable[[str], str | None], has_key: Callable[[str], bool] | None = None
    ) -> Text:
        """Return the field *words* hold; empty where there are none."""
        if not words:
            return Text(confidence=_EMPTY, page=self._page)
        raw = " ".join(word.text for word in words)
        value = parse(raw)
        confidence = _UNSEEN if value is None else 1.0 if self._view is None else min(w.confidence for w in words)
        if value is not None and self._view is not None:
            confidence = min(confidence, _READ)
            if has_key is not None:
                confidence = _KEYED if has_key(value) else min(confidence, _WRONG_KEY)
        box = Box.around(word.box for word in words)
        source = "pdf_text" if self._view is None else "tesseract"
        return Text(value=value, raw=raw, confidence=confidence, page=self._page, box=self._placed(box), source=source)

    def _placed(self, box: Box) -> Box:
        if self._view is None:
            return box.clipped()
        height, width = self._view.grey.shape
        return self._view.box(box.x * width, box.y * height, box.w * width, box.h * height)
