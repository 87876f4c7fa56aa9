"""The gallery of marks in the report: every mark with its picture, what is least certain first."""

import re
from io import StringIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from intake.report.html import write_report
from intake.report.marks import Marks, marks_of
from schemas.batch import Batch, Program
from schemas.field import Field
from schemas.geometry import Box
from schemas.invoice import TICKS, Invoice
from schemas.mark import Mark, MarkKind, Stamp, TwoInks
from schemas.page import Page, PageKind
from schemas.prescription import Prescription

PLACE = Box(0.4, 0.4, 0.2, 0.03)


def answer(value: str, confidence: float) -> Field[bool]:
    """Return a box read as *yes*, *no* or *unread*."""
    said = {"yes": True, "no": False}.get(value)
    return Field[bool](value=said, confidence=confidence, page=0, box=PLACE)


def erasure(score: float, field: str | None = "total_amount", kind: MarkKind = MarkKind.STRIKE) -> Mark:
    return Mark(kind=kind, page=0, box=PLACE, score=score, field=field)


def batch(invoices: tuple[Invoice, ...] = (), pages: int = 1, **parts: Any) -> Batch:
    sheets = tuple(
        Page(index=k, file="lot.pdf", number=k + 1, kind=PageKind.FEUILLE, kind_confidence=1.0) for k in range(pages)
    )
    return Batch(program=Program(version="0", models={}, templates=()), pages=sheets, invoices=invoices, **parts)


def sorts(**entries: Any) -> Marks:
    return marks_of(batch((Invoice(pages=(0,), **entries),)))


@pytest.fixture
def scanned(tmp_path: Path) -> Path:
    """A page full of noise, which no JPEG makes small."""
    noise = np.random.default_rng(4).integers(0, 256, (1170, 827, 3)).astype(np.uint8)
    cv2.imwrite(str(tmp_path / "page.jpg"), noise)
    return tmp_path / "page.jpg"


def report(of: Batch, image: Path) -> str:
    out = StringIO()
    write_report(of, lambda _: image, out)
    return out.getvalue()


def test_the_erasure_nobody_is_sure_of_comes_first() -> None:
    """Thresholds are judged on what lies beside them."""
    shown = sorts(marks=(erasure(0.97), erasure(0.45), erasure(0.7))).by_sort["strike"]

    assert [mark.score for mark in shown] == [0.45, 0.7, 0.97]


@pytest.mark.parametrize(
    ("read", "sort"),
    [
        (answer("yes", 0.99), "signature"),
        (answer("no", 0.99), "signature_missing"),
        (answer("no", 0.6), "signature_doubtful"),
        (answer("yes", 0.6), "signature_doubtful"),
        (answer("unread", 0.0), "signature_doubtful"),
    ],
)
def test_a_signature_is_found_missing_or_doubtful(read: Field[bool], sort: str) -> None:
    """What nobody is sure of stands apart, whichever way it was read."""
    assert list(sorts(provider_signature=read).by_sort) == [sort]


@pytest.mark.parametrize(
    ("read", "sort"),
    [(answer("yes", 0.99), ["tick"]), (answer("yes", 0.6), ["tick_doubtful"]), (answer("no", 0.6), ["tick_doubtful"])],
)
def test_a_tick_is_sure_or_doubtful(read: Field[bool], sort: list[str]) -> None:
    """A box that may be ticked is shown, however it was read."""
    assert list(sorts(is_illness=read).by_sort) == sort


def test_a_tick_taken_back_is_shown_once() -> None:
    """As a cancelled tick, neither as a doubtful one nor among the struck entries."""
    shown = sorts(is_illness=answer("no", 0.6), marks=(erasure(0.9, "is_illness"),))

    assert {sort: len(marks) for sort, marks in shown.by_sort.items()} == {"tick_cancelled": 1}


def test_empty_boxes_are_counted_not_shown() -> None:
    """Ten boxes a form, most of them as printed, would bury the rest."""
    shown = sorts(**{name: answer("no", 0.99) for name in TICKS})

    assert shown.by_sort == {}
    assert shown.unticked == len(TICKS)


def test_stamps_and_second_inks_are_shown_with_their_colours() -> None:
    """A clerk sees which inks the program took for two."""
    inks = TwoInks(page=0, box=PLACE, score=0.8, field="acts.2.fee", colours=("#202020", "#2030a0"))
    shown = sorts(stamps=(Stamp(page=0, box=PLACE, score=0.9, colour="#801e2d"),), two_inks=(inks,)).by_sort

    assert shown["stamp"][0].note == "encre rouge"
    assert shown["two_inks"][0].label == "Acte 3 : Honoraires"
    assert shown["two_inks"][0].note == "encres noire et bleue"


def test_the_report_holds_a_small_picture_of_every_mark_with_its_place(scanned: Path) -> None:
    """No picture outweighs 4 kB, even of the noisiest paper, and each shows the place that was judged."""
    invoice = Invoice(pages=(0,), provider_signature=answer("yes", 0.99), marks=(erasure(0.9), erasure(0.6)))
    page = report(batch((invoice,)), scanned)
    gallery = page[page.index('id="marques"') :]
    pictures = re.findall(r'<image href="data:image/jpeg;base64,([^"]*)"', gallery)

    assert len(pictures) == 3
    assert max(len(picture) for picture in pictures) <= 4000
    assert gallery.count('class="place"') == 3
    assert "Ratures" in gallery


def test_the_report_runs_no_script_and_asks_for_nothing(scanned: Path) -> None:
    """A caisse's network is closed."""
    page = report(batch((Invoice(pages=(0,), marks=(erasure(0.9),)),)), scanned)

    assert "<script" not in page
    assert re.findall(r'(?:src|href)="(?!#|data:)', page) == []


def test_a_prescription_without_a_signature_shows_where_it_should_be(scanned: Path) -> None:
    """No box was found, so the lower part of the page is the proof."""
    unsigned = Prescription(pages=(0,), prescriber_signature=Field[bool](value=False, confidence=0.95, page=0))
    page = report(batch(prescriptions=(unsigned,)), scanned)
    gallery = page[page.index('id="marques"') :]

    assert "Signatures absentes" in gallery
    assert gallery.count("<image") == 1
    assert gallery.count('class="place"') == 0


def test_a_page_without_image_still_shows_its_marks(tmp_path: Path) -> None:
    """A mark is named even where its picture is lost."""
    page = report(batch((Invoice(pages=(0,), marks=(erasure(0.9),)),)), tmp_path / "lost.jpg")

    assert "page sans image" in page


def test_a_lot_without_marks_has_no_gallery(scanned: Path) -> None:
    """An empty heading says nothing."""
    assert "Marques relevées" not in report(batch(), scanned)
