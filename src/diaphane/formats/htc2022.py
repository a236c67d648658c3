"""The Helsinki Tomography Challenge 2022: fan-beam sinograms in MATLAB files, v5 and v7.3.

A file holds ``CtDataLimited`` (or ``CtDataFull``) with ``sinogram`` (views, columns), already
line integrals, and ``parameters``. Its geometry is ASTRA's ``fanflat``: at angle θ the source
stands at (sin θ, -cos θ) and the columns run along (cos θ, sin θ), in a plane whose y axis points
*up* in the picture. Our rows run toward growing y, so that its y is our -y, and the same rays are::

    β = π - θ,  with the columns in reverse order
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from diaphane.arrays import AnyArray, DoubleArray
from diaphane.ct import Detector, FanBeam, FanScan
from diaphane.errors import FormatError
from diaphane.formats.contents import Contents, Item
from diaphane.formats.mat5 import read_mat5
from diaphane.formats.reading import inspect_source, plain_text, read_source, refusals
from diaphane.formats.sniff import head
from diaphane.notices import notice
from diaphane.units import Quantity

NAMES = ("CtDataLimited", "CtDataFull")


@dataclass(frozen=True, eq=False)
class _Window:
    """The views of one file."""

    name: str
    """The file's name."""
    project: str
    """Which object was scanned."""
    sinogram: DoubleArray
    """Shape (n_views, n_columns): line integrals."""
    angles_deg: DoubleArray
    """Shape (n_views,): θ."""
    source_to_axis_mm: float
    source_to_detector_mm: float
    column_spacing_mm: float

    @property
    def geometry(self) -> tuple[float | str, ...]:
        """What must agree between files that are merged."""
        distances = (self.source_to_axis_mm, self.source_to_detector_mm)
        return (self.project, self.sinogram.shape[1], self.column_spacing_mm, *distances)


def read_htc2022(path: str | Path | Sequence[str | Path]) -> FanScan:
    """Read one file of the challenge, or several windows of one object, merged by their angles.

    Views that several files hold must agree to the bit and are taken once.

    Parameters
    ----------
    path : path or list of paths
        ``.mat`` files.

    Returns
    -------
    FanScan
        Line integrals (n_views, 1, n_columns), the views in the order of their angles.

    Raises
    ------
    FormatError
        When a file is not of the challenge, or the files are not of one scan.
    """
    files = [Path(path)] if isinstance(path, str | Path) else [Path(p) for p in path]
    if not files:
        raise FormatError("the list of files is empty")

    def read() -> FanScan:
        windows = []
        for file in files:
            with refusals(file, "HTC2022"):
                windows.append(_read_window(file))
        return _scan(windows[0], *_merged(windows))

    return read_source(files[0], "HTC2022", read)


def inspect_htc2022(path: str | Path | Sequence[str | Path]) -> Contents:
    """Return what files of the challenge hold."""
    files = [Path(path)] if isinstance(path, str | Path) else [Path(p) for p in path]

    def look() -> Contents:
        items = []
        for window in (_read_window(file) for file in files):
            item = Item(
                name="",
                kind="FanScan",
                shape=(len(window.sinogram), 1, window.sinogram.shape[1]),
                quantity=Quantity.LINE_INTEGRAL.label,
                facts={
                    "object": window.project,
                    "first_angle_deg": float(window.angles_deg[0]),
                    "last_angle_deg": float(window.angles_deg[-1]),
                },
            )
            items.append(item)
        return Contents(source=files[0].name, format="htc2022", items=tuple(items))

    return inspect_source(files[0], "HTC2022", look)


