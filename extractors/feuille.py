"""A feuille de soins, read from its rectified image: every entry a field, its ticks, signatures and erasures.

The entries' places come from a template or from labels found on the page; the reading is the same.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from extractors.decoding.comb_entry import CombGrammar
from extractors.decoding.grammars import Cents, CombDate, Digits, Luhn, Nir
from extractors.decoding.number_entry import LineGrammar
from extractors.decoding.texts import Amount, FreeText, Name
from extractors.feuilles.acts import DIGIT_COLUMNS, act_grammars, as_act, read_acts
from extractors.feuilles.colour_view import colour_view
from extractors.feuilles.corrected import read_corrected
from extractors.feuilles.entries import CombZone, EntryReader
from extractors.feuilles.form_view import FormView, Rect
from extractors.feuilles.print_removal import WORKING_PX_PER_MM, remove_print
from extractors.feuilles.stamp import read_stamp
from extractors.feuilles.stamp_frame import without_stamp_frame
from extractors.feuilles.under_stamps import read_combs_under, read_stamps_elsewhere
from extractors.forms.light import ground_of
from extractors.forms.template import BoxMm, FormTemplate, Zone
from extractors.marks.erasures import EntryZone, Written, find_on_form, marks_of
from extractors.marks.form_stamps import stamps_on_form
from extractors.marks.signatures import read_signature
from extractors.marks.ticks import read_ticks
from extractors.marks.two_inks import find_two_inks
from extractors.readers.erasures import erasure_reader
from extractors.readers.protocol import Readers
from extractors.sheet import Sheet, View
from schemas.geometry import Box
from schemas.invoice import Invoice
from schemas.nomenclature import act_codes, surcharge_codes

#: Years that care or a sheet may bear, and a birth: wide on purpose, a year outside is rarer, not refused.
_CARE_YEARS: Final = (2005, 2059)
_BIRTH_YEARS: Final = (1900, 2059)
# How far writing may leave a text line, in mm: ascenders of a large hand.
_ABOVE_MM: Final = 2.6
_BELOW_MM: Final = 1.6
_NAMES: Final = frozenset({"patient_name", "insured_name", "substitute_name", "prescriber_name"})
_AMOUNTS: Final = frozenset({"total_amount"})


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The codes acts and surcharges are likely to bear; the nomenclature's, whatever the date, where none are named."""

    acts: Collection[str] = field(default_factory=act_codes)
    surcharges: Collection[str] = field(default_factory=surcharge_codes)


class LaidForm(Protocol):
    """A form found on a sheet: by its print (``Registration``) or by its labels."""

    @property
    def template(self) -> FormTemplate:
        """Where its entries stand."""
        ...

    def view(self, sheet: Sheet, px_per_mm: float) -> View:
        """Return the page rectified: a zone stands at ``box_mm * px_per_mm``."""
        ...

    def box(self, box_mm: BoxMm) -> Box:
        """Return the contract's box around a rectangle of the form."""
        ...


def read_feuille(
    form: LaidForm, sheet: Sheet, readers: Readers, page_index: int, vocabulary: Vocabulary | None = None
) -> Invoice:
    """Return the invoice that the feuille de soins found on *sheet* holds."""
    return read_form(form_view(form, sheet), form.template, readers, page_index, vocabulary or Vocabulary())


def form_view(form: LaidForm, sheet: Sheet) -> FormView:
    """Return *form* laid flat, with and without its print."""
    view = form.view(sheet, WORKING_PX_PER_MM)
    known = form.template.folder is not None
    cleaned = remove_print(view, form.template, sheet)
    for zone in form.template.zones:
        if zone.kind == "block":
            cleaned = without_stamp_frame(cleaned, Rect(*zone.box_mm), WORKING_PX_PER_MM)
    blank = form.template.blank(WORKING_PX_PER_MM) if known else None
    return FormView(
        view.grey,
        cleaned,
        WORKING_PX_PER_MM,
        sheet.is_bilevel,
        lambda rect: form.box(BoxMm(*rect)),
        blank,
        colour_view(view, sheet),
    )


