"""What part of X-rays of one or of many energies passes through a body.

A body says what it attenuates at 60 keV. For other energies each part is taken for water of
another density, or, above 100 HU, for a mixture of water and cortical bone that attenuates the
same at 60 keV: the two-basis model of soft and hard tissue. Metal and contrast medium are not in
it.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from diaphane.arrays import DoubleArray
from diaphane.ct import Spectrum, attenuation
from diaphane.phantom.body import Body
from diaphane.phantom.materials import ENERGY_KEV, WATER_PER_MM, per_mm

Transmission = Callable[[DoubleArray, DoubleArray], DoubleArray]
"""From the origins and directions of rays to the part that passes."""

_SOFT = 100.0  # HU; what attenuates more holds bone


def transmission_of(body: Body, spectrum: Spectrum | None) -> Transmission:
    """Return what tells which part of the X-rays along given lines passes through a body.

    Parameters
    ----------
    body : Body
        Attenuations at 60 keV.
    spectrum : Spectrum, optional
        The energies and their shares; one energy without it.
    """
    if spectrum is None:

        def of_one_energy(origins_mm: DoubleArray, directions: DoubleArray) -> DoubleArray:
            return np.exp(-body.line_integrals(origins_mm, directions))

        return of_one_energy
    water, bone = water_and_bone(body)

    def of_many(origins_mm: DoubleArray, directions: DoubleArray) -> DoubleArray:
        lengths = (part.line_integrals(origins_mm, directions) for part in (water, bone))
        return np.exp(-spectrum.line_integral(*lengths))

    return of_many


def water_and_bone(body: Body) -> tuple[Body, Body]:
    """Return two bodies whose line integrals are millimeters of water and of cortical bone."""
    shares = [_shares(part.attenuation_per_mm) for part in body.parts]
    if body.combine == "add":  # what adds up to bone cannot be told part by part
        shares = [(part.attenuation_per_mm / WATER_PER_MM, 0.0) for part in body.parts]
    water, bone = (
        replace(
            body,
            parts=tuple(replace(p, attenuation_per_mm=s[k]) for p, s in zip(body.parts, shares)),
        )
        for k in range(2)
    )
    return water, bone


def _shares(attenuation_per_mm: float) -> tuple[float, float]:
    """Return how much water and how much cortical bone attenuate like this at 60 keV."""
    soft, hard = per_mm(_SOFT), float(attenuation("bone", ENERGY_KEV))
    bone = max(attenuation_per_mm - soft, 0.0) / (hard - soft)
    return (attenuation_per_mm - bone * hard) / WATER_PER_MM, bone