def _merged(windows: list[_Window]) -> tuple[DoubleArray, DoubleArray]:
    """Return sinogram and angles of all windows, each view that several hold taken once."""
    first = windows[0]
    sinograms, angles = [first.sinogram], [first.angles_deg]
    seen = {float(a): (first.name, view) for a, view in zip(first.angles_deg, first.sinogram)}
    for window in windows[1:]:
        if window.geometry != first.geometry:
            raise FormatError(
                f"{window.name} is another scan: object, columns and distances are "
                f"{window.geometry}, those of {first.name} are {first.geometry}"
            )
        new = [i for i, a in enumerate(window.angles_deg) if float(a) not in seen]
        for angle, view in zip(window.angles_deg, window.sinogram):
            name, known = seen.setdefault(float(angle), (window.name, view))
            if not np.array_equal(known, view):
                raise FormatError(f"the view at {angle}° differs between {name} and {window.name}")
        sinograms.append(window.sinogram[new])
        angles.append(window.angles_deg[new])
    if len(windows) > 1:
        n_views, n_read = sum(len(a) for a in angles), sum(len(w.angles_deg) for w in windows)
        notice("formats.views_merged", files=len(windows), views=n_views, twice=n_read - n_views)
    return np.concatenate(sinograms), np.concatenate(angles)


def _scan(window: _Window, sinogram: DoubleArray, angles_deg: DoubleArray) -> FanScan:
    """Return the views in Diaphane's convention, in the order of their angles."""
    angles_rad = np.pi - np.deg2rad(angles_deg)
    order = np.argsort(angles_rad, kind="stable")
    spacing_mm = window.column_spacing_mm
    detector = Detector(
        n_rows=1,
        n_columns=sinogram.shape[1],
        row_spacing_mm=spacing_mm * window.source_to_axis_mm / window.source_to_detector_mm,
        column_spacing_mm=spacing_mm,
    )
    beam = FanBeam(
        angles_rad[order], detector, window.source_to_axis_mm, window.source_to_detector_mm
    )
    values = sinogram[order, None, ::-1].astype(np.float32)
    return FanScan(values, beam, Quantity.LINE_INTEGRAL)


def _read_window(file: Path) -> _Window:
    data = _hdf5_data(file) if _is_hdf5(file) else _mat5_data(file)
    parameters = data["parameters"]
    sinogram = np.atleast_2d(np.asarray(data["sinogram"], dtype=np.float64))
    angles = np.asarray(parameters["angles"], dtype=np.float64).reshape(-1)
    if len(angles) != len(sinogram):
        raise FormatError(f"holds {len(angles)} angles for {len(sinogram)} views")
    n_columns = int(parameters["numDetectorsPost"])
    if sinogram.shape[1] != n_columns:
        raise FormatError(f"has {sinogram.shape[1]} columns, its parameters say {n_columns}")
    return _Window(
        name=file.name,
        project=str(parameters.get("projectName", "")),
        sinogram=sinogram,
        angles_deg=angles,
        source_to_axis_mm=float(parameters["distanceSourceOrigin"]),
        source_to_detector_mm=float(parameters["distanceSourceDetector"]),
        column_spacing_mm=float(parameters["pixelSizePost"]),
    )


def _is_hdf5(file: Path) -> bool:
    return head(file, 1024)[512:516] == b"\x89HDF"


def _mat5_data(file: Path) -> dict[str, Any]:
    content = read_mat5(file, NAMES)
    data = next((content[name] for name in NAMES if name in content), None)
    if not isinstance(data, dict):
        raise FormatError(f"holds none of {' and '.join(NAMES)}")
    return data


def _hdf5_data(file: Path) -> dict[str, Any]:
    """Return the same plain data from MATLAB's HDF5, which stores arrays transposed."""
    with h5py.File(file, "r") as content:
        group: Any = next((content[name] for name in NAMES if name in content), None)
        if not isinstance(group, h5py.Group):
            raise FormatError(f"holds none of {' and '.join(NAMES)}")
        parameters: Any = group["parameters"]
        plain = {name: _plain(parameters[name]) for name in parameters}
        return {"parameters": plain, "sinogram": _plain(group["sinogram"])}


def _plain(data: Any) -> AnyArray | str | float:
    values = data[()]
    if data.attrs.get("MATLAB_class") == b"char":
        return plain_text("".join(chr(c) for c in values.reshape(-1)))
    return float(values.reshape(-1)[0]) if values.size == 1 else values.T
