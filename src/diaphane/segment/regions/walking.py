"""The random walker: to whose seeds a walker who shuns edges comes first.

From each voxel a walker sets out and steps to neighbors at random, more rarely the more the value
changes. The probability that it comes first to a seed of label s is the potential x in a network of
conductances whose seeds of s are held at 1 and all others at 0,

    Σ_j w_ij (x_i - x_j) = 0,    w_ij = (h / h_ij)² · exp(-((I_i - I_j) / contrast)²),

h_ij the distance of the two voxels in mm, and h the shortest of all. Each voxel takes the label of
the largest probability.

References
----------
L. Grady, "Random walks for image segmentation", IEEE Transactions on Pattern Analysis and Machine
Intelligence 28(11), 2006, equations 1 and 12: his β is 1/contrast². We divide by h² so that the
network is that of a body, whatever its voxels; scikit-image instead divides the change in value
by h_ij, and takes β from the deviation of all values.
"""

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np

from diaphane.arrays import AnyArray, FloatArray, IntArray
from diaphane.errors import InputError
from diaphane.image import Image, Labels
from diaphane.memory import check_room
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.progress import track
from diaphane.segment.checks import right_angled, same_shape, single_values
from diaphane.segment.regions.cells import usual_contrast
from diaphane.segment.regions.connecting import connect
from diaphane.segment.regions.merged_networks import Network, network_of, settle
from diaphane.step import step
from diaphane.units import Quantity

Contrast = Annotated[float, Range(0.000001, 100_000, scale="log", unit="{image}")]
Tolerance = Annotated[float, Range(1e-10, 0.01, scale="log")]

_LEAST = 1e-6  # of a conductance: no voxel is quite cut off from its neighbors
_MOST_STEPS = 500
_BYTES = 90  # network, its merged ones, vectors in float64 and float32


@step(version=1)
def random_walker(
    image: Image,
    seeds: Labels,
    mask: Labels | None = None,
    *,
    contrast: Contrast | None = None,
    tolerance: Tolerance = 0.00001,
) -> Labels:
    """Give each voxel the label of the seeds that a random walker who shuns edges reaches first.

    Weak edges hold as long as they have no wide gap, since many ways lead to the near seeds.

    Parameters
    ----------
    image : Image
        Real, without channels, on a grid at right angles.
    seeds : Labels
        On the image's grid, of at least two labels; they keep theirs.
    mask : Labels, optional
        On the image's grid: only labeled voxels are walked on; by default all.
    contrast : float, optional
        The difference of two neighbors at which a step between them is e times rarer. By default
        a tenth of the range of the middle 98 % of the values.
    tolerance : float
        It stops when the energy norm of the error is about this share of the first.

    Returns
    -------
    Labels
        Each voxel that hangs together with a seed has the likeliest label, the lower of equal
        ones, with the names of the seeds.

    Raises
    ------
    GeometryError
        When seeds or mask are on another grid, or the grid is sheared.
    InputError
        When there are not two labels among the seeds, within the mask, a value is not finite, or
        the image is too large for the memory.
    """
    start = _started(image, seeds, mask, contrast, "segment.random_walker")
    labels = np.unique(start.seeds[start.seeds > 0])
    best = np.zeros(image.grid.shape, np.float32)
    rest = np.ones_like(best)
    found = start.seeds.copy()
    is_free = (start.seeds == 0) & start.is_reached
    for label in labels[:-1]:
        likely = _probability(start, int(label), tolerance, "segment.random_walker")
        is_better = is_free & (likely > best)
        found[is_better], best[is_better] = label, likely[is_better]
        rest -= likely
    found[is_free & (rest > best)] = labels[-1]
    return replace(seeds, values=np.maximum(found, 0).astype(seeds.values.dtype))


@step(version=1)
def random_walker_probability(
    image: Image,
    seeds: Labels,
    mask: Labels | None = None,
    *,
    label: Annotated[int, Range(1, 2147483647)] = 1,
    contrast: Contrast | None = None,
    tolerance: Tolerance = 0.00001,
) -> Annotated[Image, Quantity.PROBABILITY]:
    """Return how likely a random walker who shuns edges comes first to the seeds of one label.

    Parameters
    ----------
    image : Image
        Real, without channels, on a grid at right angles.
    seeds : Labels
        On the image's grid, of at least two labels.
    mask : Labels, optional
        On the image's grid: only labeled voxels are walked on; by default all.
    label : int
        Whose seeds.
    contrast, tolerance : float
        As :func:`random_walker` has them.

    Returns
    -------
    Image
        Float32, 1 at the label's seeds and 0 at all others; 0 where no seed is reached.

    Raises
    ------
    GeometryError
        When seeds or mask are on another grid, or the grid is sheared.
    InputError
        When there are not two labels among the seeds, the label is not among them, a value is not
        finite, or the image is too large for the memory.
    """
    name = "segment.random_walker_probability"
    start = _started(image, seeds, mask, contrast, name)
    if not (start.seeds == label).any():
        known = ", ".join(map(str, np.unique(start.seeds[start.seeds > 0])[:9]))
        raise InputError(f"{name}: no seed has label {label}: take one of {known}")
    return Image(_probability(start, label, tolerance, name), image.grid, Quantity.PROBABILITY)


