"""The simulated scans of the demonstration: a head, and water for the scale's zero."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from diaphane.ct import ConeBeam, ConeScan, Detector
from diaphane.image import Image
from diaphane.phantom import Body, scan
from diaphane.space import GridOptions

SizeName = Literal["small", "full"]


@dataclass(frozen=True)
class Size:
    """How large the demonstration is."""

    n_views: int
    """Views around the head."""
    pixel_mm: float
    """Edge of a detector pixel."""
    photons: float
    """Photons a pixel counts in each view without the body."""
    subrays: int
    """Rays per pixel along each side in the simulation."""
    picture_px: int
    """Edge of the rendered pictures."""
    n_turns: int
    """Pictures of the turntable."""
    few_every: int
    """Of how many views the failure keeps one."""
    dose_views: int
    """Views around the slice that is shown at falling dose."""
    dose_pixel_mm: float
    """Width of a detector pixel in those."""
    n_doses: int
    """How often the dose is halved, and once more."""

    @property
    def voxel_mm(self) -> float:
        """Edge of a voxel: a detector pixel as seen at the axis of rotation."""
        return self.pixel_mm * SOURCE_TO_AXIS_MM / SOURCE_TO_DETECTOR_MM


SOURCE_TO_AXIS_MM = 2000.0
"""Far away, so that the cone is flat (3.4° at the crown) and its error small."""
SOURCE_TO_DETECTOR_MM = 2500.0
HEAD_REACH_MM = (112.0, 119.0)
"""How far the head reaches from the origin: across the axis of rotation, and along it."""
SIZES: dict[SizeName, Size] = {
    "full": Size(360, 1.25, 150_000, 2, 720, 12, 12, 240, 1.5, 7),
    "small": Size(90, 5.0, 400_000, 1, 240, 4, 6, 90, 3.0, 3),
}


def head_beam(size: Size) -> ConeBeam:
    """Return a circle of views in which the whole head is seen."""
    radius, half_height = HEAD_REACH_MM
    across = 2 * SOURCE_TO_DETECTOR_MM * np.tan(np.arcsin(radius / SOURCE_TO_AXIS_MM))
    along = 2 * half_height * SOURCE_TO_DETECTOR_MM / (SOURCE_TO_AXIS_MM - radius)
    detector = Detector(
        n_rows=int(np.ceil(along / size.pixel_mm)) + 4,
        n_columns=int(np.ceil(across / size.pixel_mm)) + 8,
        row_spacing_mm=size.pixel_mm,
        column_spacing_mm=size.pixel_mm,
    )
    angles_rad = np.arange(size.n_views) * 2 * np.pi / size.n_views
    return ConeBeam(angles_rad, detector, SOURCE_TO_AXIS_MM, SOURCE_TO_DETECTOR_MM)


def measure(body: Body, beam: ConeBeam, size: Size, *, seed: int) -> ConeScan:
    """Return what the scanner counts behind a body."""
    counted = scan(
        body,
        beam,
        photons=size.photons,
        electronic_noise=5.0,
        dark_counts=50.0,
        gain_spread=0.02,
        subrays=size.subrays,
        focal_spot_mm=0.6,
        seed=seed,
    )
    if not isinstance(counted, ConeScan):
        raise TypeError("a cone beam gives a cone scan")
    return counted


def grid_like(image: Image) -> GridOptions:
    """Return the options that name the upright, even grid of an image."""
    x, y, z = (float(c) for c in image.grid.center_mm)
    return GridOptions(image.grid.spacing_mm[0], image.grid.shape, (x, y, z))


def fewer_views(counted: ConeScan, every: int) -> ConeScan:
    """Return the scan with only every so-many-th view, as if no more had been taken."""
    beam = replace(counted.beam, angles_rad=counted.beam.angles_rad[::every])
    return replace(counted, values=counted.values[::every], beam=beam)
