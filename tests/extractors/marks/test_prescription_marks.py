"""Corrections on an ordonnance: what was struck, scribbled over or written over, against what only looks like it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.lines import TextLine
from extractors.marks.prescription_marks import find_marks
from extractors.prescriptions.free_ink import free_ink
from extractors.prescriptions.rows import Row, Sheet
from extractors.readers.protocol import LinePosteriors, Readers
from extractors.scan import Word
from extractors.sheet import View
from schemas.geometry import Box
from schemas.mark import MarkKind
from tests.extractors.ordonnances import Silent, Unused

DPI = 150.0
PX = DPI / 25.4
PAPER_MM = (297, 210)


def paper() -> NDArray[np.uint8]:
    return np.full((round(PAPER_MM[0] * PX), round(PAPER_MM[1] * PX)), 245, np.uint8)


def pen(image: NDArray[np.uint8], *points: tuple[float, float], width_mm: float = 0.5) -> None:
    line = np.array([[round(x * PX), round(y * PX)] for x, y in points], np.int32)
    cv2.polylines(image, [line], isClosed=False, color=40, thickness=max(round(width_mm * PX), 1), lineType=cv2.LINE_AA)


def write(image: NDArray[np.uint8], text: str, x: float, y: float, height_mm: float = 3.0) -> None:
    where = (round(x * PX), round(y * PX))
    cv2.putText(image, text, where, cv2.FONT_HERSHEY_SIMPLEX, height_mm * PX / 21, 40, 2, cv2.LINE_AA)


def box(x: float, y: float, w: float, h: float) -> Box:
    return Box(x / PAPER_MM[1], y / PAPER_MM[0], w / PAPER_MM[1], h / PAPER_MM[0])


def sheet_of(image: NDArray[np.uint8]) -> Sheet:
    view = View(image, np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), (image.shape[0], image.shape[1]), DPI)
    return Sheet(view, free_ink(view), Readers(text=Unused(), lines=Silent(), cells=Unused()), 0, ())


def by_hand(place: Box, text: str = "") -> Row:
    """Return a row that a recogniser reads as *text*."""
    alphabet = "".join(sorted(set(text))) or "a"
    steps = [0] + [step for c in text for step in (alphabet.index(c) + 1, 0)]
    sure = np.full((len(steps), len(alphabet) + 1), 1e-6, np.float32)
    sure[np.arange(len(steps)), steps] = 1.0
    return Row(place, "handwriting", look=lambda: LinePosteriors(np.log(sure), alphabet))


def printed(place: Box, text: str) -> Row:
    return Row(place, "tesseract", TextLine((Word(text, place, 0.96),)))


DATE = box(118, 70, 34, 8)


def scores(image: NDArray[np.uint8], *rows: tuple[str, Row]) -> list[tuple[str | None, MarkKind, float]]:
    return [(m.field, m.kind, m.score) for m in find_marks(sheet_of(image), rows, is_typed=False)]


def test_a_date_scribbled_over_is_an_erasure() -> None:
    """No straight line runs through it: it was missed, and the date corrected below was taken for the first."""
    image = paper()
    write(image, "10/06/2025", 120, 76)
    pen(image, *((119 + 0.45 * i, 71.5 + 5 * (i % 2)) for i in range(56)), width_mm=0.6)

    [(field, _, score)] = scores(image, ("date", by_hand(DATE)))

    assert field == "date"
    assert score >= 0.5


def test_a_date_of_too_many_figures_is_looked_at_by_a_person() -> None:
    """Read as 22208/202/2025: two dates lie over each other, and neither may be taken for the day."""
    image = paper()
    write(image, "22/08/2025", 120, 76)

    [(field, kind, score)] = scores(image, ("date", by_hand(DATE, "Limoges, le 22208/202/2025")))

    assert (field, kind) == ("date", MarkKind.OVERWRITE)
    assert score < 0.5


def test_dates_by_hand_are_not_accused() -> None:
    """Eight figures and two strokes between them; what stands before the day is no figure of it."""
    image = paper()
    write(image, "22/08/2025", 120, 76)

    assert scores(image, ("date", by_hand(DATE, "Brest, 1e 22/08/2025"))) == []
    assert scores(image, ("date", by_hand(DATE, "M. Noé né le 22/08/1925"))) == []


def test_a_line_struck_so_heavily_that_it_passes_for_a_rule_is_looked_at() -> None:
    """Two strokes of a marker make a bar of the letters under them, and the row is no row any more."""
    image = paper()
    for y in (100, 116):
        write(image, "une fois par jour pendant 8 jours", 20, y)
    cv2.rectangle(image, (round(20 * PX), round(105 * PX)), (round(72 * PX), round(107 * PX)), 40, -1)
    rows = [("text", printed(box(20, y - 4, 80, 5), "une fois par jour")) for y in (100, 116)]

    assert [(f, k) for f, k, _ in scores(image, *rows)] == [("text", MarkKind.STRIKE)]


def test_a_frame_around_the_prescribed_lines_is_no_erasure() -> None:
    """Ordonnances bizones print rules above and under each part."""
    image = paper()
    for y in (100, 116):
        write(image, "une fois par jour pendant 8 jours", 20, y)
    cv2.rectangle(image, (round(15 * PX), round(92 * PX)), (round(195 * PX), round(125 * PX)), 40, 3)
    pen(image, (15, 108), (195, 108), width_mm=0.4)
    rows = [("text", printed(box(20, y - 4, 80, 5), "une fois par jour")) for y in (100, 116)]

    assert scores(image, *rows) == []


def test_a_wave_through_a_prescribed_line_is_looked_at_by_a_person() -> None:
    """No word by hand runs on for so long in one stroke: what it runs through may have been taken back."""
    image = paper()
    write(image, "y compris les dimanches", 20, 100)
    pen(image, *((19 + i, 98.5 + 2 * float(np.sin(i / 3))) for i in range(52)), width_mm=0.6)

    assert [(f, k) for f, k, _ in scores(image, ("text", by_hand(box(20, 96, 60, 6))))] == [("text", MarkKind.STRIKE)]


def test_a_date_whose_letters_join_but_reads_as_a_day_is_not_asked_about() -> None:
    """Every joined month in a bold hand held a clean invoice; two dates over each other read as no day."""
    image = paper()
    pen(image, *((122 + i / 3, 74 + 1.6 * float(np.sin(i * 1.3))) for i in range(38)), width_mm=1.0)

    assert scores(image, ("date", by_hand(DATE, "Date : 30janvier 2025"))) == []
    assert scores(image, ("date", by_hand(DATE, "Date : 3022/2025"))) != []


def test_a_printed_frame_that_leans_with_the_sheet_is_no_erasure() -> None:
    """Its upper edge runs through the printed title's row, beyond both of its ends."""
    image = paper()
    write(image, "Prescriptions relatives au traitement", 70, 104)
    pen(image, (20, 106), (20, 98), (190, 103), (190, 110), width_mm=0.5)

    assert scores(image, ("text", printed(box(70, 97, 70, 8), "Prescriptions relatives au traitement"))) == []