@dataclass(frozen=True, eq=False)
class _Start:
    network: Network
    seeds: IntArray  # 0 where free, -1 where not walked on
    is_reached: AnyArray
    joints: tuple[AnyArray, AnyArray, AnyArray]  # free voxel in the rimmed volume, label, w


def _started(
    image: Image, seeds: Labels, mask: Labels | None, contrast: float | None, name: str
) -> _Start:
    """Return the network among free voxels, grounded through all seeds."""
    values = single_values(image, name)
    spacing_mm = right_angled(image.grid, name)
    check_room(name, image.grid.shape, _BYTES)
    marks = _marks(image, seeds, mask, name)
    if contrast is None:
        contrast = usual_contrast(values)
        notice("segment.contrast_chosen", value=float(f"{contrast:.3g}"), unit=image.quantity.unit)
    is_reached = _reached(marks)
    edges = [mm for mm, n in zip(spacing_mm, marks.shape) if n > 1]
    network = np.zeros((4, *(n + 2 for n in marks.shape)), np.float32)
    rimmed = np.arange(network[0].size).reshape(network[0].shape)[1:-1, 1:-1, 1:-1]
    exact = values if values.dtype == np.float32 else values.astype(np.float64)
    voxels, labels, weights = [], [], []
    for axis in range(3):
        later, before = ([slice(None)] * 3 for _ in range(2))
        later[axis], before[axis] = slice(1, None), slice(None, -1)
        change = (exact[tuple(later)] - exact[tuple(before)]).astype(np.float32)
        pair = np.exp(-np.square(change / np.float32(contrast))) + np.float32(_LEAST)
        pair *= np.float32((min(edges, default=1.0) / spacing_mm[axis]) ** 2)
        a, b = marks[tuple(later)], marks[tuple(before)]
        is_on = is_reached[tuple(later)]
        network[axis, 1:-1, 1:-1, 1:-1][tuple(later)] = np.where(
            (a == 0) & (b == 0) & is_on, pair, 0
        )
        for free, seed, place in ((a, b, later), (b, a, before)):
            is_joint = (free == 0) & (seed > 0)
            voxels.append(rimmed[tuple(place)][is_joint])
            labels.append(seed[is_joint])
            weights.append(pair[is_joint])
    joints = np.concatenate(voxels), np.concatenate(labels), np.concatenate(weights)
    np.add.at(network[3].reshape(-1), joints[0], joints[2])
    return _Start(network_of(network, spacing_mm), marks, is_reached, joints)


def _marks(image: Image, seeds: Labels, mask: Labels | None, name: str) -> IntArray:
    """Return the seeds, and -1 where the mask is not."""
    same_shape(seeds, image.grid, "seeds", name)
    if seeds.values.min() < 0 or seeds.values.max() >= 2**31:
        raise InputError(f"{name} takes seeds with labels of 1 to 2147483647")
    marks = seeds.values.astype(np.int32)
    if mask is not None:
        same_shape(mask, image.grid, "a mask", name)
        n_lost = int((marks[mask.values == 0] != 0).sum())
        if n_lost:
            notice("segment.seeds_outside", voxels=n_lost)
        marks[mask.values == 0] = -1
    kinds = np.unique(marks[marks > 0])
    if len(kinds) < 2:
        where = "" if mask is None else " within the mask"
        raise InputError(f"{name} needs seeds of at least two labels{where}, got {len(kinds)}")
    return marks


def _reached(marks: IntArray) -> AnyArray:
    """Return which voxels hang together with a seed."""
    if (marks >= 0).all():
        return np.ones(marks.shape, bool)
    parts, n_parts = connect(marks >= 0, 6)
    has_seed = np.zeros(n_parts + 1, bool)
    has_seed[np.unique(parts[marks > 0])] = True
    has_seed[0] = False
    n_dry = int((~has_seed[parts] & (marks == 0)).sum())
    if n_dry:
        notice("segment.not_reached", voxels=n_dry)
    return has_seed[parts]


def _probability(start: _Start, label: int, tolerance: float, name: str) -> FloatArray:
    """Return the potential where this label's seeds are at 1 and all others at 0."""
    source = start.network.zeros(np.float64)
    voxels, labels, weights = start.joints
    is_of = labels == label
    np.add.at(source.reshape(-1), voxels[is_of], weights[is_of].astype(np.float64))
    steps = settle(start.network, source)
    at, share = next(steps)
    for _ in track(range(_MOST_STEPS), name):
        if share <= tolerance:
            break
        at, share = next(steps, (at, 0.0))
    else:
        notice("segment.walker_not_at_rest", steps=_MOST_STEPS, share=float(f"{share:.1e}"))
    likely = np.clip(at[1:-1, 1:-1, 1:-1], 0, 1).astype(np.float32)
    fixed = (start.seeds != 0) | ~start.is_reached  # where merged voxels left something behind
    likely[fixed] = start.seeds[fixed] == label
    return likely
