"""NumPy and DLPack: values out as plain arrays, and tensors of other libraries in."""

from typing import Any

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.errors import InputError
from diaphane.history import record_source
from diaphane.image import Image
from diaphane.space import Grid
from diaphane.units import Quantity


def to_numpy(value: Any) -> AnyArray:
    """Return a copy of a value's array, which may be written into and given to other libraries.

    Every value's own array is read-only; where reading is enough, ``value.values`` costs nothing.

    Parameters
    ----------
    value : Image, Labels, Cine, Slices, Field, ParallelScan, FanScan, ConeScan or Picture
        Whose ``values`` (``pixels`` of a picture) are wanted.

    Returns
    -------
    array
        In array order, (slice, row, column) for images; through DLPack it becomes a tensor
        without another copy: ``torch.from_dlpack(to_numpy(image))``.

    Raises
    ------
    InputError
        When the value has no single array.

    Examples
    --------
    >>> image = Image(np.zeros((1, 2, 2)), Grid.of_pixels(2, 2), Quantity.UNKNOWN)
    >>> values = to_numpy(image)
    >>> values[0, 0, 0] = 1
    >>> values.max(), image.values.max()
    (np.float64(1.0), np.float64(0.0))
    """
    for name in ("values", "pixels"):
        values = getattr(value, name, None)
        if isinstance(values, np.ndarray):
            return values.copy()
    raise InputError(f"{type(value).__name__} has no single array; take the one of its fields")


def from_dlpack(
    tensor: Any, *, grid: Grid, quantity: Quantity, channels: tuple[str, ...] = ()
) -> Image:
    """Return an image from a tensor of any library that speaks DLPack.

    Parameters
    ----------
    tensor : object with ``__dlpack__``
        In (slice, row, column), in the memory of the processor. It is copied, so that whoever
        writes into it later does not change the image.
    grid : Grid
        Where the values lie.
    quantity : Quantity
        What they measure.
    channels : tuple of str
        Names along a last axis, where there is one.

    Raises
    ------
    InputError
        When it is no such tensor.

    Examples
    --------
    >>> grid = Grid.centered((1, 2, 2), 0.5)
    >>> from_dlpack(np.ones((1, 2, 2)), grid=grid, quantity=Quantity.ATTENUATION).quantity.unit
    '1/mm'
    """
    if not hasattr(tensor, "__dlpack__"):
        raise InputError(f"a tensor must speak DLPack, {type(tensor).__name__} does not")
    try:
        values = np.from_dlpack(tensor).copy()
    except (BufferError, RuntimeError, TypeError, ValueError) as error:
        raise InputError(
            f"the tensor cannot be taken over ({error}); move it to the processor's memory"
        ) from error
    image = Image(values, grid, quantity, channels)
    record_source(image, f"{type(tensor).__module__.partition('.')[0]} tensor")
    return image
