"""X-ray computed tomography: from counts to Hounsfield numbers.

Of the photons sent along a ray, a body of attenuation μ (1/mm) lets through ::

    counts = dark + (flat - dark) exp(-p),    p = ∫ μ ds

A :class:`Detector` and the way of the source around the body make a beam: :class:`ParallelBeam`,
:class:`FanBeam` or :class:`ConeBeam`. A scan (:class:`ParallelScan`, :class:`FanScan`,
:class:`ConeScan`) is what was measured with it. The way to the picture is a row of steps::

    counts ─ line_integrals ─▶ p ─ fbp or fdk ─▶ μ ─ hounsfield ─▶ 1000 (μ - μ_water) / μ_water

with :func:`shift_center` and :func:`select_rows` for the geometry that was not as planned, and
:func:`water_attenuation` to measure μ_water. Source, axes, angles: :mod:`diaphane.ct.beam`.
"""

from diaphane.ct.alignment import select_rows, shift_center
from diaphane.ct.beam import Beam, ConeBeam, Detector, FanBeam, ParallelBeam
from diaphane.ct.calibration import hounsfield, water_attenuation
from diaphane.ct.cone_beam import fdk
from diaphane.ct.filtered_backprojection import fbp
from diaphane.ct.logarithm import line_integrals
from diaphane.ct.ray_geometry import Rays, rays
from diaphane.ct.scan import ConeScan, FanScan, ParallelScan, Scan

__all__ = [
    "Beam",
    "ConeBeam",
    "ConeScan",
    "Detector",
    "FanBeam",
    "FanScan",
    "ParallelBeam",
    "ParallelScan",
    "Rays",
    "Scan",
    "fbp",
    "fdk",
    "hounsfield",
    "line_integrals",
    "rays",
    "select_rows",
    "shift_center",
    "water_attenuation",
]
