"""Other hands from the same cells: each is warped, thickened or thinned, inked otherwise, anew each time it is shown.

What is drawn once is seen many times; a figure that leans, widens or wobbles a little differently is a little of
another writer's. The cell's margins are warped with it: a neighbour's stroke stays a neighbour's.
"""

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from extractors.readers.cells import SIDE

#: share of a batch that is warped; of those a third is thickened, a sixth thinned
_WARPED: Final = 0.75
#: standard deviations, cut at twice that: turn (radians), slant, logarithm of the scale, shift (half sides)
_TURN: Final = 0.06
_SLANT: Final = 0.10
_SCALE: Final = 0.07
_SHIFT: Final = 0.04
#: at most this standard deviation of the wobble at five by five points, half sides: a pixel
_WOBBLE: Final = 0.05
#: at most so much of a pixel's width is added to, or taken from, each side of a stroke
_THICKER: Final = 0.8
_THINNER: Final = 0.35
_DEPTHS: Final = (0.8, 1.1)


def varied(cells: Tensor) -> Tensor:
    """Return *cells* ``(n, 2, SIDE, SIDE)``, 0 to 1, as other pens and hands might have filled them; in any order."""
    warped = _warped(cells[: int(_WARPED * len(cells))])
    thick = len(warped) // 3
    thin = thick + thick // 2
    parts = (
        _pressed(warped[:thick], _THICKER),
        _lifted(warped[thick:thin]),
        warped[thin:],
        cells[int(_WARPED * len(cells)) :],
    )
    out = torch.cat(parts)
    low, high = _DEPTHS
    out[:, 1] = (out[:, 1] * (low + (high - low) * torch.rand(len(out), 1, 1))).clamp(0, 1)
    return out


def _pressed(cells: Tensor, most: float) -> Tensor:
    share = torch.rand(len(cells), 1, 1, 1) * most
    return cells + share * (functional.max_pool2d(cells, 3, 1, 1) - cells)


def _lifted(cells: Tensor) -> Tensor:
    return -_pressed(-cells, _THINNER)


def _warped(cells: Tensor) -> Tensor:
    count = len(cells)
    turn, slant = _spread(count, _TURN), _spread(count, _SLANT)
    wide, high = torch.exp(_spread(count, _SCALE)), torch.exp(_spread(count, _SCALE))
    to_source = torch.stack(
        [
            torch.stack([wide * torch.cos(turn), slant - torch.sin(turn), _spread(count, _SHIFT)], 1),
            torch.stack([wide * torch.sin(turn), high * torch.cos(turn), _spread(count, _SHIFT)], 1),
        ],
        1,
    )
    grid = functional.affine_grid(to_source, list(cells.shape), align_corners=False)
    wobble = torch.randn(count, 2, 5, 5) * (torch.rand(count, 1, 1, 1) * _WOBBLE)
    drift = functional.interpolate(wobble, size=(SIDE, SIDE), mode="bilinear", align_corners=True).permute(0, 2, 3, 1)
    return functional.grid_sample(cells, grid + drift, mode="bilinear", padding_mode="zeros", align_corners=False)


def _spread(count: int, sigma: float) -> Tensor:
    return (torch.randn(count) * sigma).clamp(-2 * sigma, 2 * sigma)
