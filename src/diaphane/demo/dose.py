"""One slice of the head at falling dose: filtered backprojection beside iterations, both measured.

The slice is drawn out along the axis, so that every detector row measures it again with photons of
its own: noise is then what differs from row to row. The upper rows see a few faint spots more,
and a model observer tells them from the lower rows at the same places.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from diaphane.chain import load, run
from diaphane.ct import Detector, FanBeam, FanScan, renoise
from diaphane.demo.simulated import Size
from diaphane.errors import InputError
from diaphane.image import Image, Measurement, Picture
from diaphane.phantom import Body, Cylinder, extruded, head, per_mm, scan
from diaphane.progress import track
from diaphane.quality import detectability, falls_to, mtf_disc, noise
from diaphane.render import plane
from diaphane.space import Grid

CHAIN = "ct-low-dose"
PHOTONS = 200_000.0
"""What a pixel counts in a view without the body, at full dose."""
ELECTRONIC_NOISE, DARK_COUNTS = 5.0, 50.0
STRENGTH = 1.0
"""Of the penalty at full dose; it grows with the noise of a ray, as the root of the parts."""
N_FLATS = 100
"""Frames without the body: few would leave rings."""
SPOT_HU, SPOT_RADIUS_MM = 59.0, 3.5
SPOTS_MM = (
    (-46.0, -22.0),
    (46.0, 10.0),
    (-44.0, 48.0),
    (40.0, -44.0),
    (-26.0, -60.0),
    (30.0, 66.0),
)
"""Where the faint spots lie, in LPS."""
POUCH_MM, POUCH_RADIUS_MM, POUCH_HU = (0.0, 42.0, 0.0), 6.0, 280.0
"""A pouch of contrast medium, on whose rim sharpness is measured."""
_LEVEL_MM = 45.0
_N_ROWS, _PITCH_MM = 8, 40.0  # rows so far apart that they do not know of each other
_REACH_MM = (200.0, 244.0)
"""How wide and how deep the slice shown is."""


@dataclass(frozen=True)
class Side:
    """One way of reconstructing, at one dose."""

    picture: Picture
    """The slice with the spots."""
    noise: Measurement
    """Standard deviation in the brain."""
    seen: Measurement
    """Detectability of the spots."""
    sharp: Measurement | None
    """Frequency at which half the contrast of the pouch's rim is left; none where it drowns."""


@dataclass(frozen=True)
class Dose:
    """The slice at one dose."""

    part: int
    """Of how many parts of the full dose it is one."""
    photons: float
    """Photons a ray starts with."""
    plain: Side
    """Filtered backprojection."""
    iterative: Side
    """Iterations."""


def dose_series(size: Size) -> Sequence[Dose]:
    """Return the slice at full dose, half of it, and so on."""
    clean = _clean_scan(size)
    parts = [2**k for k in range(size.n_doses)]
    return [_at_dose(clean, part, k) for k, part in enumerate(track(parts, "demo.dose"))]


def _clean_scan(size: Size) -> FanScan:
    """Return what the detector would count of one photon, without noise."""
    angles_rad = np.arange(size.dose_views) * 2 * np.pi / size.dose_views
    pixel = size.dose_pixel_mm
    n_columns = round(360 / pixel)
    beam = FanBeam(angles_rad, Detector(_N_ROWS, n_columns, _PITCH_MM, pixel), 600.0, 900.0)
    found = scan(_body(), beam)
    if not isinstance(found, FanScan):
        raise TypeError("a fan beam gives a fan scan")
    return found


def _body() -> Body:
    length = _N_ROWS * _PITCH_MM
    upper = length / 2
    wide = (POUCH_RADIUS_MM, POUCH_RADIUS_MM)
    pouch = Cylinder(POUCH_MM, wide, length, per_mm(POUCH_HU), name="pouch")
    radii = (SPOT_RADIUS_MM, SPOT_RADIUS_MM)
    spots = [Cylinder((x, y, upper / 2), radii, upper, per_mm(SPOT_HU)) for x, y in SPOTS_MM]
    slice_ = extruded(head(), z_mm=_LEVEL_MM, length_mm=length)
    return Body((*slice_.parts, pouch, *spots), "slice of a head")


def _at_dose(clean: FanScan, part: int, seed: int) -> Dose:
    photons = PHOTONS / part
    spacing = clean.beam.detector.column_spacing_mm / 1.5
    shape = [_N_ROWS, *(round(mm / spacing) for mm in reversed(_REACH_MM))]
    done = run(
        load(CHAIN),
        {"scan": _counted(clean, photons, seed)},
        overrides={
            "plain.grid": {"shape": shape},
            "calm.electronic_noise": ELECTRONIC_NOISE,
            "iterative.strength": STRENGTH * part**0.5,
        },
    )
    return Dose(part, photons, _side(done["plain_image"]), _side(done["image"]))


def _counted(clean: FanScan, photons: float, seed: int) -> FanScan:
    """Return what the detector counts of so many photons a ray."""
    frame = clean.values.shape[1:]
    random = np.random.default_rng([seed, 7])
    darks = DARK_COUNTS + random.normal(0, ELECTRONIC_NOISE, (10, *frame))
    expected = replace(
        clean,
        values=(clean.values * photons + DARK_COUNTS).astype(np.float32),
        flats=np.full((N_FLATS, *frame), photons + DARK_COUNTS, np.float32),
        darks=darks.astype(np.float32),
    )
    counted = renoise(expected, seed=seed, counts_per_photon=1.0)
    if not isinstance(counted, FanScan):
        raise TypeError("a fan scan gives a fan scan")
    return counted


def _side(image: Image) -> Side:
    upper = _N_ROWS * _PITCH_MM / 4
    half_mm = upper - _PITCH_MM / 4
    one, twin = _rows(image, slice(0, 2)), _rows(image, slice(2, 4))
    return Side(
        picture=plane(
            image,
            plane="axial",
            position_mm=2 * upper - _PITCH_MM / 2,
            level=40,
            width=160,
            pixel_mm=0.7,
        ),
        noise=noise(
            one, twin, center_mm=(0.0, 10.0, 0.0), radius_mm=45.0, half_height_mm=4 * upper
        ),
        seen=detectability(
            image,
            present_mm=[(x, y, upper) for x, y in SPOTS_MM],
            absent_mm=[(x, y, -upper) for x, y in SPOTS_MM],
            size_mm=2 * SPOT_RADIUS_MM,
            half_height_mm=half_mm,
            n_channels=3,
            background="known",
        ),
        sharp=_sharpness(image),
    )


def _rows(image: Image, rows: slice) -> Image:
    values = image.values[rows]
    return Image(values, Grid.centered(values.shape, image.grid.spacing_mm), image.quantity)


def _sharpness(image: Image) -> Measurement | None:
    """Return where the pouch's rim has lost half its contrast; none where noise hides the rim."""
    try:
        curve = mtf_disc(
            image,
            center_mm=POUCH_MM,
            radius_mm=POUCH_RADIUS_MM,
            reach_mm=4.0,
            half_height_mm=_N_ROWS * _PITCH_MM,
        )
        return falls_to(curve, level=0.5)
    except InputError:
        return None
