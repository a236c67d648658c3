"""Data Exchange: the HDF5 files in which synchrotrons keep projections, flats and darks.

``/exchange/data`` (views, rows, columns), ``/exchange/data_white``, ``/exchange/data_dark`` and
``/exchange/theta``, in degrees unless its ``units`` say otherwise.
"""

from pathlib import Path

import h5py
import numpy as np

from diaphane.arrays import AnyArray, DoubleArray
from diaphane.ct import ParallelScan
from diaphane.errors import FormatError
from diaphane.formats.contents import Contents, Item
from diaphane.formats.projections import BodyTurns, Camera, Rows, in_radians, kept_angles
from diaphane.formats.reading import checked_options, inspect_source, plain_text, read_source
from diaphane.progress import track
from diaphane.units import Quantity

_BLOCK_VIEWS = 32


@checked_options
def read_data_exchange(
    path: str | Path,
    *,
    skip_first_angles: int = 0,
    skip_last_angles: int = 0,
    pixel_mm: float | None = None,
    center_column: float | None = None,
    rows: Rows = "downward",
    body_turns: BodyTurns = "clockwise",
) -> ParallelScan:
    """Read a Data Exchange file of a parallel beam.

    Parameters
    ----------
    path : path
        The HDF5 file.
    skip_first_angles, skip_last_angles : int
        How many of the first and last angles belong to no projection.
    pixel_mm : number, optional
        Width and height of a pixel.
    center_column : number, optional
        The column, not rounded, where the axis of rotation is seen; by default the middle.
    rows : {"downward", "upward"}
        Which way the file's rows run.
    body_turns : {"clockwise", "counterclockwise"}
        Which way the body turns as the angles grow, seen from above.

    Returns
    -------
    ParallelScan
        Counts (n_views, n_rows, n_columns), rows upward, with flats and darks where there are.

    Raises
    ------
    FormatError
        When the file is damaged, or lacks the projections or their angles.
    OptionError
        When there is not one angle per projection.
    """
    path = Path(path)
    camera = Camera(pixel_mm, center_column, rows, body_turns)

    def read() -> ParallelScan:
        with h5py.File(path, "r") as file:
            data = _dataset(file, "data")
            if data is None:
                raise FormatError("has no projections at /exchange/data")
            angles_rad = kept_angles(
                _angles_rad(file),
                data.shape[0],
                skip_first=skip_first_angles,
                skip_last=skip_last_angles,
                source="/exchange/theta",
            )
            views = camera.turn_upright(_read_views(data))
            flats, darks = (_dataset(file, name) for name in ("data_white", "data_dark"))
            return ParallelScan(
                views,
                camera.beam(angles_rad, *views.shape[1:]),
                Quantity.COUNTS,
                None if flats is None else camera.turn_upright(_read_views(flats)),
                None if darks is None else camera.turn_upright(_read_views(darks)),
            )

    return read_source(path, "Data Exchange", read)


def inspect_data_exchange(path: str | Path) -> Contents:
    """Return what a Data Exchange file holds, without reading the projections."""
    path = Path(path)

    def look() -> Contents:
        with h5py.File(path, "r") as file:
            data = _dataset(file, "data")
            sizes = {name: _dataset(file, f"data_{name}") for name in ("white", "dark")}
            item = Item(
                name="",
                kind="ParallelScan",
                shape=() if data is None else tuple(data.shape),
                quantity=Quantity.COUNTS.label,
                facts={
                    "flats": 0 if sizes["white"] is None else sizes["white"].shape[0],
                    "darks": 0 if sizes["dark"] is None else sizes["dark"].shape[0],
                },
            )
        return Contents(source=path.name, format="data_exchange", items=(item,))

    return inspect_source(path, "Data Exchange", look)


def _dataset(file: h5py.File, name: str) -> h5py.Dataset | None:
    """Return a data set of three axes below /exchange; ``None`` where there is none."""
    place = f"/exchange/{name}"
    if place not in file:
        return None
    data = file[place]
    if not isinstance(data, h5py.Dataset) or data.ndim != 3 or data.dtype.kind not in "iuf":
        raise FormatError(f"{place} must be numbers along three axes (views, rows, columns)")
    if min(data.shape) < 1:
        raise FormatError(f"{place} is empty: its shape is {data.shape}")
    return data


def _angles_rad(file: h5py.File) -> DoubleArray:
    theta = file.get("/exchange/theta")
    if not isinstance(theta, h5py.Dataset) or theta.dtype.kind not in "iuf":
        raise FormatError("has no angles at /exchange/theta")
    unit = plain_text(theta.attrs.get("units", "degrees")).lower()
    if not unit.startswith(("deg", "rad")):
        raise FormatError(f"the unit of /exchange/theta must be degrees or radians, got {unit!r}")
    return in_radians(theta[()], "deg" if unit.startswith("deg") else "rad")


def _read_views(data: h5py.Dataset) -> AnyArray:
    """Read views in blocks, so that it can be shown and stopped."""
    views = np.empty(data.shape, data.dtype.newbyteorder("="))
    starts = range(0, len(views), _BLOCK_VIEWS)
    for start in track(starts, "formats.read_data_exchange"):
        views[start : start + _BLOCK_VIEWS] = data[start : start + _BLOCK_VIEWS]
    return views
