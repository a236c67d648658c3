"""A detector that stands to one side, so that a full turn sees a wider body.

Half of the views see one side of the body and half the other. Such a detector is treated as a
wider one with its axis in the middle, whose missing columns are empty: what the ramp filter
spreads there belongs to the picture.
"""

from dataclasses import replace
from typing import TypeVar

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.ct.acquisition.beam import Beam
from diaphane.ct.acquisition.detector import Detector
from diaphane.notices import notice

SomeBeam = TypeVar("SomeBeam", bound=Beam)
"""A beam whose kind is kept."""

OFFSET_BELOW = 0.6
"""Of the farther side's reach: less is no mistake of centering."""


def is_offset(beam: Beam) -> bool:
    """Whether one side of the detector reaches much less far from the axis than the other."""
    detector = beam.detector
    near, far = sorted((detector.center_column, detector.n_columns - 1 - detector.center_column))
    return 0 < near < OFFSET_BELOW * far


def near_edge_mm(detector: Detector) -> tuple[float, int]:
    """Return how far the nearer edge is from the axis, along u, and on which side the other is.

    The side is 1 where the detector reaches farther toward its last column, else -1.
    """
    before, behind = detector.center_column, detector.n_columns - 1 - detector.center_column
    return (min(before, behind) + 0.5) * detector.column_spacing_mm, 1 if behind > before else -1


def with_both_sides(beam: SomeBeam) -> tuple[SomeBeam, tuple[int, int]]:
    """Return a beam whose detector has its axis in the middle, and how many columns were added.

    Parameters
    ----------
    beam : ParallelBeam, FanBeam or ConeBeam
        Any beam; one whose detector is not offset comes back as it is.

    Returns
    -------
    beam : the same kind
        With as many columns on the nearer side as on the farther.
    added : two int
        Empty columns before the first and behind the last.
    """
    if not is_offset(beam):
        return beam, (0, 0)
    detector = beam.detector
    before, behind = detector.center_column, detector.n_columns - 1 - detector.center_column
    added = (max(round(behind - before), 0), max(round(before - behind), 0))
    wider = replace(
        detector,
        n_columns=detector.n_columns + sum(added),
        center_column=detector.center_column + added[0],
    )
    notice("ct.offset_detector", percent=round(100 * min(before, behind) / max(before, behind)))
    return replace(beam, detector=wider), added


def widen(values: AnyArray, added: tuple[int, int]) -> AnyArray:
    """Return views (n, n_rows, n_columns) with empty columns added."""
    return np.pad(values, ((0, 0), (0, 0), added)) if any(added) else values
