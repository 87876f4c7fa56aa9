"""Two diagrams as SVG: how well confidences keep their promise, and what acceptance costs in wrong fields."""

import math
from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

#: Size of the drawing and of its margins, px.
_WIDTH: Final = 640
_HEIGHT: Final = 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 30, 20, 55
#: Promised and seen errors are drawn from one in two to one in ten thousand; none seen is drawn at the lower edge.
_ERRORS: Final = (0.5, 0.1, 0.01, 0.001, 0.0001)


def reliability_diagram(bins: Iterable[dict[str, float | int]], title: str) -> str:
    """Return the diagram of promised against seen errors on logarithmic scales; the diagonal is a kept promise.

    Args:
        bins: mean confidence, share right and n of each.
        title: of the drawing.
    """
    parts = [_line(_x(_ERRORS[0]), _y(_ERRORS[0]), _x(_ERRORS[-1]), _y(_ERRORS[-1]), "diagonal")]
    for error in _ERRORS:
        parts += [
            _line(_x(error), _y(_ERRORS[0]), _x(error), _y(_ERRORS[-1]), "grid"),
            _line(_x(_ERRORS[0]), _y(error), _x(_ERRORS[-1]), _y(error), "grid"),
            _text(_x(error), _HEIGHT - _BOTTOM + 18, f"{1 - error:g}", "middle"),
            _text(_LEFT - 8, _y(error) + 4, f"{1 - error:g}", "end"),
        ]
    for held in bins:
        n = int(held["n"])
        x, y = _x(1.0 - held["confidence"]), _y(1.0 - held["right"])
        radius = 2.0 + math.log10(max(n, 1)) * 1.5
        label = f"promised {held['confidence']:.4f}, right {held['right']:.4f}, n = {n}"
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" class="point"><title>{label}</title></circle>'
        )
        parts.append(_text(x + radius + 3, y + 4, str(n), "start"))
    parts += _titles("confidence", "share right", title)
    return _svg(parts, title)


def acceptance_diagram(
    curve: Sequence[tuple[float, float]], marks: Sequence[tuple[float, float, str]], title: str
) -> str:
    """Return the curve of the share of clean invoices accepted (up) against the share of wrong accepted fields.

    Args:
        curve: wrong share and accepted share of each point, in order.
        marks: the same of the marked settings, with their label.
        title: of the drawing.
    """
    top = max([0.002, *(wrong for wrong, _ in curve), *(wrong for wrong, _, _ in marks)]) * 1.1

    def place(wrong: float, accepted: float) -> tuple[float, float]:
        x = _LEFT + (_WIDTH - _LEFT - _RIGHT) * wrong / top
        return x, _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1.0 - accepted)

    parts = []
    for tenth in range(0, 11, 2):
        _, y = place(0.0, tenth / 10)
        parts += [_line(_LEFT, y, _WIDTH - _RIGHT, y, "grid"), _text(_LEFT - 8, y + 4, f"{10 * tenth} %", "end")]
    for quarter in range(5):
        x, y = place(top * quarter / 4, 0.0)
        parts.append(_text(x, y + 18, f"{25 * top * quarter:.3f} %", "middle"))
    points = " ".join("{:.1f},{:.1f}".format(*place(wrong, accepted)) for wrong, accepted in curve)
    parts.append(f'<polyline points="{points}" class="curve"/>')
    for wrong, accepted, label in marks:
        x, y = place(wrong, accepted)
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" class="mark"><title>{escape(label)}</title></circle>')
        parts.append(_text(x + 8, y + 4, label, "start"))
    parts += _titles("wrong among accepted fields", "clean invoices accepted", title)
    return _svg(parts, title)


def _scale(error: float) -> float:
    """Return where an error stands between the first and the last of the scale, 0 to 1."""
    first, last = math.log(_ERRORS[0]), math.log(_ERRORS[-1])
    return (first - math.log(min(max(error, _ERRORS[-1]), _ERRORS[0]))) / (first - last)


def _x(error: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * _scale(error)


def _y(error: float) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * _scale(error)


def _line(x: float, y: float, to_x: float, to_y: float, kind: str) -> str:
    return f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" class="{kind}"/>'


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _titles(across: str, up: str, title: str) -> list[str]:
    middle = (_HEIGHT - _BOTTOM + _TOP) / 2
    return [
        _text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 12, across, "middle"),
        f'<text transform="translate(16 {middle:.0f}) rotate(-90)" text-anchor="middle">{escape(up)}</text>',
        _text(_LEFT + 8, _TOP + 14, title, "start"),
    ]


def _svg(parts: Iterable[str], title: str) -> str:
    body = "".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(title)}">{body}</svg>'
    )
