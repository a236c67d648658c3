"""Beam hardening: soft rays are lost first, so that thick parts look thinner than they are.

What the logarithm gives behind water and bone of lengths w and b is ::

    p(w, b) = -log Σ share(E) exp(-μ_water(E) w - μ_bone(E) b)

which bends below the straight line of a single energy: water shows as a cup, and dark bands join
bones. Here the curve is straightened, first for water alone (:func:`linearize_water`), then for
the bone that a first picture shows (:func:`correct_bone`).
"""

from dataclasses import replace
from typing import Annotated

import numpy as np

from diaphane.arrays import DoubleArray
from diaphane.ct.acquisition.scan import AnyScan, SomeScan
from diaphane.ct.correct.spectrum import Spectrum, attenuation
from diaphane.ct.project.projection import Projection
from diaphane.errors import InputError
from diaphane.image import Image
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.progress import track
from diaphane.step import step
from diaphane.units import Quantity

_LONGEST_MM = 1000.0
_N_LENGTHS = 2001
_N_BONE = 33

Energy = Annotated[float, Range(20, 150, unit="keV")]


@step(version=1)
def linearize(
    scan: Annotated[AnyScan, Quantity.LINE_INTEGRAL],
    *,
    coefficients: list[Annotated[float, Range(-10, 10)]],
) -> Annotated[AnyScan, Quantity.LINE_INTEGRAL]:
    """Straighten the line integrals with a polynomial found elsewhere.

    Parameters
    ----------
    scan : ParallelScan, FanScan, ConeScan or PoseScan
        Line integrals p.
    coefficients : list of numbers
        ``c1, c2, …`` of ``c1 p + c2 p² + …``, as of a calibration with steps of known thickness.

    Returns
    -------
    ParallelScan, FanScan, ConeScan or PoseScan
        The straightened line integrals.

    Raises
    ------
    InputError
        When there is no coefficient, or the polynomial does not grow over all line integrals.
    """
    if not coefficients:
        raise InputError("ct.linearize needs coefficients, at least the first")
    powers = np.array([0.0, *coefficients])
    x = np.linspace(0, max(float(scan.values.max()), 1e-6), 200)
    if (np.polynomial.polynomial.polyval(x, powers[1:] * np.arange(1, len(powers))) <= 0).any():
        raise InputError(
            f"ct.linearize: the polynomial must grow from 0 to the largest line integral, "
            f"{x[-1]:.3g}, it does not with {list(coefficients)}"
        )
    values = np.polynomial.polynomial.polyval(scan.values.astype(np.float64), powers)
    return replace(scan, values=np.asarray(values, np.float32))


@step(version=1)
def linearize_water(
    scan: Annotated[AnyScan, Quantity.LINE_INTEGRAL],
    spectrum: Spectrum,
    *,
    energy_kev: Energy = 60.0,
) -> Annotated[AnyScan, Quantity.LINE_INTEGRAL]:
    """Undo beam hardening as if the body were all water.

    Parameters
    ----------
    scan : ParallelScan, FanScan, ConeScan or PoseScan
        Line integrals of many energies.
    spectrum : Spectrum
        Of the tube, as the detector weighs it.
    energy_kev : number
        The single energy for which the result holds.

    Returns
    -------
    ParallelScan, FanScan, ConeScan or PoseScan
        Line integrals as of one energy; exact for water, too low behind bone. A notice says how
        much the thickest ray changed.

    Notes
    -----
    The curve of :class:`~diaphane.ct.Spectrum` is inverted by a table of 0.5 mm steps up to 1 m,
    and along its tangent beyond, for line integrals below 0 (noise in air) too.
    """
    length_mm = np.linspace(0, _LONGEST_MM, _N_LENGTHS)
    table = spectrum.line_integral(length_mm)
    water = float(attenuation("water", energy_kev))
    values = np.empty(scan.values.shape, np.float32)
    for view in track(range(len(values)), "ct.linearize_water"):
        values[view] = water * _inverse(scan.values[view].astype(np.float64), table, length_mm)
    thickest = int(scan.values.argmax())
    before, after = float(scan.values.flat[thickest]), float(values.flat[thickest])
    notice("ct.hardening", before=round(before, 3), after=round(after, 3))
    return replace(scan, values=values)


