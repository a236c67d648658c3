"""How good a picture is, and how well two answers agree: numbers with their intervals.

:func:`dice` and :func:`jaccard` compare labels, :func:`rmse` and :func:`difference` compare
images, :func:`region_mean` measures an image within a ball or a cylinder. Of one picture:

- sharpness: :func:`mtf_disc`, :func:`mtf_edge`, :func:`mtf_wire` give a :class:`Curve`,
  :func:`falls_to` a number; :func:`slice_profile` and :func:`width_at` along the axis;
- noise: :func:`noise`, :func:`noise_power`, :func:`noise_power_map`;
- right values: :func:`uniformity`, :func:`rods` with :func:`accuracy` and :func:`linearity`;
- what can be seen: :func:`contrast_to_noise`, :func:`detectability`.
"""

from diaphane.quality.agreement import dice, jaccard
from diaphane.quality.curves import Curve, falls_to, width_at
from diaphane.quality.differing import difference, rmse
from diaphane.quality.noise_spectrum import noise, noise_power, noise_power_map
from diaphane.quality.observers import detectability
from diaphane.quality.profiles import slice_profile
from diaphane.quality.regions import region_mean
from diaphane.quality.sharpness import mtf_disc, mtf_edge, mtf_wire
from diaphane.quality.tissues import accuracy, contrast_to_noise, linearity, rods, uniformity

__all__ = [
    "Curve",
    "accuracy",
    "contrast_to_noise",
    "detectability",
    "dice",
    "difference",
    "falls_to",
    "jaccard",
    "linearity",
    "mtf_disc",
    "mtf_edge",
    "mtf_wire",
    "noise",
    "noise_power",
    "noise_power_map",
    "region_mean",
    "rmse",
    "rods",
    "slice_profile",
    "uniformity",
    "width_at",
]
