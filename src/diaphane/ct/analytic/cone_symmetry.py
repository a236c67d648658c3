"""Which views of a circular scan see a volume as others see its turned and mirrored image.

Where views stand at even angles, four quarter turns and a mirror plane bring the circle of views
onto itself; where the detector is centered and the grid square and centered too, so do they with
the voxels. With the plane of the source as a second mirror, 16 pairs of a view and a voxel lie at
the same place of the detector, and what is worked out for one serves them all.

The pairs are numbered ``4 q + 2 m + f``: `m` mirrors x and the view angle, then `q` quarter turns
follow; `f` mirrors z.
"""

from dataclasses import dataclass

import numpy as np

from diaphane.arrays import DoubleArray, FloatArray, IntArray
from diaphane.ct.acquisition.cone_field import ConeField
from diaphane.ct.acquisition.detector import Detector

N_LANES = 16
"""Pairs of a view and a voxel that are alike."""

_SAME_RAD = 1e-6  # a thousandth of a column, 1000 columns from the axis
_SAME = 1e-6  # of a voxel, of a pixel


@dataclass(frozen=True, eq=False)
class AlikeViews:
    """The views of a circle in groups of eight that turn and mirror into one another."""

    groups: IntArray
    """Which views these are: shape (n_groups, 8), at ``2 q + m``."""
    shares: FloatArray
    """What a group counts, (n_groups,): a half where it is its own mirror image, so that each of
    its views stands in it twice."""

    @classmethod
    def of(cls, angles_rad: DoubleArray) -> "AlikeViews | None":
        """Return the groups of a full circle of view angles; ``None`` where there are none."""
        n_views, quarter = len(angles_rad), len(angles_rad) // 4
        turned = np.mod(angles_rad + _SAME_RAD, 2 * np.pi) - _SAME_RAD
        order = np.argsort(turned, kind="stable")
        step = 2 * np.pi / n_views
        off = turned[order] - turned[order[0]] - np.arange(n_views) * step
        mirrored = round(-2 * float(turned[order[0]]) / step)
        off_mirror = 2 * turned[order[0]] + mirrored * step
        if n_views % 4 or max(np.abs(off).max(), abs(off_mirror)) > _SAME_RAD:
            return None
        first = np.arange(quarter)
        first = first[first <= np.mod(mirrored - first, quarter)]
        both = np.stack([first, mirrored - first], axis=1)
        places = both[:, None] + quarter * np.arange(4)[:, None]
        shares = np.where(first == np.mod(mirrored - first, quarter), 0.5, 1.0)
        groups = order[np.mod(places, n_views)].reshape(len(first), 8)
        return cls(groups.astype(np.int32), shares.astype(np.float32))


def is_symmetric(field: ConeField, detector: Detector) -> bool:
    """Whether a grid and a detector look the same turned by a quarter, and in both mirrors."""
    axes = (field.x_mm, field.y_mm, field.z_mm)
    steps = [a[1] - a[0] if len(a) > 1 else 1.0 for a in axes]
    return (
        len(field.x_mm) == len(field.y_mm)
        and all(np.abs(a + a[::-1]).max() < _SAME * s for a, s in zip(axes, steps))
        and bool(np.abs(field.x_mm - field.y_mm).max() < _SAME * steps[0])
        and abs(detector.center_row - (detector.n_rows - 1) / 2) < _SAME
        and abs(detector.center_column - (detector.n_columns - 1) / 2) < _SAME
    )


def lanes_after() -> FloatArray:
    """Return the lane of each pair when all views turn: shape (8, N_LANES), first at ``2 q + m``.

    The view of a pair, turned by h before, is that of the pair ``g h``.
    """
    lanes = np.empty((8, N_LANES), np.float32)
    for h in range(8):
        for lane in range(N_LANES):
            q, m, f = lane // 4, lane // 2 % 2, lane % 2
            turns = q + (h // 2 if m == 0 else -(h // 2))
            lanes[h, lane] = turns % 4 * 4 + (m + h) % 2 * 2 + f
    return lanes
