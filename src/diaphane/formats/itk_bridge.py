"""SimpleITK: images and labels there and back, sheared grids included."""

from types import ModuleType
from typing import Any

import numpy as np

from diaphane.errors import InputError
from diaphane.formats.reading import checked_options, quantity_named
from diaphane.formats.taken import check_taken
from diaphane.history import record_source
from diaphane.image import Image, Labels
from diaphane.space import Affine, Grid
from diaphane.units import Quantity

_QUANTITY = "diaphane.quantity"
_UNIT = "diaphane.unit"
_STORED_AS = {"bool": "uint8", "float16": "float32"}


def to_simpleitk(value: Image | Labels) -> Any:
    """Return an image or labels as a SimpleITK image in the same place.

    ITK's world is LPS millimeters like ours, and its directions may be sheared. What the values
    measure stands in the metadata ``diaphane.quantity``.

    Parameters
    ----------
    value : Image or Labels
        What to hand over; it is copied.

    Returns
    -------
    SimpleITK.Image
        Three axes, (column, row, slice); channels and colors as vectors.

    Raises
    ------
    InputError
        When the value is neither, or SimpleITK is not installed.

    Examples
    --------
    >>> grid = Grid.centered((2, 3, 4), 0.5)
    >>> to_simpleitk(Image(np.zeros((2, 3, 4)), grid, Quantity.HOUNSFIELD)).GetSize()
    (4, 3, 2)
    """
    check_taken(value, "to_simpleitk", Image, Labels)
    itk = _simpleitk()
    values = value.values
    values = values.astype(_STORED_AS.get(values.dtype.name, values.dtype.name), copy=False)
    image = itk.GetImageFromArray(values, isVector=bool(getattr(value, "channels", ())))
    steps = value.grid.affine.steps_mm[::-1]
    lengths = np.linalg.norm(steps, axis=1)
    image.SetSpacing(lengths.tolist())
    image.SetDirection((steps / lengths[:, None]).T.reshape(-1).tolist())
    image.SetOrigin(value.grid.affine.origin_mm.tolist())
    image.SetMetaData(_UNIT, value.grid.unit)
    if isinstance(value, Image):
        image.SetMetaData(_QUANTITY, value.quantity.label)
    return image


@checked_options
def from_simpleitk(
    image: Any, *, quantity: str | None = None, as_labels: bool = False
) -> Image | Labels:
    """Return a SimpleITK image as an image or labels in the same place.

    Parameters
    ----------
    image : SimpleITK.Image
        Of two or three axes; it is copied.
    quantity : str, optional
        What the values measure; by default what :func:`to_simpleitk` noted.
    as_labels : bool
        Whether the values are labels.

    Raises
    ------
    InputError
        When it has another number of axes, or SimpleITK is not installed.
    """
    itk = _simpleitk()
    _check_itk(image, itk)
    n_axes = image.GetDimension()
    if n_axes not in (2, 3):
        raise InputError(f"a SimpleITK image must have 2 or 3 axes, got {n_axes}")
    values = itk.GetArrayFromImage(image)
    steps, origin = np.eye(3), np.zeros(3)
    direction = np.array(image.GetDirection()).reshape(n_axes, n_axes)
    steps[:n_axes, :n_axes] = (direction * image.GetSpacing()).T
    origin[:n_axes] = image.GetOrigin()
    n_channels = image.GetNumberOfComponentsPerPixel()
    spatial = values.shape[:-1] if n_channels > 1 else values.shape
    shape = (spatial[-3] if n_axes == 3 else 1, spatial[-2], spatial[-1])
    notes = {key: image.GetMetaData(key) for key in image.GetMetaDataKeys()}
    unit = "pixel" if notes.get(_UNIT) == "pixel" else "mm"
    grid = Grid(shape, Affine.from_columns(steps[::-1], origin), unit)
    made: Image | Labels
    if as_labels:
        made = Labels(values.reshape(shape), grid)
    else:
        measured = quantity_named(quantity or notes.get(_QUANTITY), Quantity.UNKNOWN)
        channels = _channels(n_channels, measured)
        made = Image(
            values.reshape(*shape, *((n_channels,) if channels else ())), grid, measured, channels
        )
    record_source(made, "SimpleITK image")
    return made


def _channels(n: int, quantity: Quantity) -> tuple[str, ...]:
    if n == 1:
        return ()
    if quantity is Quantity.COLOR and n in (3, 4):
        return ("red", "green", "blue", "opacity")[:n]
    return tuple(f"channel {i}" for i in range(1, n + 1))


def _check_itk(image: Any, itk: ModuleType) -> None:
    if not isinstance(image, itk.Image):
        raise InputError(f"from_simpleitk takes a SimpleITK image, got {type(image).__name__}")


def _simpleitk() -> ModuleType:
    try:
        import SimpleITK
    except ImportError:
        raise InputError("SimpleITK is not installed: pip install 'diaphane[bridges]'") from None
    return SimpleITK
