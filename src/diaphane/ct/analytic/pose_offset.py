"""Free poses whose detector stands to one side: widened, and weighted, as on a circle."""

from dataclasses import dataclass, replace

import numpy as np

from diaphane.arrays import DoubleArray
from diaphane.ct.acquisition.pose import PoseBeam
from diaphane.ct.acquisition.scan import PoseScan
from diaphane.ct.acquisition.views import arcs_and_holes
from diaphane.ct.analytic.offset_detector import OFFSET_BELOW, widen
from diaphane.ct.analytic.redundancy import offset_shares, refuse_missing_views
from diaphane.notices import notice


@dataclass(frozen=True)
class OneSide:
    """How a detector stands to one side of the axis, in every view."""

    near_rad: float
    """The angle between the axis and the nearer edge, at least; infinite where both are alike."""
    far_side: int
    """1 where the detector reaches farther toward its last column, else -1."""
    added: tuple[int, int]
    """Empty columns before the first and behind the last, so that the axis is in the middle."""

    def shares(self, fan_rad: DoubleArray) -> DoubleArray:
        """Return what rays at angles from the axis count, beside those that run back."""
        return offset_shares(self.far_side * fan_rad / self.near_rad)


def find_one_side(
    beam: PoseBeam, sights: DoubleArray, axis_columns: DoubleArray, lost: float
) -> OneSide | None:
    """Return how the detector stands to one side; ``None`` where it does not.

    Parameters
    ----------
    beam : PoseBeam
        The poses.
    sights : (n_views, N_SIGHT) float64
        Where each upright view sees what.
    axis_columns : (n_views,) float64
        Where each view sees the axis of rotation.
    lost : number
        Columns at the edges that a turned detector does not fill.

    Raises
    ------
    GeometryError
        When it does, and views are missing.
    """
    last = beam.detector.n_columns - 1
    before, behind = float(axis_columns.min()) - lost, last - float(axis_columns.max()) - lost
    near, far = sorted((before, behind))
    if not 0 < near < OFFSET_BELOW * far:
        return None
    holes = arcs_and_holes(beam.angles_rad)[1]
    refuse_missing_views(holes, f"axis at column {axis_columns.mean():.4g} of {last + 1}")
    notice("ct.offset_detector", percent=round(100 * near / far))
    edge = lost - 0.5 if behind > before else last + 0.5 - lost
    middle, scale = sights[:, 7], sights[:, 6]
    angles_rad = np.arctan((edge - middle) / scale) - np.arctan((axis_columns - middle) / scale)
    near_rad = float(np.abs(angles_rad).min())
    added = (max(round(behind - before), 0), max(round(before - behind), 0))
    return OneSide(near_rad, 1 if behind > before else -1, added)


def widened(scan: PoseScan, side: OneSide) -> PoseScan:
    """Return a scan with empty columns on the nearer side."""
    detector = scan.beam.detector
    wider = replace(
        detector,
        n_columns=detector.n_columns + sum(side.added),
        center_column=detector.center_column + side.added[0],
    )
    return replace(
        scan, values=widen(scan.values, side.added), beam=replace(scan.beam, detector=wider)
    )
