"""The distance-driven model written down ray by ray in float64 NumPy, as a dense matrix."""

import numpy as np

from diaphane.ct import ConeBeam, rays
from diaphane.ct.acquisition.field import axes_mm


def matrix_of(beam, grid):
    """Shape (n_views, n_rows, n_columns, nz, ny, nx): how much each pixel sees of each voxel."""
    detector = beam.detector
    shape = (beam.n_views, detector.n_rows, detector.n_columns)
    matrix = np.zeros((*shape, *grid.shape))
    columns = np.arange(detector.n_columns + 1) - 0.5
    for view in range(beam.n_views):
        middle = [detector.center_row]
        edges = rays(beam, np.array([view]), rows=middle, columns=columns)
        origins, directions = edges.origins_mm[0, :, :2], edges.directions[0, :, :2]
        for column in range(detector.n_columns):
            center = rays(beam, np.array([view]), rows=middle, columns=[column])
            pair = slice(column, column + 2)
            plane = _in_plane(origins[pair], directions[pair], center.directions[0, 0], grid)
            for row in range(detector.n_rows):
                along = _along_axis(beam, view, row, column, grid)
                matrix[view, row, column] = plane * along
    return matrix


def _in_plane(origins, directions, center, grid):
    """Shape (ny, nx): the part of each voxel in the bin, times the length of the central ray."""
    _, y_mm, x_mm = axes_mm(grid)
    _, dy, dx = grid.spacing_mm
    if abs(center[1]) / dy >= abs(center[0]) / dx:
        return _crossed(origins, directions, center, y_mm, x_mm, (1, 0))
    return _crossed(origins, directions, center, x_mm, y_mm, (0, 1)).T


def _crossed(origins, directions, center, slabs_mm, across_mm, axes):
    along, across = axes
    width = across_mm[1] - across_mm[0]
    length = (slabs_mm[1] - slabs_mm[0]) / abs(center[along]) * np.hypot(*center[:2])
    part = np.zeros((len(slabs_mm), len(across_mm)))
    for j, slab in enumerate(slabs_mm):
        steps = (slab - origins[:, along]) / directions[:, along]
        low, high = np.sort(origins[:, across] + steps * directions[:, across])
        left, right = across_mm - width / 2, across_mm + width / 2
        shared = np.maximum(np.minimum(high, right) - np.maximum(low, left), 0)
        part[j] = shared / (high - low)
    return part * length


def _along_axis(beam, view, row, column, grid):
    """Shape (nz, ny, nx) or (nz, 1, 1): the part of each slice in the height of the row."""
    z_mm, y_mm, x_mm = axes_mm(grid)
    dz = grid.spacing_mm[0]
    detector = beam.detector
    low, high = ((row + h - detector.center_row) * detector.row_spacing_mm for h in (-0.5, 0.5))
    z = z_mm[:, None, None]
    longer = 1.0
    if isinstance(beam, ConeBeam):
        angle = beam.angles_rad[view]
        depth = beam.source_to_axis_mm - x_mm * np.sin(angle) + y_mm[:, None] * np.cos(angle)
        u, v, reach = detector.column_mm[column], detector.row_mm[row], beam.source_to_detector_mm
        in_plane = np.hypot(u, reach)
        if detector.shape == "curved":
            in_plane = reach
            depth = np.hypot(depth, x_mm * np.cos(angle) + y_mm[:, None] * np.sin(angle))
        low, high = (edge * depth / reach for edge in (low, high))
        longer = np.hypot(v, in_plane) / in_plane
    shared = np.minimum(high, z + dz / 2) - np.maximum(low, z - dz / 2)
    return longer * np.maximum(shared, 0) / (high - low)
