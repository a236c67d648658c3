"""Where a stack of sections lies: in order along its normal, on a grid if one can hold it.

A grid holds a stack when every corner of every section lies within a tolerance (0.001 mm) of
where its header puts it. The steps from section to section need not run along the normal: a
tilted gantry gives a sheared grid.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from diaphane.arrays import DoubleArray
from diaphane.formats.dicom_header import Frame, Plane
from diaphane.notices import notice
from diaphane.space import Affine, Grid

TOLERANCE_MM = 1e-3
"""How far a section may lie from where its header puts it."""


@dataclass(frozen=True, eq=False)
class Placement:
    """Where the sections of an ordered stack lie."""

    positions_mm: DoubleArray
    """Shape (n, 3): the center of each section's first pixel, LPS mm."""
    row_steps_mm: DoubleArray
    """Shape (n, 3): from one row to the next."""
    column_steps_mm: DoubleArray
    """Shape (n, 3): from one column to the next."""
    heights_mm: DoubleArray
    """Shape (n,): along the normal of the first section; growing."""

    @classmethod
    def of(cls, planes: Sequence[Plane]) -> "Placement":
        """Return the placement of planes that are already in order."""
        positions = np.array([plane.position_mm for plane in planes])
        return cls(
            positions_mm=positions,
            row_steps_mm=np.array([plane.row_step_mm for plane in planes]),
            column_steps_mm=np.array([plane.column_step_mm for plane in planes]),
            heights_mm=positions @ planes[0].normal,
        )

    @property
    def gaps_mm(self) -> DoubleArray:
        """From one section to the next, along the normal: shape (n - 1,)."""
        return np.diff(self.heights_mm)


def in_order(frames: Sequence[Frame]) -> tuple[Frame, ...]:
    """Return frames with planes from the lowest to the highest along the first one's normal."""
    normal = plane_of(frames[0]).normal
    return tuple(sorted(frames, key=lambda f: (plane_of(f).position_mm @ normal, f.header.path)))


def plane_of(frame: Frame) -> Plane:
    """Return the plane of a frame that has one."""
    if frame.plane is None:
        raise ValueError("this frame has no plane")
    return frame.plane


def fit_grid(
    placement: Placement, shape: tuple[int, int], thickness_mm: float
) -> tuple[Grid, float]:
    """Return the grid nearest to the sections, and how far the farthest corner lies from it.

    Parameters
    ----------
    placement : Placement
        Where the sections lie.
    shape : (2,) integers
        Rows and columns of each.
    thickness_mm : float
        The step to the next section where there is only one.
    """
    n = len(placement.positions_mm)
    row_step, column_step = placement.row_steps_mm.mean(0), placement.column_steps_mm.mean(0)
    if n == 1:
        normal = np.cross(column_step, row_step)
        step = normal / np.linalg.norm(normal) * thickness_mm
        origin = placement.positions_mm[0]
    else:
        k = np.arange(n) - (n - 1) / 2
        step = k @ placement.positions_mm / (k @ k)
        origin = placement.positions_mm.mean(0) - step * (n - 1) / 2
    affine = Affine.from_columns([step, row_step, column_step], origin)
    return Grid((n, *shape), affine), _farthest_corner_mm(placement, affine, shape)


def say_why_uneven(placement: Placement, deviation_mm: float) -> None:
    """Say by a notice why no grid holds the sections: missing ones, uneven steps, or a bend."""
    gaps = placement.gaps_mm
    if np.ptp(gaps) <= TOLERANCE_MM:
        notice("formats.slices_not_in_line", deviation_mm=round(deviation_mm, 4))
        return
    smallest = float(gaps.min())
    multiples = np.round(gaps / smallest)
    is_multiple = np.abs(gaps - multiples * smallest) <= np.maximum(0.02 * gaps, TOLERANCE_MM)
    # A gap of two or three steps among even ones is a loss; otherwise it was scanned so.
    if is_multiple.all() and (multiples > 1).any() and (multiples == 1).mean() >= 0.5:
        first = int(np.flatnonzero(multiples > 1)[0])
        notice(
            "formats.missing_slices",
            missing=int((multiples - 1).sum()),
            after_slice=first,
            from_mm=round(float(placement.heights_mm[first]), 3),
            to_mm=round(float(placement.heights_mm[first + 1]), 3),
            step_mm=round(smallest, 3),
        )
        return
    notice(
        "formats.uneven_slices",
        smallest_mm=round(smallest, 3),
        largest_mm=round(float(gaps.max()), 3),
        deviation_mm=round(deviation_mm, 4),
    )


def thickness_mm(frames: Sequence[Frame]) -> float:
    """Return the thickness of a lone section; 1 mm, with a notice, where nobody says."""
    if len(frames) > 1 or frames[0].thickness_mm > 0:
        return frames[0].thickness_mm
    notice("formats.thickness_unknown", assumed_mm=1)
    return 1.0


def tilt_deg(grid: Grid) -> float:
    """Return the angle between the steps from section to section and the sections' normal."""
    step, row, column = grid.affine.steps_mm
    normal = np.cross(column, row)
    cosine = abs(step @ normal) / (np.linalg.norm(step) * np.linalg.norm(normal))
    return float(np.rad2deg(np.arccos(min(1.0, cosine))))


def _farthest_corner_mm(placement: Placement, affine: Affine, shape: tuple[int, int]) -> float:
    n = len(placement.positions_mm)
    farthest = 0.0
    for row in (0, shape[0] - 1):
        for column in (0, shape[1] - 1):
            said = (
                placement.positions_mm
                + row * placement.row_steps_mm
                + column * placement.column_steps_mm
            )
            ours = affine(np.stack([np.arange(n), np.full(n, row), np.full(n, column)], 1))
            farthest = max(farthest, float(np.linalg.norm(ours - said, axis=1).max()))
    return farthest
