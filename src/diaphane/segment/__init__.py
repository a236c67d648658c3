"""Thresholds, components, volumes: from values to structures.

A threshold turns an image into :class:`~diaphane.image.Labels`, 1 inside and 0 outside:
:func:`threshold` finds it in the histogram by one of fifteen methods (:func:`threshold_value`
gives the number alone; :func:`otsu` and :func:`otsu_threshold` are the most usual of them),
:func:`multi_otsu` makes several classes, :func:`histogram` shows where a threshold lies;
:func:`niblack`, :func:`sauvola`, :func:`wolf`, :func:`phansalkar`, :func:`bernsen`,
:func:`local_mean`, :func:`local_gaussian` and :func:`local_median` find one for each voxel in a
window around it; :func:`fixed` is told it, :func:`hysteresis` starts from sure voxels and grows
into likely ones. :func:`percentile_threshold` leaves a share of the voxels below,
:func:`prior_volume_threshold` gives a structure the volume it is known to have,
:func:`learned_threshold` agrees best with annotated examples; :func:`apply_threshold` and
:func:`apply_hysteresis` label an image by thresholds found before.
:func:`components` numbers the connected parts, :func:`largest` and :func:`by_volume` keep some of
them, :func:`fill_holes` fills what they enclose, :func:`volume` measures in milliliters.
:func:`intersection` and :func:`difference` cut structures by others.

:func:`distance` is the exact distance to the border in mm. :func:`erosion`, :func:`dilation`,
:func:`opening` and :func:`closing` probe labels and gray images with an :class:`Element` in mm;
:func:`white_top_hat`, :func:`black_top_hat` and :func:`morphological_gradient` are made of them.

:func:`grow` and :func:`grow_confident` grow a region from points, :func:`watershed` several from
seeds until they meet. :func:`random_walker` gives each voxel to the seeds that a walker who shuns
edges reaches first, and :func:`random_walker_probability` says how likely.

:func:`skeleton` thins structures to their middle lines, :func:`skeleton_of_slices` slice by slice;
:func:`chan_vese` finds the region that differs most from the rest within a smooth surface;
:func:`geodesic_contour` moves a surface until it lies on edges;
:func:`superpixels` cuts an image into small cells of nearly one value;
:func:`interpolate_slices` fills the slices between those that somebody labeled.
"""

from diaphane.segment.measuring import volume
from diaphane.segment.regions.cells import superpixels
from diaphane.segment.regions.combining import difference, intersection
from diaphane.segment.regions.distances import distance
from diaphane.segment.regions.element import Element
from diaphane.segment.regions.flooding import watershed
from diaphane.segment.regions.geodesic import geodesic_contour
from diaphane.segment.regions.growing import grow, grow_confident
from diaphane.segment.regions.holes import fill_holes
from diaphane.segment.regions.morphology import (
    black_top_hat,
    closing,
    dilation,
    erosion,
    morphological_gradient,
    opening,
    white_top_hat,
)
from diaphane.segment.regions.parts import by_volume, components, largest
from diaphane.segment.regions.skeletons import skeleton, skeleton_of_slices
from diaphane.segment.regions.slice_filling import interpolate_slices
from diaphane.segment.regions.two_phases import chan_vese
from diaphane.segment.regions.walking import random_walker, random_walker_probability
from diaphane.segment.thresholding.applying import apply_hysteresis, apply_threshold
from diaphane.segment.thresholding.finding import (
    histogram,
    multi_otsu,
    otsu,
    otsu_threshold,
    threshold,
    threshold_value,
)
from diaphane.segment.thresholding.learning import learned_threshold
from diaphane.segment.thresholding.local import local_mean, niblack, phansalkar, sauvola, wolf
from diaphane.segment.thresholding.local_views import bernsen, local_gaussian, local_median
from diaphane.segment.thresholding.ranks import percentile_threshold, prior_volume_threshold
from diaphane.segment.thresholding.thresholds import fixed, hysteresis

__all__ = [
    "Element",
    "apply_hysteresis",
    "apply_threshold",
    "bernsen",
    "black_top_hat",
    "by_volume",
    "chan_vese",
    "closing",
    "components",
    "difference",
    "dilation",
    "distance",
    "erosion",
    "fill_holes",
    "fixed",
    "geodesic_contour",
    "grow",
    "grow_confident",
    "histogram",
    "hysteresis",
    "interpolate_slices",
    "intersection",
    "largest",
    "learned_threshold",
    "local_gaussian",
    "local_mean",
    "local_median",
    "morphological_gradient",
    "multi_otsu",
    "niblack",
    "opening",
    "otsu",
    "otsu_threshold",
    "percentile_threshold",
    "phansalkar",
    "prior_volume_threshold",
    "random_walker",
    "random_walker_probability",
    "sauvola",
    "skeleton",
    "skeleton_of_slices",
    "superpixels",
    "threshold",
    "threshold_value",
    "volume",
    "watershed",
    "white_top_hat",
    "wolf",
]
