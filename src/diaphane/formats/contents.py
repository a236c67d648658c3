"""What there is in a file or a folder, told without reading the pixels."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Item:
    """One thing that can be read: a series, an image, a scan, a surface."""

    name: str
    """How :func:`~diaphane.formats.read` is told to take this one; empty where there is but one."""
    kind: str
    """The type that reading gives (``Image``, ``Slices``, ``ConeScan``); empty if it is refused."""
    shape: tuple[int, ...] = ()
    """The numbers of voxels, in array order."""
    spacing_mm: tuple[float, ...] = ()
    """From voxel to voxel, in array order; empty where nobody knows."""
    quantity: str = ""
    """What the values measure (``hounsfield``)."""
    facts: dict[str, str | int | float] = field(default_factory=dict)
    """What else is worth knowing, nothing of it about a person."""


@dataclass(frozen=True)
class Contents:
    """What :func:`~diaphane.formats.inspect` found; plain data, fit for JSON."""

    source: str
    """The name of the file or folder."""
    format: str
    """The format's name (``dicom``)."""
    items: tuple[Item, ...]
    """What can be read from it."""
    remarks: tuple[str, ...] = ()
    """What was left aside, and why: one sentence each."""
