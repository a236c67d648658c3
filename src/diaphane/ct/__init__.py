"""X-ray computed tomography: from counts to Hounsfield numbers.

Of the photons sent along a ray, a body of attenuation μ (1/mm) lets through ::

    counts = dark + (flat - dark) exp(-p),    p = ∫ μ ds

A :class:`Detector` and the way of the source around the body make a beam: :class:`ParallelBeam`,
:class:`FanBeam`, :class:`ConeBeam`, or :class:`PoseBeam` where both stand anywhere. A scan
(:class:`ParallelScan`, :class:`FanScan`, :class:`ConeScan`, :class:`PoseScan`) is what was
measured with it. The way to the picture is a row of steps::

    counts ─ line_integrals ─▶ p ─ fbp or fdk ─▶ μ ─ hounsfield ─▶ 1000 (μ - μ_water) / μ_water

Few or noisy views are better served by iterations around the forward map, :class:`Projection`:
:func:`sirt`, :func:`os_sart`, :func:`cgls`, :func:`pwls`, :func:`tv` (and :func:`tv_fista`); very
few counts by :func:`mltr`, which takes no logarithm; a body of one material seen from one side by
:func:`binary_tv`, within the :func:`disc` that it is known to fill.

with :func:`shift_center` and :func:`select_rows` for the geometry that was not as planned, and
:func:`water_attenuation` to measure μ_water. What a real scanner does wrong is undone on the way:

- on counts: :func:`mend_pixels`, :func:`subtract_scatter`, :func:`subtract_scatter_kernel`,
  :func:`calm_low_counts`; :func:`renoise` draws their noise anew;
- on line integrals: :func:`normalize_air`, :func:`linearize_water`, :func:`correct_bone`,
  :func:`destripe` and its single methods, :func:`center`, :func:`extend`.

Source, axes, angles: :mod:`diaphane.ct.acquisition.beam`.
"""

from diaphane.ct.acquisition.beam import Beam, ConeBeam, FanBeam, ParallelBeam
from diaphane.ct.acquisition.detector import Detector
from diaphane.ct.acquisition.pose import PoseBeam
from diaphane.ct.acquisition.ray_geometry import Rays, rays
from diaphane.ct.acquisition.scan import ConeScan, FanScan, ParallelScan, PoseScan, Scan
from diaphane.ct.analytic.cone_beam import fdk
from diaphane.ct.analytic.filtered_backprojection import fbp
from diaphane.ct.analytic.fourier_backprojection import fbp_gridded
from diaphane.ct.correct.alignment import select_rows, shift_center
from diaphane.ct.correct.bad_pixels import mend_pixels
from diaphane.ct.correct.calibration import hounsfield, water_attenuation
from diaphane.ct.correct.center_search import center, find_center
from diaphane.ct.correct.drift import normalize_air
from diaphane.ct.correct.hardening import correct_bone, linearize, linearize_water
from diaphane.ct.correct.large_stripes import destripe, destripe_dead, destripe_large
from diaphane.ct.correct.logarithm import line_integrals
from diaphane.ct.correct.low_counts import calm_low_counts
from diaphane.ct.correct.renoising import renoise
from diaphane.ct.correct.scatter import subtract_scatter, subtract_scatter_kernel
from diaphane.ct.correct.spectrum import Spectrum, attenuation, tube_spectrum
from diaphane.ct.correct.stripes import (
    destripe_filtering,
    destripe_fitting,
    destripe_sorting,
    destripe_wavelet,
)
from diaphane.ct.correct.truncation import extend
from diaphane.ct.iterative.algebraic import cgls, os_sart, sirt
from diaphane.ct.iterative.binary import binary_tv
from diaphane.ct.iterative.likelihood import mltr
from diaphane.ct.iterative.penalized import pwls
from diaphane.ct.iterative.round_body import disc
from diaphane.ct.iterative.variation import tv, tv_fista
from diaphane.ct.project.projection import Projection

__all__ = [
    "Beam",
    "ConeBeam",
    "ConeScan",
    "Detector",
    "FanBeam",
    "FanScan",
    "ParallelBeam",
    "ParallelScan",
    "PoseBeam",
    "PoseScan",
    "Projection",
    "Rays",
    "Scan",
    "Spectrum",
    "attenuation",
    "binary_tv",
    "calm_low_counts",
    "center",
    "cgls",
    "correct_bone",
    "destripe",
    "destripe_dead",
    "destripe_filtering",
    "destripe_fitting",
    "destripe_large",
    "destripe_sorting",
    "destripe_wavelet",
    "disc",
    "extend",
    "fbp",
    "fbp_gridded",
    "fdk",
    "find_center",
    "hounsfield",
    "line_integrals",
    "linearize",
    "linearize_water",
    "mend_pixels",
    "mltr",
    "normalize_air",
    "os_sart",
    "pwls",
    "rays",
    "renoise",
    "select_rows",
    "shift_center",
    "sirt",
    "subtract_scatter",
    "subtract_scatter_kernel",
    "tube_spectrum",
    "tv",
    "tv_fista",
    "water_attenuation",
]
