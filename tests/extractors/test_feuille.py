"""A typed feuille de soins, drawn on the reference print and read back through the real engines."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from extractors.feuille import Vocabulary, read_form
from extractors.feuilles.form_view import FormView, Rect
from extractors.forms.template import FormTemplate, load_templates
from extractors.readers.cells import load_cell_reader
from extractors.readers.handwriting import load_line_recogniser
from extractors.readers.protocol import Readers
from extractors.readers.tesseract import load_text_reader
from samples.fonts import font_path
from schemas.geometry import Box
from schemas.invoice import Invoice

PX = 8.0
ENTRIES = {
    "invoice_number": "000553707",
    "form_date": "15052025",
    "patient_nir": "269054958815780",
    "patient_birth_date": "05051969",
    "organisme_code": "016410000",
    "provider_rpps": "10702164996",
    "prescription_date": "04052025",
    "patient_name": "ROGER LÉA",
    "prescriber_name": "NOËL CHANTAL",
    "total_amount": "30,15",
}
ACTS = [
    {"date": "06/05/2025", "code": "AMI", "coefficient": "4", "surcharge": "MCI", "fee": "17,60"},
    {"date": "07/05/2025", "code": "AMI", "coefficient": "1,5", "fee": "9,80", "travel_flat": "2,75"},
]
TICKED = ("is_illness", "unpaid_mandatory")


@dataclass
class Sheet:
    """A form being filled: ink alone on white paper, as the print removal leaves it."""

    template: FormTemplate

    def __post_init__(self) -> None:
        width, height = self.template.page_mm
        self.image = Image.new("L", (round(width * PX), round(height * PX)), 255)
        self.draw = ImageDraw.Draw(self.image)
        self.font = ImageFont.truetype(str(font_path("cousine")), round(3.6 * PX))

    def rect(self, zone: str) -> Rect:
        """Return a zone's place."""
        found = self.template.zone(zone)
        assert found is not None
        return Rect(*found.box_mm)

    def type(self, text: str, rect: Rect) -> None:
        """Type on a line."""
        self.draw.text(((rect.x + 1.2) * PX, (rect.y + rect.h / 2) * PX), text, 25, self.font, anchor="lm")

    def comb(self, zone: str, text: str) -> None:
        """Type in cells."""
        found = self.template.zone(zone)
        assert found is not None
        for symbol, cell in zip(text, found.cells_mm, strict=False):
            middle = ((cell.x + cell.w / 2) * PX, (cell.y + cell.h / 2) * PX)
            self.draw.text(middle, symbol, 25, self.font, anchor="mm")

    def line(self, *points: tuple[float, float], width_mm: float = 0.4) -> None:
        """Draw a stroke of the pen."""
        self.draw.line([(x * PX, y * PX) for x, y in points], 40, round(width_mm * PX), joint="curve")

    def cross(self, zone: str) -> None:
        """Tick a box with a cross."""
        x, y, w, h = self.rect(zone)
        self.line((x + 0.4, y + 0.4), (x + w - 0.4, y + h - 0.4))
        self.line((x + w - 0.4, y + 0.4), (x + 0.4, y + h - 0.4))

    def sign(self, zone: str) -> None:
        """Sign in a box."""
        x, y, _, _ = self.rect(zone)
        self.line((x + 8, y + 12), (x + 14, y + 5), (x + 17, y + 14), (x + 24, y + 6), (x + 38, y + 11))

    def act(self, row: int, column: str) -> Rect:
        """Return the place of a cell of the table."""
        found = self.template.zone("acts")
        assert found is not None
        return Rect(*found.rows_mm[row][column])

    def read(self) -> Invoice:
        """Read the form as drawn so far."""
        cleaned: NDArray[np.uint8] = np.asarray(self.image)
        width, height = self.template.page_mm
        blank = self.template.blank(PX)
        view = FormView(
            original=np.minimum(cleaned, blank),
            cleaned=cleaned,
            px_per_mm=PX,
            is_bilevel=False,
            box=lambda r: Box(r.x / width, r.y / height, r.w / width, r.h / height).clipped(),
            blank=blank,
        )
        return read_form(view, self.template, engines(), 7, Vocabulary())


