"""X-ray computed tomography: from counts to Hounsfield numbers."""

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
