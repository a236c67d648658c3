"""How good a picture is, and how well two answers agree: numbers with their intervals.

:func:`dice` and :func:`jaccard` compare labels, :func:`rmse` and :func:`difference` compare
images, :func:`region_mean` measures an image within a ball or a cylinder. Of one picture:

- sharpness: :func:`mtf_disc`, :func:`mtf_edge`, :func:`mtf_wire` give a :class:`Curve`,
  :func:`falls_to` a number; :func:`slice_profile` and :func:`width_at` along the axis;
- noise: :func:`noise`, :func:`noise_power`, :func:`noise_power_map`;
- right values: :func:`uniformity`, :func:`rods` with :func:`accuracy` and :func:`linearity`;
- what can be seen: :func:`contrast_to_noise`, :func:`detectability`.

Of a segmentation against the truth:

- voxels: :func:`sensitivity`, :func:`specificity`, :func:`voxel_accuracy`, :func:`matthews`,
  :func:`volume_error`; along centerlines :func:`cl_dice`;
- borders, in mm: :func:`hausdorff`, :func:`surface_distance`;
- a value per voxel: :func:`roc_area`, :func:`average_precision`; probabilities:
  :func:`reliability`, :func:`calibration_error`, :func:`brier`;
- several observers: :func:`majority`, :func:`staple`, :func:`cohen_kappa`, :func:`fleiss_kappa`,
  :func:`pairwise_dice`;
- several cases: :func:`over_cases` gathers one measurement of each.
"""

from diaphane.quality.agreement import dice, jaccard
from diaphane.quality.calibration import brier, calibration_error, reliability
from diaphane.quality.cases import over_cases
from diaphane.quality.centerlines import cl_dice
from diaphane.quality.consensus import majority, staple
from diaphane.quality.curves import Curve, falls_to, width_at
from diaphane.quality.detection import (
    matthews,
    sensitivity,
    specificity,
    volume_error,
    voxel_accuracy,
)
from diaphane.quality.differing import difference, rmse
from diaphane.quality.distances import hausdorff, surface_distance
from diaphane.quality.kappas import cohen_kappa, fleiss_kappa, pairwise_dice
from diaphane.quality.noise_spectrum import noise, noise_power, noise_power_map
from diaphane.quality.observers import detectability
from diaphane.quality.profiles import slice_profile
from diaphane.quality.ranking import average_precision, roc_area
from diaphane.quality.regions import region_mean
from diaphane.quality.sharpness import mtf_disc, mtf_edge, mtf_wire
from diaphane.quality.tissues import accuracy, contrast_to_noise, linearity, rods, uniformity

__all__ = [
    "Curve",
    "accuracy",
    "average_precision",
    "brier",
    "calibration_error",
    "cl_dice",
    "cohen_kappa",
    "contrast_to_noise",
    "detectability",
    "dice",
    "difference",
    "falls_to",
    "fleiss_kappa",
    "hausdorff",
    "jaccard",
    "linearity",
    "majority",
    "matthews",
    "mtf_disc",
    "mtf_edge",
    "mtf_wire",
    "noise",
    "noise_power",
    "noise_power_map",
    "over_cases",
    "pairwise_dice",
    "region_mean",
    "reliability",
    "rmse",
    "roc_area",
    "rods",
    "sensitivity",
    "slice_profile",
    "specificity",
    "staple",
    "surface_distance",
    "uniformity",
    "volume_error",
    "voxel_accuracy",
    "width_at",
]