@lru_cache(maxsize=1)
def engines() -> Readers:
    return Readers(text=load_text_reader(), lines=load_line_recogniser(), cells=load_cell_reader())


def filled() -> Sheet:
    """Return the reference form with every entry above typed, ticked and signed."""
    sheet = Sheet(load_templates()[0])
    for name, text in ENTRIES.items():
        zone = sheet.template.zone(name)
        assert zone is not None
        if zone.kind == "comb":
            sheet.comb(name, text)
        else:
            sheet.type(text, sheet.rect(name))
    for row, act in enumerate(ACTS):
        for column, text in act.items():
            sheet.type(text, sheet.act(row, column))
    for name in TICKED:
        sheet.cross(name)
    sheet.sign("provider_signature")
    return sheet


@pytest.fixture(scope="module")
def invoice() -> Invoice:
    sheet = filled()
    sheet.sign("patient_signature")
    return sheet.read()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("invoice_number", "000553707"),
        ("form_date", "2025-05-15"),
        ("patient_nir", "269054958815780"),
        ("patient_birth_date", "1969-05-05"),
        ("organisme_code", "016410000"),
        ("provider_rpps", "10702164996"),
        ("prescription_date", "2025-05-04"),
        ("patient_name", "ROGER LÉA"),
        ("prescriber_name", "NOËL CHANTAL"),
        ("total_amount", "30.15"),
    ],
)
def test_a_typed_entry_is_read_back(invoice: Invoice, name: str, value: str) -> None:
    """The plain case every office sends by the thousand: each entry exact, with its page and place."""
    field = getattr(invoice, name)

    assert field.value == value
    assert field.confidence > 0.8
    assert field.page == 7
    assert field.box is not None


def test_the_acts_are_read_row_by_row(invoice: Invoice) -> None:
    """Two rows filled, two acts: values normalised, empty cells empty."""
    first, second = invoice.acts

    assert [getattr(first, k).value for k in ("date", "code", "coefficient", "surcharge", "fee", "travel_flat")] == [
        "2025-05-06", "AMI", "4", "MCI", "17.60", None,
    ]  # fmt: skip
    assert [getattr(second, k).value for k in ("date", "code", "coefficient", "surcharge", "fee", "travel_flat")] == [
        "2025-05-07", "AMI", "1.5", None, "9.80", "2.75",
    ]  # fmt: skip
    assert second.travel_km.is_empty


def test_ticks_and_signatures_are_those_drawn(invoice: Invoice) -> None:
    """Nothing ticked that is not, nothing signed that is not."""
    ticked = [name for name in Invoice.model_fields if getattr(getattr(invoice, name), "value", None) is True]

    assert ticked == ["is_illness", "unpaid_mandatory", "provider_signature", "patient_signature"]


def test_empty_entries_are_empty_not_unread(invoice: Invoice) -> None:
    """An empty entry is a finding of its own: certain, and without a value."""
    assert invoice.insured_nir.is_empty
    assert invoice.insured_name.is_empty
    assert invoice.maternity_date.is_empty


def test_a_clean_form_has_no_erasure(invoice: Invoice) -> None:
    """A clean sheet must never be accused."""
    assert invoice.marks == ()


def test_an_unsigned_box_and_a_struck_date_are_found() -> None:
    """What keeps a sheet from being paid: the missing signature, and the entry somebody changed."""
    sheet = filled()
    rect = sheet.act(0, "date")
    sheet.line((rect.x + 0.5, rect.y + 3.2), (rect.x + 25, rect.y + 3.0))
    invoice = sheet.read()

    assert invoice.patient_signature.value is False
    assert [mark.field for mark in invoice.marks] == ["acts.0.date"]
    assert invoice.acts[0].date.is_unread
