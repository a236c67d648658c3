"""From a header and an array to an image, a cine or labels: what all volume formats share.

Files name their axes from the fastest in memory to the slowest, Diaphane from the slowest to the
fastest. Every axis therefore has a role, and the array is put in the order ``time, slice, row,
column, channel``, whatever the file's order.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray
from diaphane.errors import FormatError, OptionError
from diaphane.formats.contents import Contents, Item
from diaphane.formats.reading import quantity_named
from diaphane.image import Cine, Image, Labels
from diaphane.notices import notice
from diaphane.space import Affine, Grid
from diaphane.units import Quantity

Role = Literal["space", "channel", "time"]


@dataclass(frozen=True, eq=False)
class VolumeHeader:
    """What a volume's header says, in Diaphane's conventions."""

    sizes: tuple[int, ...]
    """The numbers of elements along the file's axes, the fastest first."""
    roles: tuple[Role, ...]
    """What each of these axes is; one to three are in space."""
    affine: Affine
    """From (slice, row, column) to LPS mm."""
    unit: Literal["mm", "pixel"] = "mm"
    """``pixel`` where nobody knows the millimeters."""
    quantity: Quantity = Quantity.UNKNOWN
    """What the values measure, where the file says it."""
    is_labels: bool = False
    """Whether the file says that its values are labels."""
    names: Mapping[int, str] = field(default_factory=dict)
    """The labels' names, where the file gives them."""
    channels: tuple[str, ...] = ()
    """Names of the channels, where the file gives them."""
    time_step_s: float = 0.0
    """From time to time; 0 where the file does not say."""
    first_time_s: float = 0.0
    """The first time."""

    def __post_init__(self) -> None:
        spatial = self.roles.count("space")
        if not 1 <= spatial <= 3:
            raise FormatError(f"has {spatial} axes in space, expected 1 to 3")
        for role in ("time", "channel"):
            if self.roles.count(role) > 1:
                raise FormatError(f"has {self.roles.count(role)} {role} axes, expected 1 at most")
        if min(self.sizes) < 1:
            raise FormatError(f"has the sizes {self.sizes}, expected at least 1 along each axis")

    @property
    def shape(self) -> tuple[int, int, int]:
        """The numbers of slices, rows and columns."""
        spatial = [n for n, role in zip(self.sizes, self.roles) if role == "space"]
        n_columns, n_rows, n_slices = (*spatial, 1, 1)[:3]
        return n_slices, n_rows, n_columns

    @property
    def grid(self) -> Grid:
        """Where the values lie."""
        return Grid(self.shape, self.affine, self.unit)

    def size_of(self, role: Role) -> int:
        """Return the number of elements along the axis of a role; 0 where there is none."""
        return self.sizes[self.roles.index(role)] if role in self.roles else 0


def value_of(
    header: VolumeHeader,
    elements: AnyArray,
    *,
    as_labels: bool | None,
    quantity: str | None,
    time_step_s: float | None,
) -> Image | Labels | Cine:
    """Return the value that a header and its elements are.

    Parameters
    ----------
    header : VolumeHeader
        Where the elements lie and what they are.
    elements : array
        In the file's order: the slowest axis first.
    as_labels : bool, optional
        Whether they are labels; by default what the file says.
    quantity : str, optional
        What they measure; by default what the file says.
    time_step_s : number, optional
        From time to time, where there are several; by default what the file says.
    """
    values = _arranged(header, elements)
    measured = quantity_named(quantity, header.quantity)
    is_labels = header.is_labels if as_labels is None else as_labels
    if is_labels:
        return Labels(_whole(values, header), header.grid, header.names)
    if measured is Quantity.UNKNOWN:
        notice("formats.quantity_unknown")
    _tell_not_finite(values)
    channels = _channel_names(header)
    if not header.size_of("time"):
        return Image(values, header.grid, measured, channels)
    n_steps = np.arange(len(values), dtype=np.float64)
    times_s = header.first_time_s + n_steps * _time_step_s(header, time_step_s)
    return Cine(values, header.grid, times_s, measured, channels)


