"""Morphology: shrink, grow, open and close structures and gray images with an element.

With B the element, X a structure and f an image, on the grid E::

    erosion   ε(f)(x) = min f(x + b),  b in B       dilation  δ(f)(x) = max f(x - b)
    opening   δ(ε(f))                               closing   ε(δ(f))

What lies beyond the grid does not count, in the minimum and in the maximum, so that δ and ε are
adjoint on E: an opening never adds, a closing never removes, and twice is the same as once.

Source: J. Serra, "Image analysis and mathematical morphology", Academic Press 1982, chapter II; the
border as in H. J. A. M. Heijmans, "Morphological image operators", Academic Press 1994, chapter 3.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.image import Image, Labels
from diaphane.memory import check_room
from diaphane.segment.checks import single_values
from diaphane.segment.regions.element import Element
from diaphane.segment.regions.probing import Probe, probe_of
from diaphane.segment.regions.structures import each_structure
from diaphane.step import step

Shaped = TypeVar("Shaped", Labels, Image)
"""What has shapes in it: structures, or the gray levels of an image."""

_BALL = Element()


@step(version=1)
def erosion(shapes: Shaped, own: Labels | None = None, *, element: Element = _BALL) -> Shaped:
    """Shrink structures, or bright parts of an image, by an element.

    Parameters
    ----------
    shapes : Labels or Image
        Of labels each structure is eroded by itself; of an image each voxel takes the lowest value
        within the element around it.
    own : Labels, optional
        An element of one's own in place of `element`: the labeled voxels around the middle one of
        its grid, with voxels as large as those of `shapes`.
    element : Element
        A ball, box, cross, line or cylinder, in mm.

    Raises
    ------
    GeometryError
        When an own element has other voxels, or no middle one.
    InputError
        When the element is smaller than a voxel, or the image has channels or values that are not
        finite, or is too large for the memory.

    Notes
    -----
    Of a structure, balls are exact through the distance transform: a voxel stays when nothing
    within the radius, from center to center, is outside. The border of the image erodes nothing.
    """
    return _apply(shapes, own, element, "segment.erosion", Probe.erode, reaches=1)


@step(version=1)
def dilation(shapes: Shaped, own: Labels | None = None, *, element: Element = _BALL) -> Shaped:
    """Grow structures, or bright parts of an image, by an element.

    Parameters
    ----------
    shapes : Labels or Image
        Labels grow into what has no label, never into each other; where two meet, the smaller
        number has it. Of an image each voxel takes the highest value within the element, turned
        about its middle, around it.
    own : Labels, optional
        An element of one's own, as for :func:`erosion`.
    element : Element
        A ball, box, cross, line or cylinder, in mm.

    Raises
    ------
    GeometryError, InputError
        As :func:`erosion`.
    """
    return _apply(shapes, own, element, "segment.dilation", Probe.dilate, reaches=1)


@step(version=1)
def opening(shapes: Shaped, own: Labels | None = None, *, element: Element = _BALL) -> Shaped:
    """Remove what is too thin for an element to fit in: an erosion, then a dilation.

    Parameters
    ----------
    shapes : Labels or Image
        Of labels each structure by itself.
    own : Labels, optional
        An element of one's own, as for :func:`erosion`.
    element : Element
        A ball, box, cross, line or cylinder, in mm.

    Raises
    ------
    GeometryError, InputError
        As :func:`erosion`.
    """
    return _apply(shapes, own, element, "segment.opening", _open, reaches=1)


@step(version=1)
def closing(shapes: Shaped, own: Labels | None = None, *, element: Element = _BALL) -> Shaped:
    """Fill gaps too thin for an element to fit in: a dilation, then an erosion.

    Parameters
    ----------
    shapes : Labels or Image
        Labels grow into what has no label, never into each other.
    own : Labels, optional
        An element of one's own, as for :func:`erosion`.
    element : Element
        A ball, box, cross, line or cylinder, in mm.

    Raises
    ------
    GeometryError, InputError
        As :func:`erosion`.
    """
    return _apply(shapes, own, element, "segment.closing", _close, reaches=2)


@step(version=1)
def white_top_hat(image: Image, own: Labels | None = None, *, element: Element = _BALL) -> Image:
    """Keep what is bright and too thin for an element: the image less its opening.

    Parameters
    ----------
    image : Image
        Real, without channels.
    own : Labels, optional
        An element of one's own, as for :func:`erosion`.
    element : Element
        A ball, box, cross, line or cylinder, in mm.

    Returns
    -------
    Image
        Not negative; signed whole numbers come back unsigned, for which there is room.
    """
    probe, values = _prepared(image, own, element, "segment.white_top_hat")
    return replace(image, values=_difference(values, _open(probe, values)))


@step(version=1)
def black_top_hat(image: Image, own: Labels | None = None, *, element: Element = _BALL) -> Image:
    """Keep what is dark and too thin for an element: the image's closing less the image.

    Parameters
    ----------
    image : Image
        Real, without channels.
    own : Labels, optional
        An element of one's own, as for :func:`erosion`.
    element : Element
        A ball, box, cross, line or cylinder, in mm.

    Returns
    -------
    Image
        As of :func:`white_top_hat`.
    """
    probe, values = _prepared(image, own, element, "segment.black_top_hat")
    return replace(image, values=_difference(_close(probe, values), values))


@step(version=1)
def morphological_gradient(
    image: Image, own: Labels | None = None, *, element: Element = _BALL
) -> Image:
    """Show edges: the highest value within an element less the lowest (Beucher's gradient).

    Parameters
    ----------
    image : Image
        Real, without channels.
    own : Labels, optional
        An element of one's own, as for :func:`erosion`.
    element : Element
        A ball, box, cross, line or cylinder, in mm.

    Returns
    -------
    Image
        As of :func:`white_top_hat`.
    """
    probe, values = _prepared(image, own, element, "segment.morphological_gradient")
    return replace(image, values=_difference(probe.dilate(values), probe.erode(values)))


def _open(probe: Probe, values: AnyArray) -> AnyArray:
    return probe.dilate(probe.erode(values))


def _close(probe: Probe, values: AnyArray) -> AnyArray:
    return probe.erode(probe.dilate(values))


def _apply(
    shapes: Shaped,
    own: Labels | None,
    element: Element,
    step: str,
    change: Callable[[Probe, AnyArray], AnyArray],
    *,
    reaches: int,
) -> Shaped:
    """Change each structure within a box around it, or the whole image."""
    if isinstance(shapes, Image):
        probe, values = _prepared(shapes, own, element, step)
        return replace(shapes, values=change(probe, values))
    probe = probe_of(element, own, shapes.grid, step)
    margin = tuple(reaches * n for n in probe.reach)
    check_room(step, shapes.grid.shape, 12)
    return each_structure(shapes, margin, lambda inside: change(probe, inside), step)


def _prepared(
    image: Image, own: Labels | None, element: Element, step: str
) -> tuple[Probe, AnyArray]:
    values = single_values(image, step)
    check_room(step, image.grid.shape, 4 * values.itemsize)
    if values.dtype == np.float16:
        values = values.astype(np.float32)
    if values.dtype == bool:
        values = values.view(np.uint8)
    return probe_of(element, own, image.grid, step), values


def _difference(high: AnyArray, low: AnyArray) -> AnyArray:
    """Return high - low, which is not negative and so fits into the unsigned type as wide."""
    if high.dtype.kind != "i":
        return high - low
    unsigned = np.dtype(f"u{high.dtype.itemsize}")
    return high.view(unsigned) - low.view(unsigned)
