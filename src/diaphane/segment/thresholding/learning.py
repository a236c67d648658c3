"""A threshold learned from examples that somebody annotated."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray
from diaphane.errors import InputError, QuantityError
from diaphane.image import Image, Labels, Measurement
from diaphane.notices import notice
from diaphane.segment.checks import same_shape, single_values, structure
from diaphane.segment.measuring import Label
from diaphane.segment.thresholding.labeling import Side
from diaphane.step import step

_STEP = "segment.learned_threshold"


@step(version=1)
def learned_threshold(
    image: Image,
    truth: Labels,
    second: Image | None = None,
    second_truth: Labels | None = None,
    third: Image | None = None,
    third_truth: Labels | None = None,
    fourth: Image | None = None,
    fourth_truth: Labels | None = None,
    *,
    label: Label | None = None,
    side: Side = "above",
    weigh: Literal["images", "voxels"] = "images",
) -> Measurement:
    """Return the threshold that agrees best with what somebody labeled in examples.

    Parameters
    ----------
    image : Image
        An example: real, without channels.
    truth : Labels
        What belongs to the structure in it, on the same grid.
    second, second_truth, third, third_truth, fourth, fourth_truth : Image and Labels, optional
        More examples of the same quantity; each may have its own grid.
    label : int, optional
        Which structure; by default all labels together.
    side : {"above", "below"}
        Whether the structure is what is > the threshold, or what is at or below it.
    weigh : {"images", "voxels"}
        Whether the mean of the examples' Dice coefficients is made largest, or the Dice
        coefficient of all their voxels together, in which large structures count more.

    Returns
    -------
    Measurement
        The middle of the interval, in the images' unit. The interval lies between two values of
        the examples: any threshold in it labels them in the same way. Of equally good ones the
        lowest is taken. A notice gives the Dice coefficient that it reaches.

    Raises
    ------
    InputError
        When an example lacks its labels, nothing is labeled in one, a value is not finite or an
        image has channels, or no threshold does better than labeling every voxel.
    GeometryError
        When labels lie on another grid than their image.
    QuantityError
        When the images measure different quantities.

    Notes
    -----
    Exact: every split of the examples' values is compared, not a grid of thresholds. The best one
    always has a labeled value at its edge, so that only these are tried. Examples, and the
    threshold that they give, tell nothing about how well it does on other images.

    Examples
    --------
    >>> from diaphane.image import Quantity
    >>> from diaphane.space import Grid
    >>> values = np.array([[[10, 11, 30, 13, 40, 41, 42, 43]]], dtype=np.int16)
    >>> grid = Grid.centered(values.shape, 1)
    >>> drawn = Labels(np.array([[[0, 0, 0, 0, 1, 1, 1, 1]]], np.uint8), grid)
    >>> print(learned_threshold(Image(values, grid, Quantity.HOUNSFIELD), drawn))
    35 HU [30, 40]
    """
    pairs = [(image, truth), (second, second_truth), (third, third_truth), (fourth, fourth_truth)]
    given = [(i, t) for i, t in pairs if i is not None or t is not None]
    examples = [_example(i, t, label, image) for i, t in given]
    edges = np.unique(np.concatenate([e.inside for e in examples]))
    agreement = _dice(examples, edges, side, weigh)
    best = int(agreement.argmax())
    interval = _gap(examples, edges[best], side)
    notice("segment.learned", dice=float(agreement[best]), examples=len(examples))
    value = _middle(*interval, edges.dtype)
    return Measurement(value, image.quantity.unit, interval, name="learned threshold")


@dataclass(frozen=True)
class _Example:
    """The values of one image, all of them and those of the structure, sorted."""

    values: AnyArray
    inside: AnyArray


def _example(
    image: Image | None, truth: Labels | None, label: int | None, first: Image
) -> _Example:
    if image is None or truth is None:
        raise InputError(f"{_STEP}: each example needs an image and its labels, one lacks either")
    if image.quantity is not first.quantity:
        raise QuantityError(
            f"{_STEP}: all examples must carry {first.quantity.label}, got {image.quantity.label}"
        )
    values = single_values(image, _STEP)
    same_shape(truth, image.grid, "labels", _STEP)
    inside = values[structure(truth, label, _STEP)]
    return _Example(np.sort(values, axis=None), np.sort(inside))


def _dice(
    examples: Sequence[_Example], edges: AnyArray, side: Side, weigh: Literal["images", "voxels"]
) -> DoubleArray:
    """Return the agreement when each of `edges` is the last value that is labeled."""
    both, sizes = np.zeros((2, len(examples), len(edges)))
    for k, example in enumerate(examples):
        both[k] = _labeled(example.inside, edges, side)
        sizes[k] = _labeled(example.values, edges, side) + len(example.inside)
    if weigh == "voxels":
        return 2 * both.sum(axis=0) / sizes.sum(axis=0)
    return (2 * both / sizes).mean(axis=0)


def _labeled(values: AnyArray, edges: AnyArray, side: Side) -> AnyArray:
    """Return how many sorted values are labeled when each of `edges` still is."""
    if side == "below":
        return np.searchsorted(values, edges, side="right")
    return len(values) - np.searchsorted(values, edges, side="left")


def _gap(examples: Sequence[_Example], edge: np.generic, side: Side) -> tuple[float, float]:
    """Return the last value that is labeled and the first that is not, the smaller first."""
    if side == "below":
        places = [int(np.searchsorted(e.values, edge, side="right")) for e in examples]
        others = [e.values[k] for e, k in zip(examples, places) if k < len(e.values)]
    else:
        places = [int(np.searchsorted(e.values, edge, side="left")) for e in examples]
        others = [e.values[k - 1] for e, k in zip(examples, places) if k]
    if not others:
        raise InputError(
            f"{_STEP}: no threshold does better than labeling every voxel: what is labeled is not "
            f"{'darker' if side == 'below' else 'brighter'} than the rest; look at the other side"
        )
    return (
        (float(edge), float(min(others))) if side == "below" else (float(max(others)), float(edge))
    )


def _middle(low: float, high: float, kind: np.dtype) -> float:
    """Return the middle, or the lower end where numbers of this type have none between."""
    middle = low + (high - low) / 2
    if kind.kind == "f":
        middle = float(kind.type(middle))
    return middle if low <= middle < high else low
