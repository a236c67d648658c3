"""The types that flow: pictures of the body on a grid, and what is drawn from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from diaphane.arrays import AnyArray, ByteArray, DoubleArray, FloatArray, IntArray, frozen
from diaphane.errors import GeometryError, InputError
from diaphane.history import History
from diaphane.space import Grid
from diaphane.units import Quantity


@dataclass(frozen=True, eq=False)
class Image:
    """Values on a grid: real or complex numbers, a color, or several channels."""

    values: AnyArray
    """Shape of the grid, with one more axis for a color or for channels."""
    grid: Grid
    """Where the values lie."""
    quantity: Quantity
    """What they measure, with its unit."""
    channels: tuple[str, ...] = ()
    """Names along the last axis; empty where there is none."""
    history: History | None = field(default=None, init=False, repr=False)
    """How it was made."""

    def __post_init__(self) -> None:
        if self.quantity is Quantity.COLOR and not self.channels:
            object.__setattr__(self, "channels", ("red", "green", "blue"))
        expected = self.grid.shape + ((len(self.channels),) if self.channels else ())
        _check_shape("Image.values", self.values, expected)
        if self.values.dtype.kind not in "biufc":
            raise InputError(f"Image.values must be numbers, got {self.values.dtype}")
        object.__setattr__(self, "values", frozen(self.values))


@dataclass(frozen=True, eq=False)
class Slices:
    """Parallel or loose sections that no grid can hold: each has its own position.

    A tilted gantry with uneven steps gives such a series; ``image.from_slices`` resamples it.
    """

    values: AnyArray
    """Shape (n_slices, n_rows, n_columns)."""
    positions_mm: DoubleArray
    """Shape (n_slices, 3): LPS position of the center of each section's first pixel."""
    row_steps_mm: DoubleArray
    """Shape (n_slices, 3): the step from one row to the next."""
    column_steps_mm: DoubleArray
    """Shape (n_slices, 3): the step from one column to the next."""
    quantity: Quantity
    """What the values measure, with its unit."""
    history: History | None = field(default=None, init=False, repr=False)
    """How it was made."""

    def __post_init__(self) -> None:
        if self.values.ndim != 3:
            raise InputError(f"Slices.values has 3 axes, got shape {self.values.shape}")
        object.__setattr__(self, "values", frozen(self.values))
        for name in ("positions_mm", "row_steps_mm", "column_steps_mm"):
            array = np.asarray(getattr(self, name), dtype=np.float64)
            _check_shape(f"Slices.{name}", array, (len(self.values), 3))
            object.__setattr__(self, name, frozen(array))


@dataclass(frozen=True, eq=False)
class Cine:
    """A moving picture: one image at each of several times, all on one grid."""

    values: AnyArray
    """Shape (n_times, slices, rows, columns), with one more axis for channels."""
    grid: Grid
    """Where the values lie."""
    times_s: DoubleArray
    """Shape (n_times,), growing."""
    quantity: Quantity
    """What the values measure, with its unit."""
    channels: tuple[str, ...] = ()
    """Names along the last axis; empty where there is none."""
    history: History | None = field(default=None, init=False, repr=False)
    """How it was made."""

    def __post_init__(self) -> None:
        times = np.asarray(self.times_s, dtype=np.float64)
        if times.ndim != 1 or (np.diff(times) <= 0).any():
            raise InputError("Cine.times_s must be a growing list of times")
        expected = times.shape + self.grid.shape
        expected += (len(self.channels),) if self.channels else ()
        _check_shape("Cine.values", self.values, expected)
        object.__setattr__(self, "times_s", frozen(times))
        object.__setattr__(self, "values", frozen(self.values))


