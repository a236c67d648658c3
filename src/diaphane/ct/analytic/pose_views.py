"""Views from any pose, seen as by an upright detector at the same source.

What a source sees does not depend on the plane on which it is caught: every view is resampled
onto a plane that stands upright and faces the same way, through the same middle. From there on
columns of voxels are seen along columns of the detector, and one kernel serves all poses.
"""

from dataclasses import dataclass

import numpy as np

from diaphane.arrays import DoubleArray, FloatArray, IntArray
from diaphane.ct.acquisition.cone_field import ConeField
from diaphane.ct.acquisition.detector import Detector
from diaphane.ct.acquisition.field import axes_mm
from diaphane.ct.acquisition.pose import PoseBeam
from diaphane.ct.acquisition.scan import PoseScan
from diaphane.ct.acquisition.views import arcs_and_holes, truncated_views
from diaphane.ct.analytic.cone_views import N_SIGHT, Block
from diaphane.ct.analytic.pose_kernels import resample_views
from diaphane.ct.analytic.pose_offset import OneSide, find_one_side, widened
from diaphane.ct.analytic.redundancy import shares_of
from diaphane.errors import GeometryError
from diaphane.notices import notice
from diaphane.parallel import spread
from diaphane.space import Grid, GridOptions

_UPRIGHT = 1e-9
_STEEPEST = 0.5  # how much of a detector's normal may point along the axis


