"""Ellipses with line integrals in closed form, and the scans a perfect scanner makes of them."""

from dataclasses import dataclass

import numpy as np

from diaphane.ct import Detector, FanBeam, FanScan, ParallelBeam, ParallelScan
from diaphane.units import Quantity


@dataclass(frozen=True)
class Ellipse:
    x_mm: float
    y_mm: float
    half_x_mm: float
    half_y_mm: float
    per_mm: float
    turn_rad: float = 0.0

    def contains(self, x_mm, y_mm):
        c, s = np.cos(self.turn_rad), np.sin(self.turn_rad)
        dx, dy = x_mm - self.x_mm, y_mm - self.y_mm
        return ((c * dx + s * dy) / self.half_x_mm) ** 2 + (
            (c * dy - s * dx) / self.half_y_mm
        ) ** 2 <= 1

    def line_integrals(self, origins_mm, directions):
        """Rays of shape (..., 2), directions of length 1: twice the root of the quadratic."""
        c, s = np.cos(self.turn_rad), np.sin(self.turn_rad)
        turn = np.array([[c, s], [-s, c]]) / np.array([[self.half_x_mm], [self.half_y_mm]])
        o = (origins_mm - np.array([self.x_mm, self.y_mm])) @ turn.T
        d = directions @ turn.T
        dd, od, oo = (d * d).sum(-1), (o * d).sum(-1), (o * o).sum(-1)
        return self.per_mm * 2 * np.sqrt(np.maximum(od**2 - dd * (oo - 1), 0)) / dd


BODY = (  # off the axis, without any symmetry
    Ellipse(6.0, -4.0, 30.0, 22.0, 0.02, 0.3),
    Ellipse(18.0, 3.0, 5.0, 8.0, 0.02, -0.5),
    Ellipse(-8.0, -10.0, 6.0, 6.0, -0.02),
    Ellipse(2.0, 6.0, 3.0, 3.0, 0.01),
)
FLAT_PLACES = {  # where a circle of 2 mm holds one attenuation
    (18.0, 3.0): 0.04,
    (-8.0, -10.0): 0.0,
    (2.0, 6.0): 0.03,
    (8.0, -12.0): 0.02,
    (-15.0, -2.0): 0.02,
    (-30.0, 20.0): 0.0,
}


def rays_of(beam, columns):
    """Origins and directions in the plane, as the docstring of ``ct/acquisition/beam.py`` says."""
    beta = beam.angles_rad[:, None]
    u = np.stack(np.broadcast_arrays(np.cos(beta), np.sin(beta)), -1)
    s = np.stack(np.broadcast_arrays(np.sin(beta), -np.cos(beta)), -1)
    t = ((columns - beam.detector.center_column) * beam.detector.column_spacing_mm)[:, None]
    if isinstance(beam, ParallelBeam):
        origins = t * u
        return origins, np.broadcast_to(-s, origins.shape)
    source = beam.source_to_axis_mm * s
    distance = beam.source_to_detector_mm
    if beam.detector.shape == "curved":
        pixel = source + distance * (np.sin(t / distance) * u - np.cos(t / distance) * s)
    else:
        pixel = source + t * u - distance * s
    direction = pixel - source
    direction = direction / np.linalg.norm(direction, axis=-1, keepdims=True)
    return np.broadcast_to(source, direction.shape), direction


def line_integrals(bodies, beam, n_subrays=5):
    """Shape (n_views, n_rows, n_columns): the mean over each pixel's width, equal in all rows."""
    columns = np.arange(beam.detector.n_columns)
    total = np.zeros((beam.n_views, len(columns)))
    for part in (np.arange(n_subrays) + 0.5) / n_subrays - 0.5:
        rays = rays_of(beam, columns + part)
        total += sum(body.line_integrals(*rays) for body in bodies)
    total /= n_subrays
    return np.repeat(total[:, None, :], beam.detector.n_rows, axis=1)


def scan_of(bodies, beam, n_subrays=5):
    kind = ParallelScan if isinstance(beam, ParallelBeam) else FanScan
    values = line_integrals(bodies, beam, n_subrays).astype(np.float32)
    return kind(values, beam, Quantity.LINE_INTEGRAL)


def mean_in(image, x_mm, y_mm, radius_mm, slice_=0):
    """The mean of a slice in a circle, found through the grid's own map of millimeters."""
    ny, nx = image.grid.shape[1:]
    index = np.stack(np.meshgrid([slice_], np.arange(ny), np.arange(nx), indexing="ij"), -1)
    points = image.grid.to_mm(index)[0]
    inside = np.hypot(points[..., 0] - x_mm, points[..., 1] - y_mm) <= radius_mm
    assert inside.sum() > 4
    return float(image.values[slice_][inside].mean(dtype=np.float64))


def full_turn(n):
    return np.arange(n) * 2 * np.pi / n


def half_turn(n):
    return np.arange(n) * np.pi / n


def parallel(angles_rad, n_columns=161, pitch_mm=0.5, **kwargs):
    return ParallelBeam(angles_rad, Detector(1, n_columns, pitch_mm, pitch_mm, **kwargs))


def fan(angles_rad, n_columns=161, pitch_mm=0.5, **kwargs):
    """A fan whose pitch at the axis is `pitch_mm`."""
    return FanBeam(angles_rad, Detector(1, n_columns, pitch_mm, pitch_mm * 1.5, **kwargs), 200, 300)


def curved_fan(angles_rad, n_columns=161, pitch_mm=0.5, **kwargs):
    """A wide fan onto a curved detector whose pitch at the axis is `pitch_mm`."""
    detector = Detector(1, n_columns, pitch_mm, pitch_mm * 1.8, shape="curved", **kwargs)
    return FanBeam(angles_rad, detector, 100, 180)