def contents_of(header: VolumeHeader, name: str, format: str, dtype: np.dtype) -> Contents:
    """Return what :func:`diaphane.formats.inspect` tells of a volume."""
    kind = "Labels" if header.is_labels else "Cine" if header.size_of("time") else "Image"
    facts: dict[str, str | int | float] = {"numbers": dtype.name}
    facts["axes"] = " ".join("".join(pair[:1]) for pair in header.grid.letters)
    for role in ("time", "channel"):
        if header.size_of(role):
            facts[f"n_{role}s"] = header.size_of(role)
    item = Item(
        name="",
        kind=kind,
        shape=header.shape,
        spacing_mm=header.affine.spacing_mm if header.unit == "mm" else (),
        quantity="" if header.is_labels else header.quantity.label,
        facts=facts,
    )
    return Contents(source=name, format=format, items=(item,))


def lps_affine(steps_mm: DoubleArray, origin_mm: DoubleArray) -> Affine:
    """Return the affine of a file that gives one to three steps, the fastest axis first.

    Missing steps point at right angles to those there are, one millimeter long.
    """
    steps = np.asarray(steps_mm, dtype=np.float64).reshape(-1, 3)
    if not 1 <= len(steps) <= 3:
        raise FormatError(f"has {len(steps)} axes in space, expected 1 to 3")
    if len(steps) == 1:
        away = np.eye(3)[np.argmin(np.abs(steps[0]))]
        steps = np.vstack([steps, _direction(np.cross(np.cross(steps[0], away), steps[0]))])
    if len(steps) == 2:
        steps = np.vstack([steps, _direction(np.cross(steps[0], steps[1]))])
    return Affine.from_columns(steps[::-1], origin_mm)


def _direction(step: DoubleArray) -> DoubleArray:
    length = np.linalg.norm(step)
    if not length > 0:
        raise FormatError("its axes have no length or point the same way")
    return step / length


def _arranged(header: VolumeHeader, elements: AnyArray) -> AnyArray:
    """Put the axes in Diaphane's order, with the machine's own byte order."""
    roles = header.roles[::-1]
    order = [i for i, role in enumerate(roles) if role == "time"]
    order += [i for i, role in enumerate(roles) if role == "space"]
    order += [i for i, role in enumerate(roles) if role == "channel"]
    n_times, n_channels = header.size_of("time"), header.size_of("channel")
    shape = ((n_times,) if n_times else ()) + header.shape
    shape += (n_channels,) if n_channels else ()
    values = np.transpose(elements.reshape(header.sizes[::-1]), order).reshape(shape)
    return values.astype(values.dtype.newbyteorder("="), copy=False)


def _whole(values: AnyArray, header: VolumeHeader) -> AnyArray:
    """Return labels as whole numbers, or refuse what is none."""
    if header.size_of("time") or header.size_of("channel"):
        raise FormatError("labels have three axes at most, but it has times or channels")
    if values.dtype.kind == "b":
        return values.astype(np.uint8)
    if values.dtype.kind in "iu":
        return values
    if values.dtype.kind != "f" or not np.array_equal(values, np.rint(values)):
        raise FormatError("labels are whole numbers, but its values are not; read it as an image")
    largest = np.iinfo(np.int32)
    if values.size and not largest.min <= values.min() <= values.max() <= largest.max:
        raise FormatError(
            f"labels lie within {largest.min} to {largest.max}, but its values do not"
        )
    return values.astype(np.int32)


def _channel_names(header: VolumeHeader) -> tuple[str, ...]:
    n = header.size_of("channel")
    if header.channels and len(header.channels) == n:
        return header.channels
    if header.quantity is Quantity.COLOR and n in (3, 4):
        return ("red", "green", "blue", "opacity")[:n]
    return tuple(f"channel {i}" for i in range(1, n + 1))


def _time_step_s(header: VolumeHeader, given: float | None) -> float:
    step_s = header.time_step_s if given is None else given
    if given is not None and not (np.isfinite(given) and given > 0):
        raise OptionError(f"time_step_s must be > 0, got {given}")
    if not (np.isfinite(step_s) and step_s > 0):
        n = header.size_of("time")
        raise FormatError(f"holds {n} volumes but not the time between them; give time_step_s=")
    return step_s


def _tell_not_finite(values: AnyArray) -> None:
    if values.dtype.kind in "fc":
        n = int(values.size - np.count_nonzero(np.isfinite(values)))
        if n:
            notice("formats.not_finite", voxels=n, percent=round(100 * n / values.size, 3))
