"""What is measured on the simulated pictures, and whether it is within what was asked."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from diaphane.ct import hounsfield
from diaphane.demo.words import Both, measured, number, words
from diaphane.image import Image, Labels, Measurement
from diaphane.phantom import Body, voxelize
from diaphane.quality import dice, difference, region_mean, rmse
from diaphane.segment import fixed, volume

BRAIN_MM = (-45.0, 45.0, 30.0)
"""A place in the brain of the head, in LPS, far from bone and vessels."""
BRAIN_RADIUS_MM = 9.0
IN_PLANE_MM = (-30.0, 38.0, 2.0)
"""A place of the brain in the plane of the source, where a cone beam is exact."""
ABOVE_MM = (-30.0, -10.0, 60.0)
"""A place of the brain far above that plane."""
BONE_HU = 300.0
"""The density from which the truth counts as bone."""
_MOST_TISSUE_HU = 10.0
_MOST_WATER_HU = 1.0


@dataclass(frozen=True)
class Check:
    """One number against its truth."""

    name: Both
    """What was measured."""
    found: Measurement
    """What was found."""
    truth: Both
    """What is true."""
    verdict: Literal["met", "missed", ""] = ""
    """Whether it is within what was asked."""

    @property
    def row(self) -> tuple[Both, Both, Both]:
        """Name, found and truth, as a line of the table."""
        return self.name, measured(self.found), self.truth


@dataclass(frozen=True)
class Checks:
    """Everything that is compared with the truth."""

    tissue: Check
    """Mean density of the brain."""
    bone: Check
    """Volume of the bones."""
    overlap: Check
    """Dice of the bones."""
    plane: Check
    """Error of the brain's density in the plane of the source."""
    above: Check
    """The same above it: what the cone angle adds."""
    error: Check
    """Root mean square error."""
    water: Check
    """Edge against middle."""

    def rows(self) -> list[tuple[Both, Both, Both]]:
        """Return all of them as lines of a table."""
        checks = (
            self.water,
            self.tissue,
            self.bone,
            self.overlap,
            self.plane,
            self.above,
            self.error,
        )
        return [check.row for check in checks]


def truth_of(body: Body, image: Image, water_per_mm: float) -> Image:
    """Return the true picture in HU on the grid of `image`, each voxel averaged."""
    return hounsfield(voxelize(body, image.grid), water_per_mm=water_per_mm)


def check_all(image: Image, truth: Image, bones: Labels, water: Image) -> Checks:
    """Compare the picture in HU with the truth.

    Parameters
    ----------
    image, truth : Image
        Computed and true, in HU on one grid.
    bones : Labels
        What the chain took for bone.
    water : Image
        The water phantom in HU.
    """
    true_bones = fixed(truth, low=BONE_HU)
    ball = {"center_mm": BRAIN_MM, "radius_mm": BRAIN_RADIUS_MM}
    brain, true_brain = region_mean(image, **ball), region_mean(truth, **ball)
    bone, true_bone = volume(bones), volume(true_bones)
    flat = edge_minus_middle(water)
    return Checks(
        tissue=Check(
            words("measure_tissue"),
            brain,
            number(true_brain.value, 1, "HU"),
            _verdict(abs(brain.value - true_brain.value) <= _MOST_TISSUE_HU),
        ),
        bone=Check(
            words("measure_bone"),
            bone,
            number(true_bone.value, 0, "mL"),
            _verdict(_holds(bone, true_bone.value)),
        ),
        overlap=Check(words("measure_dice"), dice(bones, true_bones), number(1.0)),
        plane=Check(
            words("measure_plane"), _error_at(image, truth, IN_PLANE_MM), number(0.0, 0, "HU")
        ),
        above=Check(
            words("measure_above", height=int(ABOVE_MM[2])),
            _error_at(image, truth, ABOVE_MM),
            number(0.0, 0, "HU"),
        ),
        error=Check(words("measure_rmse"), rmse(image, truth), number(0.0, 0, "HU")),
        water=Check(
            words("measure_water"),
            flat,
            number(0.0, 0, "HU"),
            _verdict(abs(flat.value) <= _MOST_WATER_HU),
        ),
    )


def edge_minus_middle(water: Image, *, radius_mm: float = 80.0) -> Measurement:
    """Return how far water near the edge of its cylinder differs from water in the middle.

    The middle is a ball of a quarter of the cylinder's radius; the edge are eight balls at 0.8 of
    it. The interval is 95 % of the mean of the eight, from how far they scatter.
    """
    turn = np.arange(8) * np.pi / 4
    middle = region_mean(water, center_mm=(0.0, 0.0, 0.0), radius_mm=radius_mm / 4).value
    edge = [
        region_mean(water, center_mm=(float(x), float(y), 0.0), radius_mm=radius_mm / 10).value
        - middle
        for x, y in zip(0.8 * radius_mm * np.cos(turn), 0.8 * radius_mm * np.sin(turn))
    ]
    mean, half = float(np.mean(edge)), 2.365 * float(np.std(edge, ddof=1)) / np.sqrt(8)
    return Measurement(mean, "HU", (mean - half, mean + half), name="edge minus middle")


def _error_at(image: Image, truth: Image, center_mm: tuple[float, float, float]) -> Measurement:
    """Return the mean error within a ball of the brain."""
    error = difference(image, truth)
    return region_mean(error, center_mm=center_mm, radius_mm=BRAIN_RADIUS_MM)


def _holds(found: Measurement, truth: float) -> bool:
    return found.interval is not None and found.interval[0] <= truth <= found.interval[1]


def _verdict(is_met: bool) -> Literal["met", "missed"]:
    return "met" if is_met else "missed"
