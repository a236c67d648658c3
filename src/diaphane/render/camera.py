"""Where the eye stands, and which ray belongs to which pixel.

The camera turns round the body as the source of a CT scanner does. At azimuth φ and elevation θ
the eye stands, seen from the point it looks at, in the direction ::

    toward the eye   e = ( sin φ cos θ, -cos φ cos θ, sin θ)
    to the right     u = ( cos φ,        sin φ,       0)
    upward           v = (-sin φ sin θ,  cos φ sin θ, cos θ)          u × v = e

so that at azimuth 0 it stands in front of the patient, whose right is on the viewer's left; at
azimuth 90 it stands on the patient's left side. The head is up.
"""

from dataclasses import dataclass

import numpy as np

from diaphane.arrays import DoubleArray

_MARGIN = 1.06


@dataclass(frozen=True, eq=False)
class Camera:
    """An eye, and a square of pixels through the point it looks at, at right angles to it."""

    azimuth_deg: float
    """0 in front of the patient, 90 on the patient's left."""
    elevation_deg: float
    """Above (toward the head) or below."""
    center_mm: DoubleArray
    """The point in the middle of the picture: LPS mm."""
    field_mm: float
    """Edge of the square, at the center."""
    size_px: int
    """Pixels along the edge."""
    distance_mm: float = float("inf")
    """From the eye to the center; infinite for parallel rays."""

    @classmethod
    def around(
        cls,
        points_mm: DoubleArray,
        azimuth_deg: float,
        elevation_deg: float,
        *,
        size_px: int,
        field_mm: float | None = None,
        fields_away: float = np.inf,
    ) -> "Camera":
        """Return a camera that looks at the middle of some points and shows them all.

        The field is the same at every azimuth, so that a body can be turned without growing or
        shrinking.

        Parameters
        ----------
        points_mm : (n, 3) float64
            What is to be seen, in LPS mm.
        azimuth_deg, elevation_deg : float
            Where the eye stands.
        size_px : int
            Pixels along the edge.
        field_mm : float, optional
            Edge of the square at its middle; by default what the points need.
        fields_away : float
            The distance of the eye, in fields; infinite for parallel rays.
        """
        center = (points_mm.min(axis=0) + points_mm.max(axis=0)) / 2
        apart = points_mm - center
        radius = float(np.hypot(apart[:, 0], apart[:, 1]).max())
        height = float(np.abs(apart[:, 2]).max())
        tilt = np.deg2rad(elevation_deg)
        half = max(radius, height * np.cos(tilt) + radius * abs(np.sin(tilt)))
        field = field_mm or 2 * _MARGIN * half
        return cls(azimuth_deg, elevation_deg, center, field, size_px, fields_away * field)

    @property
    def axes(self) -> DoubleArray:
        """Right, upward and toward the eye: shape (3, 3), one a row, each of length 1."""
        phi, theta = np.deg2rad(self.azimuth_deg), np.deg2rad(self.elevation_deg)
        right = (np.cos(phi), np.sin(phi), 0.0)
        upward = (-np.sin(phi) * np.sin(theta), np.cos(phi) * np.sin(theta), np.cos(theta))
        return np.array([right, upward, np.cross(right, upward)])

    @property
    def pixel_mm(self) -> float:
        """Edge of a pixel, at the center."""
        return self.field_mm / self.size_px

    @property
    def first_pixel_mm(self) -> DoubleArray:
        """Where the center of the upper left pixel lies: LPS mm."""
        half = (self.size_px - 1) / 2 * self.pixel_mm
        right, upward, _ = self.axes
        return self.center_mm + half * (upward - right)

    def sight(self, outside_mm: float) -> DoubleArray:
        """Return the rays for a kernel: shape (4, 4), see :func:`~sampling.start_ray`.

        Parameters
        ----------
        outside_mm : float
            How far before each pixel a parallel ray starts.
        """
        right, upward, toward = self.axes
        sight = np.zeros((4, 4))
        if np.isfinite(self.distance_mm):
            sight[0, :3] = self.center_mm + toward * self.distance_mm
        else:
            sight[0] = *(toward * outside_mm), 1
        sight[1, :3] = self.first_pixel_mm
        sight[2, :3] = right * self.pixel_mm
        sight[3, :3] = -upward * self.pixel_mm
        return sight
