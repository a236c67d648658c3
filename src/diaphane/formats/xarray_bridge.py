"""xarray: labeled arrays there and back, for grids along the patient's axes.

xarray gives each axis its own list of coordinates, which an oblique or a sheared grid does not
have. Such an image is refused, with the mend: resample it onto an upright grid first.
"""

from types import ModuleType
from typing import Any

import numpy as np

from diaphane.arrays import DoubleArray
from diaphane.errors import GeometryError, InputError
from diaphane.formats.reading import checked_options, quantity_named
from diaphane.formats.taken import check_taken
from diaphane.history import record_source
from diaphane.image import Image, Labels
from diaphane.space import Affine, Grid
from diaphane.units import Quantity

_AXES = ("x", "y", "z")
_TOLERANCE_MM = 1e-3


def to_xarray(value: Image | Labels) -> Any:
    """Return an image or labels as a ``DataArray`` with coordinates in LPS millimeters.

    Parameters
    ----------
    value : Image or Labels
        On a grid along the patient's axes, in any order and direction.

    Returns
    -------
    xarray.DataArray
        Dimensions ``z``, ``y``, ``x`` in the order of the array, and ``channel`` where there is
        one; the values are the value's own, read-only.

    Raises
    ------
    GeometryError
        When the grid is oblique or sheared.
    InputError
        When the value is neither, or xarray is not installed.

    Examples
    --------
    >>> grid = Grid.centered((2, 3, 4), 0.5)
    >>> array = to_xarray(Image(np.zeros((2, 3, 4)), grid, Quantity.HOUNSFIELD))
    >>> array.dims, array.z.values.tolist()
    (('z', 'y', 'x'), [-0.25, 0.25])
    """
    check_taken(value, "to_xarray", Image, Labels)
    xarray = _xarray()
    grid = value.grid
    dims, coordinates, steps_mm = [], {}, []
    for i, step in enumerate(grid.affine.steps_mm):
        axis = int(np.argmax(np.abs(step)))
        strayed = np.delete(step, axis) * (grid.shape[i] - 1)
        if np.abs(strayed).max() > _TOLERANCE_MM or _AXES[axis] in dims:
            raise GeometryError(
                "xarray holds grids along the patient's axes only, this one is oblique or "
                "sheared; resample it first with image.resample"
            )
        dims.append(_AXES[axis])
        steps_mm.append(float(step[axis]))
        start = grid.affine.origin_mm[axis]
        coordinates[_AXES[axis]] = start + step[axis] * np.arange(grid.shape[i], dtype=np.float64)
    notes: dict[str, Any] = {"world": "LPS", "coordinate_unit": grid.unit, "steps_mm": steps_mm}
    if isinstance(value, Labels):
        notes["names"] = {str(k): name for k, name in value.names.items()}
        return xarray.DataArray(value.values, coordinates, dims, name="labels", attrs=notes)
    if value.channels:
        dims.append("channel")
        coordinates["channel"] = list(value.channels)
    notes |= {"quantity": value.quantity.label, "units": value.quantity.unit}
    return xarray.DataArray(value.values, coordinates, dims, name="image", attrs=notes)


@checked_options
def from_xarray(
    array: Any, *, quantity: str | None = None, as_labels: bool | None = None
) -> Image | Labels:
    """Return a ``DataArray`` with evenly spaced coordinates x, y and z as an image or labels.

    Parameters
    ----------
    array : xarray.DataArray
        Two or three of the dimensions ``x``, ``y``, ``z`` in any order, with coordinates in LPS
        millimeters, and perhaps ``channel`` as the last. It is copied.
    quantity : str, optional
        What the values measure; by default what its attributes say.
    as_labels : bool, optional
        Whether the values are labels; by default what :func:`to_xarray` noted.

    Raises
    ------
    GeometryError
        When the coordinates are missing or unevenly spaced.
    """
    xarray = _xarray()
    if not isinstance(array, xarray.DataArray):
        raise InputError(f"from_xarray takes a DataArray, got {type(array).__name__}")
    dims = [str(d) for d in array.dims]
    has_channels = dims[-1:] == ["channel"]
    spatial = dims[:-1] if has_channels else dims
    if sorted(spatial) not in (["x", "y", "z"], ["x", "y"], ["x", "z"], ["y", "z"]):
        raise GeometryError(f"dimensions must be two or three of x, y and z, got {dims}")
    noted = array.attrs.get("steps_mm", ())
    steps, origin = [], np.zeros(3)
    for i, dim in enumerate(spatial):
        alone = float(noted[i]) if len(noted) == len(spatial) else 1.0
        start, step = _even(array, dim, alone)
        origin[_AXES.index(dim)] = start
        steps.append(np.eye(3)[_AXES.index(dim)] * step)
    values = array.values.copy()
    if len(spatial) == 2:
        (missing,) = set(_AXES) - set(spatial)
        steps.insert(0, np.eye(3)[_AXES.index(missing)])
        values = values[None]
    unit = "pixel" if array.attrs.get("coordinate_unit") == "pixel" else "mm"
    grid = Grid(values.shape[:3], Affine.from_columns(np.array(steps), origin), unit)
    made: Image | Labels
    if as_labels or (as_labels is None and array.name == "labels"):
        names = {int(k): str(v) for k, v in array.attrs.get("names", {}).items()}
        made = Labels(values, grid, names)
    else:
        label = quantity or array.attrs.get("quantity")
        channels = tuple(str(c) for c in array["channel"].values) if has_channels else ()
        made = Image(values, grid, quantity_named(label, Quantity.UNKNOWN), channels)
    record_source(made, "xarray array")
    return made


def _even(array: Any, dim: str, alone: float) -> tuple[float, float]:
    """Return the first coordinate and the step along a dimension; `alone` where there is one."""
    if dim not in array.coords:
        raise GeometryError(f"the dimension {dim} has no coordinates; give them in millimeters")
    places: DoubleArray = np.asarray(array.coords[dim].values, dtype=np.float64)
    if len(places) == 1:
        return float(places[0]), alone
    step = (places[-1] - places[0]) / (len(places) - 1)
    even = places[0] + step * np.arange(len(places))
    if not np.isfinite(step) or step == 0 or np.abs(places - even).max() > _TOLERANCE_MM:
        raise GeometryError(f"the coordinates {dim} must be evenly spaced; interpolate them first")
    return float(places[0]), float(step)


def _xarray() -> ModuleType:
    try:
        import xarray
    except ImportError:
        raise InputError("xarray is not installed: pip install 'diaphane[bridges]'") from None
    return xarray
