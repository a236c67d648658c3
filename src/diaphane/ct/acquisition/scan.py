"""What a CT scanner measured: frozen raw data with its complete geometry."""

from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from diaphane.arrays import AnyArray, first_not_finite, frozen
from diaphane.ct.acquisition.beam import ConeBeam, FanBeam, ParallelBeam
from diaphane.ct.acquisition.pose import PoseBeam
from diaphane.errors import GeometryError, InputError
from diaphane.history import History
from diaphane.units import Quantity


@dataclass(frozen=True, eq=False)
class ParallelScan:
    """Views taken with parallel rays."""

    values: AnyArray
    """Shape (n_views, n_rows, n_columns)."""
    beam: ParallelBeam
    """Where the rays ran."""
    quantity: Quantity
    """``COUNTS`` as measured, or ``LINE_INTEGRAL`` after the logarithm."""
    flats: AnyArray | None = None
    """Counts without the body: shape (n_flats, n_rows, n_columns)."""
    darks: AnyArray | None = None
    """Counts without the beam: shape (n_darks, n_rows, n_columns)."""
    history: History | None = field(default=None, init=False, repr=False)
    """How it was made."""

    def __post_init__(self) -> None:
        _check_scan(self)


@dataclass(frozen=True, eq=False)
class FanScan:
    """Views taken with a fan of rays onto a detector."""

    values: AnyArray
    """Shape (n_views, n_rows, n_columns)."""
    beam: FanBeam
    """Where the rays ran."""
    quantity: Quantity
    """``COUNTS`` as measured, or ``LINE_INTEGRAL`` after the logarithm."""
    flats: AnyArray | None = None
    """Counts without the body: shape (n_flats, n_rows, n_columns)."""
    darks: AnyArray | None = None
    """Counts without the beam: shape (n_darks, n_rows, n_columns)."""
    history: History | None = field(default=None, init=False, repr=False)
    """How it was made."""

    def __post_init__(self) -> None:
        _check_scan(self)


@dataclass(frozen=True, eq=False)
class ConeScan:
    """Views taken with a cone of rays onto a detector."""

    values: AnyArray
    """Shape (n_views, n_rows, n_columns)."""
    beam: ConeBeam
    """Where the rays ran."""
    quantity: Quantity
    """``COUNTS`` as measured, or ``LINE_INTEGRAL`` after the logarithm."""
    flats: AnyArray | None = None
    """Counts without the body: shape (n_flats, n_rows, n_columns)."""
    darks: AnyArray | None = None
    """Counts without the beam: shape (n_darks, n_rows, n_columns)."""
    history: History | None = field(default=None, init=False, repr=False)
    """How it was made."""

    def __post_init__(self) -> None:
        _check_scan(self)


@dataclass(frozen=True, eq=False)
class PoseScan:
    """Views taken with a cone of rays, source and detector anywhere in each."""

    values: AnyArray
    """Shape (n_views, n_rows, n_columns)."""
    beam: PoseBeam
    """Where the rays ran."""
    quantity: Quantity
    """``COUNTS`` as measured, or ``LINE_INTEGRAL`` after the logarithm."""
    flats: AnyArray | None = None
    """Counts without the body: shape (n_flats, n_rows, n_columns)."""
    darks: AnyArray | None = None
    """Counts without the beam: shape (n_darks, n_rows, n_columns)."""
    history: History | None = field(default=None, init=False, repr=False)
    """How it was made."""

    def __post_init__(self) -> None:
        _check_scan(self)


Scan = ParallelScan | FanScan | ConeScan

SomeScan = TypeVar("SomeScan", ParallelScan, FanScan, ConeScan)
"""A scan whose kind a step keeps."""

AnyScan = TypeVar("AnyScan", ParallelScan, FanScan, ConeScan, PoseScan)
"""The same for steps that ask only what was measured, not where the rays ran."""


def _check_scan(scan: Scan | PoseScan) -> None:
    """Check once, at the door, what every later step relies on."""
    name = type(scan).__name__
    beam = scan.beam
    shape = (beam.n_views, beam.detector.n_rows, beam.detector.n_columns)
    if scan.values.ndim != 3 or scan.values.shape[1:] != shape[1:]:
        raise GeometryError(
            f"{name}.values must have shape (views, rows, columns) = {shape}, "
            f"got {scan.values.shape}"
        )
    if len(scan.values) != beam.n_views:
        raise GeometryError(
            f"{name}: {beam.n_views} angles for {len(scan.values)} views; give one angle per view"
        )
    if scan.quantity not in (Quantity.COUNTS, Quantity.LINE_INTEGRAL):
        raise InputError(f"{name} holds counts or line integrals, got {scan.quantity.label}")
    for part in ("values", "flats", "darks"):
        values = getattr(scan, part)
        if values is None:
            continue
        if values.ndim != 3 or values.shape[1:] != shape[1:]:
            raise GeometryError(
                f"{name}.{part} must be n × {shape[1]} × {shape[2]}, got {values.shape}"
            )
        bad = first_not_finite(values)
        if bad is not None:
            raise InputError(f"{name}.{part} must be finite, got {values[bad]} at {bad}")
        object.__setattr__(scan, part, frozen(values))
    if scan.quantity is Quantity.COUNTS and scan.values.size and scan.values.min() < 0:
        bad = tuple(int(i) for i in np.unravel_index(scan.values.argmin(), scan.values.shape))
        raise InputError(f"{name}: counts cannot be negative, got {scan.values.min()} at {bad}")