@dataclass(frozen=True, eq=False)
class PosedViews:
    """The views of a source and a detector that stand anywhere."""

    scan: PoseScan
    """What was measured."""
    sights: DoubleArray
    """Where each upright view sees what: shape (n_views, N_SIGHT)."""
    maps: DoubleArray
    """Shape (n_views, 3, 3): from (column, row, 1) of the upright view to the measured one."""
    weights: FloatArray
    """What each ray in the plane of its source counts: shape (n_views, n_columns)."""
    distances_mm: DoubleArray
    """From each source to its upright detector: shape (n_views,)."""
    arcs: FloatArray
    """All 1: `weights` hold everything."""

    @classmethod
    def of(cls, scan: PoseScan) -> "PosedViews":
        """Return the views of a scan.

        Raises
        ------
        GeometryError
            When a detector lies rather than stands.
        """
        beam = scan.beam
        normal = np.cross(beam.column_axes, beam.row_axes)
        if np.abs(normal[:, 2]).max() > _STEEPEST:
            raise GeometryError(
                f"detectors must stand upright within 30°, that of view "
                f"{int(np.abs(normal[:, 2]).argmax())} leans more: turn the world's z axis "
                f"along the axis of rotation"
            )
        s = normal * (1, 1, 0)
        s /= np.linalg.norm(s, axis=1, keepdims=True)
        u = np.stack([-s[:, 1], s[:, 0], np.zeros(len(s))], 1)
        sights, distances = _sights(beam, u, s)
        lost = _lost(beam.detector, _maps(beam, u))[1]
        side = find_one_side(beam, sights, _axis_columns(sights), lost)
        if side:
            scan = widened(scan, side)
            beam = scan.beam
            sights, distances = _sights(beam, u, s)
        truncated = truncated_views(scan.values, side.added if side else (0, 0))
        if truncated:
            notice("ct.truncated", views=truncated)
        slopes = (np.arange(beam.detector.n_columns) - sights[:, 7:8]) / sights[:, 6:7]
        radius = np.hypot(beam.sources_mm[:, 0], beam.sources_mm[:, 1])
        weights = _weights(beam, slopes, u, s, distances / radius**2, side)
        maps = _maps(beam, u)
        return cls(scan, sights, maps, weights, distances, np.ones(beam.n_views, np.float32))

    @property
    def detector(self) -> Detector:
        """The detector's pixels; their centers differ from view to view."""
        return self.scan.beam.detector

    @property
    def spacing_mm(self) -> float:
        """From column to column at the detector: the weights scale to the axis."""
        return self.detector.column_spacing_mm

    @property
    def step_rad(self) -> float:
        """0: the detector is flat."""
        return 0.0

    def grid(self, options: GridOptions | None) -> Grid:
        """Return the grid that `options` ask for; what they leave out fits the mean pose."""
        detector, sights = self.detector, self.sights
        per_axis = float(np.mean(sights[:, 8])) * detector.row_spacing_mm
        row_mm = detector.row_spacing_mm / per_axis
        column_mm = detector.column_spacing_mm / per_axis
        axis = _axis_columns(sights)
        reach = float(np.minimum(axis, detector.n_columns - 1 - axis).mean())
        if reach <= 0:
            raise GeometryError(
                "the axis of rotation is not seen: give poses whose z axis it is, or a grid"
            )
        height = sights[:, 9] - (sights[:, 10] + 0.5) * row_mm
        bottom = float(height.mean())
        half_mm = (reach + 0.5) * column_mm
        return (options or GridOptions()).to_grid(
            low_mm=(-half_mm, -half_mm, bottom),
            high_mm=(half_mm, half_mm, bottom + detector.n_rows * row_mm),
            voxel_mm=(row_mm, column_mm, column_mm),
        )

    def field(self, grid: Grid) -> ConeField:
        """Return the voxels that every view saw, from one end of a column to the other.

        Raises
        ------
        GeometryError
            When no voxel is seen by every view.
        """
        z_mm, y_mm, x_mm = axes_mm(grid)
        low = np.full((len(y_mm), len(x_mm)), -np.inf)
        high = np.full((len(y_mm), len(x_mm)), np.inf)
        largest, first_row, last_row, margin = 0.0, *self._seen_rows()
        for sight, begin, end in zip(self.sights, first_row, last_row):
            depth = sight[3] * x_mm + sight[4] * y_mm[:, None] + sight[5]
            slope = (sight[0] * x_mm + sight[1] * y_mm[:, None] + sight[2]) / depth
            column = slope * sight[6] + sight[7]
            mm_per_row = depth / sight[8]
            low = np.maximum(low, sight[9] + (begin - sight[10]) * mm_per_row)
            high = np.minimum(high, sight[9] + (end - sight[10]) * mm_per_row)
            is_out = (column < margin) | (column > self.detector.n_columns - 1 - margin)
            high[is_out | (depth <= 0)] = -np.inf
            seen = depth[high > low]
            if seen.size:
                largest = max(largest, float(sight[8] / seen.min()))
        first = np.ceil(np.clip((low - z_mm[0]) / grid.spacing_mm[0] - 1e-6, 0, len(z_mm)))
        stop = np.floor(np.clip((high - z_mm[0]) / grid.spacing_mm[0], -1, len(z_mm) - 1)) + 1
        if not (first < stop).any():
            raise GeometryError(
                "no voxel of the grid is seen in every view: move it with grid.center_mm"
            )
        bounds: tuple[IntArray, IntArray] = first.astype(np.int32), stop.astype(np.int32)
        return ConeField(x_mm, y_mm, z_mm, *bounds, largest * self.detector.row_spacing_mm)

    def weighted(self, block: Block) -> FloatArray:
        """Return some views, upright, each ray by how much it counts."""
        maps, values = self.maps[block], self.scan.values[block]
        if np.abs(maps - np.eye(3)).max() < _UPRIGHT:
            upright = values.astype(np.float32)
        else:
            upright = np.empty(values.shape, np.float32)
            source = np.ascontiguousarray(values, dtype=np.float32)
            spread(resample_views, len(maps), source, maps, upright)
        sights, detector = self.sights[block], self.detector
        columns = (np.arange(detector.n_columns) - sights[:, 7:8]) * detector.column_spacing_mm
        rows = (np.arange(detector.n_rows) - sights[:, 10:11]) * detector.row_spacing_mm
        in_plane = self.distances_mm[block, None] ** 2 + columns**2
        oblique = np.sqrt(in_plane[:, None] / (in_plane[:, None] + rows[..., None] ** 2))
        upright *= (self.weights[block, None] * oblique).astype(np.float32)
        return upright

    def _seen_rows(self) -> tuple[DoubleArray, DoubleArray, float]:
        """Return each view's first and last upright row that it measured, and columns lost."""
        lost_rows, lost_columns = _lost(self.detector, self.maps)
        return lost_rows, self.detector.n_rows - 1 - lost_rows, lost_columns


def _sights(beam: PoseBeam, u: DoubleArray, s: DoubleArray) -> tuple[DoubleArray, DoubleArray]:
    """Return where each upright view sees what, and how far from its source it stands, in mm."""
    detector = beam.detector
    to_center = beam.centers_mm - beam.sources_mm
    distances = -(to_center * s).sum(1)
    along_u = (to_center * u).sum(1)
    sights = np.zeros((beam.n_views, N_SIGHT))
    radius = np.hypot(beam.sources_mm[:, 0], beam.sources_mm[:, 1])
    sights[:, 0:2], sights[:, 2] = u[:, :2], -(u * beam.sources_mm).sum(1)
    sights[:, 3:5], sights[:, 5] = -s[:, :2], (s * beam.sources_mm).sum(1)
    sights[:, :6] /= radius[:, None]
    sights[:, 6] = distances / detector.column_spacing_mm
    sights[:, 7] = detector.center_column - along_u / detector.column_spacing_mm
    sights[:, 8] = distances / (radius * detector.row_spacing_mm)
    sights[:, 9] = beam.sources_mm[:, 2]
    sights[:, 10] = detector.center_row - to_center[:, 2] / detector.row_spacing_mm
    return sights, distances


