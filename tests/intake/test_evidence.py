"""The proof of a flag as images: what was judged, and which pixels it is about."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from extractors.feuilles.form_view import Rect
from extractors.marks.masks import mask_of
from intake.report.evidence import with_evidence
from schemas.batch import Batch, Program
from schemas.flag import Flag, Severity
from schemas.geometry import Box
from schemas.mark import Mask

#: Writes the evidence of one flag on one page, and gives the flag and its mask back.
Prove = Callable[[NDArray[np.uint8], Flag], tuple[Flag, NDArray[np.uint8]]]
#: An A4 page at 100 dpi.
HEIGHT, WIDTH = 1169, 827
PLACE = Box(0.4, 0.4, 0.2, 0.04)
X, Y, W, H = (round(v) for v in (PLACE.x * WIDTH, PLACE.y * HEIGHT, PLACE.w * WIDTH, PLACE.h * HEIGHT))


def flag(kind: str | None = "strike", box: Box | None = PLACE, code: str = "erasure") -> Flag:
    return Flag(code=code, severity=Severity.BLOCKING, message="rature", page=0, box=box, kind=kind, score=0.9)


def paper(tint: int = 255) -> NDArray[np.uint8]:
    return np.full((HEIGHT, WIDTH, 3), tint, np.uint8)


def points(part: Box) -> Mask:
    """Return a detector's own points: all of *part* of the page."""
    _, png = cv2.imencode(".png", np.full((4, 4), 255, np.uint8))
    return Mask(part, png.tobytes())


@pytest.fixture
def proved(tmp_path: Path) -> Prove:
    def prove(image: NDArray[np.uint8], one: Flag) -> tuple[Flag, NDArray[np.uint8]]:
        path = tmp_path / "page.png"
        cv2.imwrite(str(path), image)
        batch = Batch(program=Program(version="0", models={}, templates=()), flags=(one,))
        (told,) = with_evidence(batch, lambda _: path, tmp_path / "proof").flags
        if told.evidence is None or told.evidence.mask is None:
            return told, np.zeros((0, 0), np.uint8)
        mask = cv2.imread(str(tmp_path / "proof" / told.evidence.mask), cv2.IMREAD_GRAYSCALE)
        assert mask is not None
        return told, np.asarray(mask, np.uint8)

    return prove


def covered(mask: NDArray[np.uint8], left: int, top: int, right: int, bottom: int) -> float:
    """Return the share of a rectangle of the page that the mask of ``PLACE`` holds."""
    around = round(0.02 * WIDTH)
    x, y = X - around, Y - around
    return float((mask[top - y : bottom - y, left - x : right - x] > 0).mean())


def test_the_mask_of_a_strike_is_its_ink(proved: Prove) -> None:
    """Not the paper, not a label outside the box."""
    image = paper(207)
    image[Y + 20 : Y + 24, X + 10 : X + 100] = (150, 40, 30)
    image[Y - 8 : Y - 4, X : X + 50] = 0
    _, mask = proved(image, flag())

    assert covered(mask, X + 12, Y + 21, X + 98, Y + 23) == 1.0
    assert covered(mask, X + 10, Y + 30, X + 100, Y + 40) == 0.0
    assert covered(mask, X, Y - 8, X + 50, Y - 4) == 0.0


def test_the_mask_of_an_empty_signature_box_is_empty(proved: Prove) -> None:
    """Nobody signed: the paper's own noise is no ink."""
    noise = np.random.default_rng(3).normal(230, 5, (HEIGHT, WIDTH, 3)).clip(0, 255).astype(np.uint8)
    told, mask = proved(noise, flag(None, code="missing_patient_signature"))

    assert told.evidence is not None
    assert np.count_nonzero(mask) == 0


def test_the_mask_of_correction_fluid_is_where_the_tint_is_gone(proved: Prove) -> None:
    """The figures written on the fluid are not what was erased."""
    image = paper(207)
    image[Y + 8 : Y + 40, X + 30 : X + 110] = 250
    image[Y + 20 : Y + 23, X + 40 : X + 100] = 20
    _, mask = proved(image, flag("fluid"))

    assert covered(mask, X + 36, Y + 14, X + 104, Y + 34) > 0.95
    assert covered(mask, X + 2, Y + 12, X + 22, Y + 36) < 0.05


def test_a_detectors_own_points_are_the_mask_of_a_patch(proved: Prove) -> None:
    """Fluid on white paper shows in its texture only: the detector has seen it, the threshold cannot."""
    half = Box(PLACE.x, PLACE.y, PLACE.w / 2, PLACE.h)
    _, mask = proved(paper(), flag("fluid").with_mask(points(half)))

    assert covered(mask, X + 4, Y + 4, X + W // 2 - 4, Y + H - 4) == 1.0
    assert covered(mask, X + W // 2 + 4, Y + 4, X + W - 4, Y + H - 4) == 0.0


def test_a_strikes_own_points_leave_the_neighbours_ink_out(proved: Prove) -> None:
    """Of two words in one box only the struck one is shown."""
    image = paper()
    image[Y + 20 : Y + 24, X + 5 : X + 60] = 0
    image[Y + 20 : Y + 24, X + 100 : X + 160] = 0
    half = Box(PLACE.x, PLACE.y, PLACE.w / 2, PLACE.h)
    _, mask = proved(image, flag().with_mask(points(half)))

    assert covered(mask, X + 8, Y + 21, X + 56, Y + 23) == 1.0
    assert covered(mask, X + 100, Y + 20, X + 160, Y + 24) == 0.0


def test_a_prescription_without_signature_is_proved_by_the_foot_of_its_page(proved: Prove) -> None:
    """It has no box to show."""
    told, _ = proved(paper(), flag(None, box=None, code="missing_prescriber_signature"))

    assert told.evidence is not None
    assert told.evidence.crop == "flag-0000-missing_prescriber_signature.jpg"
    assert told.evidence.mask is None


def test_another_flag_without_a_box_has_no_image(proved: Prove) -> None:
    """A missing piece is nowhere on the paper."""
    told, _ = proved(paper(), flag(None, box=None, code="missing_prescription"))

    assert told.evidence is None


def test_a_marks_own_points_are_no_part_of_the_contract() -> None:
    """They travel with the flag, and stay out of what is written."""
    told = flag().with_mask(points(PLACE))

    assert told.model_copy(update={"line": 3}).mask == told.mask
    assert "mask" not in told.model_dump()


def test_points_seen_on_a_leaning_form_lie_where_the_scan_has_them() -> None:
    """The form leans on the glass; its left end lies lower here by a tenth of the page."""
    seen = np.zeros((10, 40), np.uint8)
    seen[:, :10] = 255

    def on_scan(rect: Rect) -> Box:
        x, y = rect.x / 100, rect.y / 100 + 0.1 * (1 - rect.x / 100)
        return Box(x, y - 0.1 * rect.w / 100, rect.w / 100, (rect.h + 10 * rect.w / 100) / 100)

    mask = mask_of(seen, Rect(20, 40, 40, 10), on_scan)
    shown = cv2.imdecode(np.frombuffer(mask.png, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert shown is not None
    rows, columns = np.nonzero(shown)

    assert mask.box == on_scan(Rect(20, 40, 40, 10))
    assert columns.max() < 0.3 * shown.shape[1]
    assert rows.min() > 0.1 * shown.shape[0]