def read_form(
    view: FormView, template: FormTemplate, readers: Readers, page_index: int, vocabulary: Vocabulary
) -> Invoice:
    """Return the invoice a feuille de soins holds.

    Args:
        view: the form laid flat, with and without its print.
        template: where its entries stand.
        readers: the engines.
        page_index: the page's index in the lot.
        vocabulary: the codes of acts and surcharges.
    """
    reader = EntryReader(view, readers, page_index)
    ground = ground_of(template, view.px_per_mm) if template.folder is not None else None
    erased = find_on_form(view, reader.ink, ground, _entries(template), erasure_reader())
    fields: dict[str, Any] = {}
    written: list[Written] = []
    boxes: list[tuple[str, Rect]] = []
    for comb in reader.read_combs([_comb(zone) for zone in template.zones if zone.kind == "comb"]):
        fields[comb.zone.name] = comb.field
        entry = reader.ink.entry(comb.zone.rect, above=0.8, below=0.8)
        written.append(Written(comb.zone.name, comb.zone.rect, entry, comb.zone.cells))
    for zone in template.zones:
        rect = Rect(*zone.box_mm)
        if zone.kind == "text":
            above, below = (_ABOVE_MM, _BELOW_MM) if zone.id not in _AMOUNTS else (1.0, 1.0)
            digits, grammar = zone.id in _AMOUNTS, _line_grammar(zone.id)
            reading = reader.read_line(rect, grammar, above=above, below=below, digits=digits)
            written.append(Written(zone.id, rect, reading.entry))
            fields[zone.id] = reading.field
            if (one := erased.get(rect)) is not None and one.is_struck:
                fields[zone.id] = read_corrected(reader, rect, one.rect, grammar, digits=digits)
        elif zone.kind == "block":
            fields[zone.id] = read_stamp(view, reader.ink, readers, rect, page_index)
        elif zone.kind == "checkbox":
            boxes.append((zone.id, rect))
        elif zone.kind == "signature":
            fields[zone.id] = read_signature(view, reader.ink, rect, page_index)
        elif zone.kind == "table":
            rows = read_acts(reader, zone, act_grammars(vocabulary.acts, vocabulary.surcharges, _CARE_YEARS), erased)
            fields["acts"] = tuple(as_act(row) for row in rows)
            written += [cell.written for row in rows for cell in row]
    ticks = read_ticks(view, reader.ink, boxes, page_index)
    fields |= ticks.fields
    known = {name: field for name, field in fields.items() if name in Invoice.model_fields}
    marks = (*marks_of(view, erased, written, page_index), *ticks.marks)
    stamps = stamps_on_form(view, reader.ink, template.zones, page_index)
    stamped = [place for _, place in stamps]
    if stamped:
        combs = [_comb(zone) for zone in template.zones if zone.kind == "comb" and zone.id in known]
        blocks = [(zone.id, Rect(*zone.box_mm)) for zone in template.zones if zone.kind == "block" and zone.id in known]
        known |= read_combs_under(view, reader.ink, readers, combs, known, stamped, page_index)
        known |= read_stamps_elsewhere(view, reader.ink, readers, blocks, known, stamped, page_index)
    inks = find_two_inks(view, reader.ink, written, page_index, crossed=stamped)
    return Invoice(
        pages=(page_index,),
        form=template.form,
        marks=marks,
        stamps=tuple(stamp for stamp, _ in stamps),
        two_inks=inks,
        is_bilevel=view.is_bilevel,
        **known,
    )


def _entries(template: FormTemplate) -> list[EntryZone]:
    """Return the zones of all entries, act cells among them."""
    zones = [
        EntryZone(Rect(*zone.box_mm), zone.kind == "text" and zone.id not in _AMOUNTS, zone.kind == "comb")
        for zone in template.zones
        if zone.kind in {"comb", "text"}
    ]
    rows = [row for zone in template.zones if zone.kind == "table" for row in zone.rows_mm]
    return zones + [
        EntryZone(Rect(*box), name not in DIGIT_COLUMNS, in_cells=False) for row in rows for name, box in row.items()
    ]


def _comb(zone: Zone) -> CombZone:
    return CombZone(zone.id, tuple(Rect(*cell) for cell in zone.cells_mm), Rect(*zone.box_mm), _comb_grammar(zone))


def _comb_grammar(zone: Zone) -> CombGrammar:
    kind = (zone.format or "").partition(":")[0]
    if kind == "date":
        return CombDate(*(_BIRTH_YEARS if "birth" in zone.id else _CARE_YEARS))
    if kind == "nir15":
        return Nir()
    if kind == "rpps":
        return Luhn(len(zone.cells_mm), first="18")
    if kind == "provider9":
        return Luhn(len(zone.cells_mm), letters=True)
    if kind == "cents":
        return Cents(len(zone.cells_mm))
    return Digits(len(zone.cells_mm))


def _line_grammar(name: str) -> LineGrammar:
    if name in _AMOUNTS:
        return Amount()
    return Name() if name in _NAMES else FreeText()