@dataclass(frozen=True, eq=False)
class Labels:
    """Which structure each voxel belongs to: 0 is none."""

    values: AnyArray
    """Whole numbers (uint8, uint16, int32), in the shape of the grid."""
    grid: Grid
    """Where the values lie."""
    names: Mapping[int, str] = field(default_factory=dict)
    """What each number means; a number without a name is allowed."""
    history: History | None = field(default=None, init=False, repr=False)
    """How it was made."""

    def __post_init__(self) -> None:
        _check_shape("Labels.values", self.values, self.grid.shape)
        if self.values.dtype.kind not in "iu":
            raise InputError(f"Labels.values must be whole numbers, got {self.values.dtype}")
        object.__setattr__(self, "values", frozen(self.values))
        object.__setattr__(self, "names", MappingProxyType(dict(self.names)))


@dataclass(frozen=True, eq=False)
class Surface:
    """A mesh of triangles; seen from outside, corners run counterclockwise."""

    points_mm: FloatArray
    """Shape (n_points, 3): LPS mm."""
    triangles: IntArray
    """Shape (n_triangles, 3): indices into `points_mm`."""
    history: History | None = field(default=None, init=False, repr=False)
    """How it was made."""

    def __post_init__(self) -> None:
        points = np.asarray(self.points_mm, dtype=np.float32)
        triangles = np.asarray(self.triangles, dtype=np.int32)
        _check_shape("Surface.points_mm", points, (len(points), 3))
        _check_shape("Surface.triangles", triangles, (len(triangles), 3))
        if triangles.size and not 0 <= triangles.min() <= triangles.max() < len(points):
            raise InputError("Surface.triangles names points that do not exist")
        object.__setattr__(self, "points_mm", frozen(points))
        object.__setattr__(self, "triangles", frozen(triangles))


@dataclass(frozen=True, eq=False)
class Field:
    """A vector at each voxel, in LPS directions."""

    values: FloatArray
    """Shape of the grid, and 3: the x, y and z components."""
    grid: Grid
    """Where the vectors lie."""
    quantity: Quantity
    """What their length measures, with its unit."""
    history: History | None = field(default=None, init=False, repr=False)
    """How it was made."""

    def __post_init__(self) -> None:
        _check_shape("Field.values", self.values, (*self.grid.shape, 3))
        object.__setattr__(self, "values", frozen(np.asarray(self.values, dtype=np.float32)))


@dataclass(frozen=True, eq=False)
class Picture:
    """Pixels for eyes."""

    pixels: ByteArray
    """Shape (rows, columns, 3) or (rows, columns, 4): red, green, blue, and opacity, 0…255."""
    pixel_mm: float | None = None
    """Size of a pixel in the patient, where it has one."""
    history: History | None = field(default=None, init=False, repr=False)
    """How it was made."""

    def __post_init__(self) -> None:
        if self.pixels.ndim != 3 or self.pixels.shape[2] not in (3, 4):
            raise InputError(f"Picture.pixels is rows × columns × 3 or 4, got {self.pixels.shape}")
        if self.pixels.dtype != np.uint8:
            raise InputError(f"Picture.pixels must be uint8, got {self.pixels.dtype}")
        object.__setattr__(self, "pixels", frozen(self.pixels))


@dataclass(frozen=True)
class Measurement:
    """A number with its unit and, where it is known, the interval it lies in."""

    value: float
    """The number."""
    unit: str
    """Its unit's symbol; empty for a ratio."""
    interval: tuple[float, float] | None = None
    """Lower and upper bound of its 95 % interval."""
    name: str = ""
    """What was measured, in the glossary's words."""
    history: History | None = field(default=None, init=False, repr=False, compare=False)
    """How it was made."""

    def __str__(self) -> str:
        """Return ``412 HU [406, 418]``."""
        low_high = f" [{self.interval[0]:.4g}, {self.interval[1]:.4g}]" if self.interval else ""
        return f"{self.value:.4g} {self.unit}".rstrip() + low_high


def _check_shape(name: str, values: AnyArray, expected: tuple[int, ...]) -> None:
    if values.shape != expected:
        raise GeometryError(f"{name} must have shape {expected}, got {values.shape}")
