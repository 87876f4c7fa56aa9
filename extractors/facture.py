"""A software invoice (facture): the entries of a feuille de soins, each beside or under its printed label.

There is no form: a label is known by its meaning (``extractors.factures``), its value is what stands to its right, up
to the next label, else under it. An entry without a label is not on the paper; one whose value cannot be read is
None, never a guess.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from extractors.bordereaux.tokens import Kind, rows_of, tokens_of
from extractors.bordereaux.values import find_bare_amount
from extractors.facture_acts import find_acts, parse_cell
from extractors.factures.labels import Entry, find_entries
from extractors.factures.maker import EMPTY, UNSEEN, WRONG_KEY, Maker, Text
from extractors.factures.marks import read_signatures, read_ticks
from extractors.factures.owners import name_of
from extractors.factures.shapes import parse_date, value_in
from extractors.factures.unlabelled import add_unlabelled
from extractors.scan import Word
from extractors.sheet import View
from schemas.geometry import Box
from schemas.invoice import ACT_CELLS, Act, Invoice

FORM: Final = "facture"
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
_PAID: Final = ("fee", "travel_flat", "travel_km_amount")


def read_facture(words: Iterable[Word], view: View | None, page_index: int) -> Invoice:
    """Return what a software invoice says.

    Args:
        words: the page's words, boxes in fractions of *view*; those of a born-digital page in the sheet's frame.
        view: the level view the words were read on; None where there is no image, so that signatures stay undecided.
        page_index: index of the page in the lot.
    """
    held = list(words)
    maker = Maker(None if all(word.confidence >= 1.0 for word in held) else view, page_index)
    rows = rows_of(held)
    table = find_acts(rows)
    acts = tuple(_act(cells, maker) for cells in table.acts)
    others = [row for place, row in enumerate(rows) if place not in table.rows]
    entries = find_entries(others)
    found = _found(entries, maker)
    add_unlabelled(found, others, entries, maker)
    nir = found.pop("nir", None)
    if nir is not None:
        _give_nir(nir, found)
    total = _total(entries, acts, maker)
    if total is not None:
        found["total_amount"] = total
    for name in (*_REQUIRED, *_OPTIONAL):
        found.setdefault(name, Text(confidence=UNSEEN if name in _REQUIRED else EMPTY, page=page_index))
    marks = read_ticks(others, page_index) | read_signatures(held, others, view, page_index)
    return Invoice.model_validate({"pages": (page_index,), "form": FORM, "acts": acts, **found, **marks})


def _found(entries: Sequence[Entry], maker: Maker) -> dict[str, Text]:
    """Return the entries that have a label; the first that is read counts."""
    found: dict[str, Text] = {}
    firsts: dict[str, Text] = {}
    for entry in entries:
        name = name_of(entry, entries)
        if name == "facture":  # "Facture 000553707", "Facture du 02/03/2024"
            name = "form_date" if value_in(entry.words, parse_date)[1] else "invoice_number"
        field = maker.entry(name, entry)
        if field is None:
            continue
        if name.endswith("_first"):
            firsts.setdefault(name.removesuffix("_first") + "_name", field)
        elif name not in found or found[name].value is None:
            found[name] = field
    for name in firsts.keys() & found.keys():
        found[name] = _joined(found[name], firsts[name])
    return found


def _joined(name: Text, first: Text) -> Text:
    """Return a name and a first name printed apart as one entry."""
    if name.value is None or first.value is None or set(first.value.split()) <= set(name.value.split()):
        return name
    boxes = [field.box for field in (name, first) if field.box]
    return name.model_copy(
        update={
            "value": f"{name.value} {first.value}",
            "raw": f"{name.raw} {first.raw}",
            "confidence": min(name.confidence, first.confidence),
            "box": Box.around(boxes) if boxes else None,
        }
    )


def _give_nir(nir: Text, found: dict[str, Text]) -> None:
    """File a NIR whose label does not say whose it is: the insured's where another than the patient is named."""
    insured, patient = found.get("insured_name", Text()), found.get("patient_name", Text())
    name = "insured_nir" if insured.value and insured.value != patient.value else "patient_nir"
    if insured.value is None and "insured_name" in found and insured.is_unread:
        nir = nir.model_copy(update={"confidence": min(nir.confidence, WRONG_KEY)})
    if found.get(name, Text()).value is None:
        found[name] = nir


def _act(cells: Mapping[str, tuple[Word, ...]], maker: Maker) -> Act:
    fields = {}
    for name in ACT_CELLS:
        held = cells.get(name, ())
        fields[name] = maker.text(held, parse_cell(name, " ".join(word.text for word in held)))
    return Act(**fields)


def _total(entries: Sequence[Entry], acts: Sequence[Act], maker: Maker) -> Text | None:
    """Return the amount labelled as the total that the acts add up to, else the last amount of the last such row."""
    for name in ("total_amount", "net"):
        held = [
            token.words
            for entry in entries
            if entry.name == name and (words := entry.rest or entry.words)
            for token in tokens_of(words, _character(words))
            if token.kind is Kind.AMOUNT
        ]
        fields = [maker.text(words, find_bare_amount(" ".join(w.text for w in words))) for words in held]
        if fields:
            paid = [Decimal(field.value) for act in acts for n in _PAID if (field := getattr(act, n)).value]
            return next((f for f in fields if f.value and Decimal(f.value) == sum(paid)), fields[-1])
    return None


def _character(words: Sequence[Word]) -> float:
    return sum(word.box.w for word in words) / max(sum(len(word.text) for word in words), 1)
