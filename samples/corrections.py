"""How people correct an entry: one character, several or all of it, with the right one beside, above or on top."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.random import Generator

from samples.fonts import Split
from samples.ink import PEN_COLOURS, Hand, Machine, Writer
from samples.marks.erasures import erase
from samples.paper import BoxMm, Paper

#: who corrects has another pen in hand than who wrote, this often
_OTHER_PEN: Final = 0.2
#: what was covered is typed again rather than written by hand, this often
_TYPED_AGAIN: Final = 0.4
#: how far around an entry its correction may reach, mm
_REACH_MM: Final = 14.0
#: a change of a grey level no wash of correction fluid stays below
_CHANGED: Final = 3
#: how much of a comb is undone, by kind: only what is wrong, up to the last wrong figure, up to the end, all
_SCOPES: Final = ("each", "span", "tail", "whole")
_SCOPES_OF_STRIKES: Final = (0.25, 0.1, 0.05, 0.6)
_SCOPES_OF_OVERWRITING: Final = (0.8, 0.05, 0.05, 0.1)
_SCOPES_OF_COVERS: Final = (0.3, 0.3, 0.1, 0.3)
#: the whole line is undone rather than its wrong part, this often
_ALL_OF_A_LINE: Final = {"strike": 0.65, "overwrite": 0.15}
_ALL_COVERED: Final = 0.5
_ALL_TRACED: Final = 0.3
_SHORT: Final = 12
#: the whole number or word rather than its wrong character, this often
_WHOLE_WORD: Final = 0.5
#: what replaces something struck stands above rather than below it, this often
_ABOVE: Final = 0.75
#: between two pieces of a line, mm
_SPACE_MM: Final = 1.6


class Watch:
    """Looks at part of a sheet, to say later where its pixels changed."""

    def __init__(self, paper: Paper, box: BoxMm) -> None:
        x, y, w, h = box
        self._paper = paper
        self._left, self._top = max(paper.px(x - _REACH_MM), 0), max(paper.px(y - _REACH_MM), 0)
        self._right, self._bottom = paper.px(x + w + _REACH_MM), paper.px(y + h + _REACH_MM)
        self._was = self._now().copy()

    def _now(self) -> np.ndarray:
        return self._paper.pixels[self._top : self._bottom, self._left : self._right]

    def changed(self) -> BoxMm | None:
        """Return the box, mm, around every pixel that is another now."""
        difference = np.abs(self._now().astype(np.int16) - self._was).max(axis=2) > _CHANGED
        rows, columns = np.flatnonzero(difference.any(axis=1)), np.flatnonzero(difference.any(axis=0))
        if not len(rows):
            return None
        scale = self._paper.scale
        return (
            (self._left + int(columns[0])) / scale,
            (self._top + int(rows[0])) / scale,
            (int(columns[-1]) - int(columns[0]) + 1) / scale,
            (int(rows[-1]) - int(rows[0]) + 1) / scale,
        )


@dataclass(frozen=True)
class Correcting:
    """Who wrote an entry, and who puts it right how."""

    paper: Paper
    rng: Generator
    split: Split
    #: wrote what is undone
    writer: Writer
    #: holds the pen that undoes it, and writes what counts
    hand: Hand
    #: one of ``samples.marks.erasures.KINDS``
    kind: str

    def cells(self, cells: list[BoxMm], before: str, after: str) -> BoxMm:
        """Correct a comb from *before* to *after*, which may be nothing; return the box of what was undone."""
        n = len(cells)
        before, after = before.ljust(n)[:n], after.ljust(n)[:n]
        touched = self._touched(before, after)
        keep = "".join(" " if i in touched else c for i, c in enumerate(after))
        self.writer.cells(self.paper, keep, cells, self.rng)
        return self._undo_cells(cells, _only(before, touched), _only(after, touched), touched)

    def _undo_cells(self, cells: list[BoxMm], old: str, new: str, touched: list[int]) -> BoxMm:
        first, last = cells[touched[0]], cells[touched[-1]]
        place = (first[0], first[1], last[0] + last[2] - first[0], first[3])
        watch = Watch(self.paper, place)
        self.writer.cells(self.paper, old, cells, self.rng)
        ink = watch.changed() or place
        erase(self.paper, self.kind, ink, self.rng, self._pen().colour, self.split)
        undone = watch.changed() or place
        if not new.strip():
            return undone
        if self.kind == "strike":
            self._write_beside(cells, new, touched)
        elif self.kind == "overwrite":
            self._heavy().cells(self.paper, new, cells, self.rng)
            return watch.changed() or place
        else:
            self._over().cells(self.paper, new, cells, self.rng)
        return undone

    def _write_beside(self, cells: list[BoxMm], new: str, touched: list[int]) -> None:
        """Write the right figures above or below the struck ones, each over its own, or as one number."""
        rng, pen = self.rng, self._pen()
        small = replace(pen, digit_mm=pen.digit_mm * rng.uniform(0.75, 0.95))
        lift = cells[0][3] * (rng.uniform(0.8, 1.0) if rng.random() < _ABOVE else -rng.uniform(0.8, 1.0))
        if rng.random() < 0.6:
            small.cells(self.paper, new, [(x, y - lift, w, h) for x, y, w, h in cells], rng)
            return
        x, y, _, h = cells[touched[0]]
        right = cells[touched[-1]][0] + cells[touched[-1]][2]
        text = "".join(new[i] for i in touched).strip()
        wide = small.width_mm(self.paper, text) + 2
        if right + wide < self.paper.width_mm - 8 and len(touched) > 1 and rng.random() < 0.3:
            small.line(self.paper, text, (right + 1, y, wide, h), rng)
        else:
            small.line(self.paper, text, (x, y - lift, max(wide, right - x), h), rng)

    def _touched(self, before: str, after: str) -> list[int]:
        """Return the cells that are written wrong first."""
        used = [i for i, c in enumerate(before) if c != " "]
        if not after.strip():
            return used
        changed = [i for i in range(len(after)) if before[i] != after[i]]
        if not changed:  # nothing was wrong: traced over once more
            start = int(self.rng.integers(len(used)))
            return used[start : start + int(self.rng.integers(1, 4))]
        odds = {"strike": _SCOPES_OF_STRIKES, "overwrite": _SCOPES_OF_OVERWRITING}.get(self.kind, _SCOPES_OF_COVERS)
        scope = str(self.rng.choice(_SCOPES, p=odds))
        first, last = changed[0], changed[-1]
        if scope == "each" and (self.kind == "overwrite" or last - first == len(changed) - 1):
            return changed
        if scope == "whole":
            first, last = min(used[0], first), max(used[-1], last)
        elif scope == "tail":
            last = max(used[-1], last)
        return list(range(first, last + 1))

    def line(self, zone: BoxMm, before: str, after: str, *, below_mm: float | None = None) -> BoxMm:
        """Correct a line of text; return the box of what was undone.

        Args:
            zone: where the line stands.
            before: what is undone.
            after: what counts in the end; may be nothing.
            below_mm: how far below there is a free line for it, where there is one.
        """
        lead, old, new, tail = self._parts(before, after)
        x, y, w, h = zone
        widths = [self.writer.width_mm(self.paper, part) for part in (lead, old, tail)]
        fit = min(1.0, (w - 1) / max(sum(widths), 1.0))
        if lead:
            x = self._piece(lead, (x, y, widths[0] * fit + 1, h))
        watch = Watch(self.paper, (x, y, widths[1], h))
        end = self._piece(old, (x, y, widths[1] * fit + 1, h))
        ink = watch.changed() or (x, y, widths[1], h)
        erase(self.paper, self.kind, ink, self.rng, self._pen().colour, self.split)
        undone = watch.changed() or ink
        if new and self.kind == "overwrite":
            self._on_top(self._heavy(), new, ink, zone)
            undone = watch.changed() or undone
        elif new and self.kind != "strike":
            self._on_top(self._over(), new, ink, zone)
        if tail:
            end = self._piece(tail, (end, y, widths[2] * fit + 1, h))
        if new and self.kind == "strike":
            self._line_beside(new, ink, zone, None if tail else end, below_mm)
        return undone

    def _piece(self, text: str, box: BoxMm) -> float:
        """Write part of a line; return where the next one begins."""
        x, y, w, h = box
        x += _SPACE_MM * (len(text) - len(text.lstrip()))
        wide = self.writer.line(self.paper, text.strip(), (x - min(0.1 * w, 1.0), y, w, h), self.rng)
        return wide[0] + wide[2] + _SPACE_MM * (len(text) - len(text.rstrip()))

    def _on_top(self, writer: Writer, text: str, ink: BoxMm, zone: BoxMm) -> None:
        """Write *text* where the old ink stands or stood."""
        wide = max(writer.width_mm(self.paper, text), ink[2]) + 1
        writer.line(self.paper, text, (ink[0] - min(0.12 * wide, 1.0), zone[1], wide, zone[3]), self.rng)

    def _line_beside(self, new: str, ink: BoxMm, zone: BoxMm, end: float | None, below_mm: float | None) -> None:
        """Write the right words behind the line where it has an *end* with room, or above or below what was struck."""
        rng, pen = self.rng, self._pen()
        small = replace(pen, digit_mm=pen.digit_mm * rng.uniform(0.75, 1.0))
        wide, (x, y, w, h) = small.width_mm(self.paper, new) + 1.5, zone
        if end is not None and end + wide + 1 < x + w and rng.random() < 0.6:
            small.line(self.paper, new, (end + 1, y, wide, h), rng)
            return
        lift = h * rng.uniform(0.65, 0.85) if rng.random() < _ABOVE else -h * rng.uniform(0.65, 0.85)
        if below_mm is not None and new.count(" ") > 1:  # more than a word does not fit between two lines
            lift = -below_mm
        left = max(min(ink[0], self.paper.width_mm - 6 - wide), 6.0)
        small.line(self.paper, new, (left, y - lift, wide, h), rng)

    def _parts(self, before: str, after: str) -> tuple[str, str, str, str]:
        """Return what stays before, what was wrong, what replaces it, what stays behind."""
        if not after:
            return "", before, "", ""
        if before == after:  # nothing was wrong: traced over once more
            start = int(self.rng.integers(len(before)))
            end = min(start + int(self.rng.integers(1, 4)), len(before))
            if (self.rng.random() < _ALL_TRACED and len(before) <= _SHORT) or not before[start:end].strip():
                return "", before, after, ""
            return before[:start], before[start:end], after[start:end], after[end:]
        head = _shared(before, after)
        foot = _shared(before[head:][::-1], after[head:][::-1])
        whole = (
            self.kind != "overwrite" or max(len(before), len(after)) <= _SHORT
        )  # nobody writes over a whole sentence
        if (whole and self.rng.random() < _ALL_OF_A_LINE.get(self.kind, _ALL_COVERED)) or not head + foot:
            return "", before, after, ""
        if self.rng.random() < _WHOLE_WORD:  # the whole number or word rather than the one character
            while head and before[head - 1].isalnum():
                head -= 1
            while foot and before[len(before) - foot].isalnum():
                foot -= 1
        old, new = before[head : len(before) - foot], after[head : len(after) - foot]
        if not old.strip() or not new.strip():
            return "", before, after, ""
        return before[:head], old, new, before[len(before) - foot :] if foot else ""

    def _pen(self) -> Hand:
        if self.rng.random() >= _OTHER_PEN:
            return self.hand
        return replace(self.hand, colour=PEN_COLOURS[int(self.rng.integers(len(PEN_COLOURS)))])

    def _heavy(self) -> Hand:
        """Who writes over presses harder."""
        pen = self._pen()
        return replace(pen, thickness=max(pen.thickness, 0.0) + float(self.rng.uniform(0.3, 1.3)))

    def _over(self) -> Writer:
        """Who writes on the patch: a typewriter reaches it again, a printer does not."""
        again = isinstance(self.writer, Machine) and self.rng.random() < _TYPED_AGAIN
        return self.writer if again else self._pen()


def _only(text: str, kept: list[int]) -> str:
    return "".join(c if i in kept else " " for i, c in enumerate(text))


def _shared(one: str, other: str) -> int:
    """Return how many characters both begin with."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