@step(version=1)
def correct_bone(
    scan: Annotated[SomeScan, Quantity.LINE_INTEGRAL],
    image: Annotated[Image, Quantity.ATTENUATION],
    spectrum: Spectrum,
    *,
    energy_kev: Energy = 60.0,
    bone_per_mm: Annotated[float, Range(0.005, 1, scale="log", unit="1/mm")] = 0.028,
) -> Annotated[SomeScan, Quantity.LINE_INTEGRAL]:
    """Undo beam hardening in a body of water and bone, with the bone that a first picture shows.

    Parameters
    ----------
    scan : ParallelScan, FanScan or ConeScan
        Line integrals of many energies, *before* :func:`linearize_water`.
    image : Image
        A first picture, in 1/mm, reconstructed after :func:`linearize_water`.
    spectrum : Spectrum
        Of the tube, as the detector weighs it.
    energy_kev : number
        The single energy for which the result holds, the same as that of `image`.
    bone_per_mm : number
        What attenuates more, in `image`, is bone: 0.028 1/mm is 360 HU.

    Returns
    -------
    ParallelScan, FanScan or ConeScan
        Line integrals as of one energy, for water and bone.

    Raises
    ------
    InputError
        When nothing in `image` is bone.

    Notes
    -----
    P. M. Joseph and R. D. Spital, "A method for correcting bone induced artifacts in computed
    tomography scanners", J. Comput. Assist. Tomogr. 2 (1978) 100. Bone counts by how much it
    attenuates, over cortical bone. Where they take a polynomial, we solve p(w, b) for the water w
    with a table of both.
    """
    cortical = float(attenuation("bone", energy_kev))
    share = np.where(image.values > bone_per_mm, image.values / np.float32(cortical), 0)
    if not share.any():
        raise InputError(
            f"ct.correct_bone: nothing in the image exceeds bone_per_mm = {bone_per_mm}, its "
            f"greatest value is {float(image.values.max()):.3g} 1/mm: lower it"
        )
    bone_mm = Projection(scan.beam, image.grid).forward(share)
    water_mm = np.linspace(-0.1 * _LONGEST_MM, _LONGEST_MM, _N_LENGTHS)
    some_mm = np.linspace(0, max(float(bone_mm.max()), 1e-3), _N_BONE)
    table = spectrum.line_integral(water_mm, some_mm[:, None])
    water = float(attenuation("water", energy_kev))
    values = np.empty(scan.values.shape, np.float32)
    place = bone_mm / some_mm[1]
    for view in track(range(len(values)), "ct.correct_bone"):
        length = _water_behind(scan.values[view].astype(np.float64), place[view], table, water_mm)
        values[view] = water * length + cortical * bone_mm[view]
    notice("ct.bone_found", longest_mm=round(float(bone_mm.max()), 1))
    return replace(scan, values=values)


def _inverse(p: DoubleArray, table: DoubleArray, length_mm: DoubleArray) -> DoubleArray:
    """Return the lengths at which a growing curve takes the values p, along tangents beyond."""
    step_mm = length_mm[1] - length_mm[0]
    first, last = (step_mm / (table[1] - table[0]), step_mm / (table[-1] - table[-2]))
    length = np.interp(p, table, length_mm)
    length += np.minimum(p - table[0], 0) * first + np.maximum(p - table[-1], 0) * last
    return length


def _water_behind(
    p: DoubleArray, place: DoubleArray, table: DoubleArray, water_mm: DoubleArray
) -> DoubleArray:
    """Return the water of each ray of a view, between the two curves of the nearest bones."""
    below = np.clip(place.astype(int), 0, len(table) - 2)
    length = np.empty(p.shape)
    for k in np.unique(below):
        here = below == k
        low, high = (_inverse(p[here], table[k + i], water_mm) for i in (0, 1))
        length[here] = low + (place[here] - k) * (high - low)
    return length