def _axis_columns(sights: DoubleArray) -> DoubleArray:
    """Return where each upright view sees the axis of rotation."""
    return sights[:, 6] * sights[:, 2] / sights[:, 5] + sights[:, 7]


def _lost(detector: Detector, maps: DoubleArray) -> tuple[DoubleArray, float]:
    """Return how many upright rows each view did not measure at an edge, and how many columns."""
    n_rows, n_columns = detector.n_rows, detector.n_columns
    across, along = np.linspace(0, n_columns - 1, 9), np.linspace(0, n_rows - 1, 9)
    rim = [(c, r) for c in across for r in (0, n_rows - 1)]
    rim += [(c, r) for c in (0, n_columns - 1) for r in along]
    places = np.array([(c, r, 1.0) for c, r in rim])
    seen = np.einsum("vij,pj->vpi", maps, places)
    column, row = seen[..., 0] / seen[..., 2], seen[..., 1] / seen[..., 2]
    lost_rows = np.maximum(np.maximum(-row, row - (n_rows - 1)).max(axis=1), 0)
    return lost_rows, max(float(np.maximum(-column, column - (n_columns - 1)).max()), 0.0)


def _weights(
    beam: PoseBeam,
    slopes: DoubleArray,
    u: DoubleArray,
    s: DoubleArray,
    scale: DoubleArray,
    side: OneSide | None,
) -> FloatArray:
    """Return what the rays in the plane count: how much of the plane each sweeps.

    Between two views the source goes on by Δa, and the ray with unit normal n sweeps ``|Δa · n|``
    of parallel rays: on a circle, R cos γ Δβ.
    """
    angles = beam.angles_rad
    order = np.argsort(np.mod(angles, 2 * np.pi), kind="stable")
    arcs, holes = arcs_and_holes(angles)
    before, behind = np.roll(order, 1), np.roll(order, -1)
    steps = np.empty((beam.n_views, 2))
    steps[order] = beam.sources_mm[behind, :2] - beam.sources_mm[before, :2]
    gap = np.empty(beam.n_views)
    gap[order] = np.mod(angles[behind] - angles[before], 2 * np.pi)
    chord = 2 * np.sin(np.minimum(gap, np.pi) / 2)
    steps *= (arcs / np.maximum(chord, 1e-12))[:, None]
    to_axis = np.stack([np.sin(angles), -np.cos(angles)], 1)
    lean = np.arctan2((s[:, :2] * np.stack([np.cos(angles), np.sin(angles)], 1)).sum(1),
                      (s[:, :2] * to_axis).sum(1))  # fmt: skip
    fan_rad = np.arctan(slopes) - lean[:, None]
    along, across = (steps * u[:, :2]).sum(1), (steps * s[:, :2]).sum(1)
    swept = np.abs(along[:, None] + slopes * across[:, None]) / np.sqrt(1 + slopes**2)
    shares = side.shares(fan_rad) if side else shares_of(angles, fan_rad, holes)
    return (swept * shares * scale[:, None]).astype(np.float32)


def _maps(beam: PoseBeam, u: DoubleArray) -> DoubleArray:
    """Return the map from places of the upright detector to those of the real one, for each view.

    The upright place is a point of the world; the ray of the source through it meets the real
    detector where it meets it: a map of homogeneous coordinates.
    """
    detector = beam.detector
    z = np.broadcast_to((0.0, 0.0, 1.0), u.shape)
    centered = np.array([
        [detector.column_spacing_mm, 0, -detector.center_column * detector.column_spacing_mm],
        [0, detector.row_spacing_mm, -detector.center_row * detector.row_spacing_mm],
        [0, 0, 1],
    ])  # fmt: skip
    to_center = beam.centers_mm - beam.sources_mm
    upright = np.stack([u, z, to_center], axis=2) @ centered
    real = np.stack([beam.column_axes, beam.row_axes, to_center], axis=2) @ centered
    maps = np.linalg.solve(real, upright)
    return maps / maps[:, 2:, 2:]
