"""NRRD, the format of Teem and 3D Slicer: ``.nrrd``, or ``.nhdr`` with its data beside.

The header is text, ``field: value`` or ``key:=value`` a line, and ends with an empty line. Axes
go from the fastest to the slowest; each has a vector in the space that ``space`` names, or
``none`` where it is no axis of space.
"""

import math
import re
from pathlib import Path

import numpy as np

from diaphane.arrays import DoubleArray
from diaphane.errors import FormatError
from diaphane.formats.contents import Contents
from diaphane.formats.nrrd_header import NrrdText, nrrd_dtype, nrrd_source, parse_nrrd
from diaphane.formats.raw_elements import read_elements
from diaphane.formats.reading import checked_options, inspect_source, read_source
from diaphane.formats.volume import Role, VolumeHeader, contents_of, lps_affine, value_of
from diaphane.image import Cine, Image, Labels
from diaphane.notices import notice
from diaphane.units import Quantity

_TO_LPS = {
    "left-posterior-superior": (1, 1, 1),
    "lps": (1, 1, 1),
    "right-anterior-superior": (-1, -1, 1),
    "ras": (-1, -1, 1),
    "left-anterior-superior": (1, -1, 1),
    "las": (1, -1, 1),
}
_MM = {"mm": 1.0, "cm": 10.0, "m": 1000.0, "um": 0.001, "microns": 0.001, "micrometer": 0.001}
_SECONDS = {"s": 1.0, "sec": 1.0, "ms": 1e-3, "msec": 1e-3, "us": 1e-6}
_COLOR_KINDS = ("rgb-color", "rgba-color", "3-color", "4-color")
_SPACE_KINDS = ("domain", "space", "???", "none", "")


@checked_options
def read_nrrd(
    path: str | Path,
    *,
    as_labels: bool | None = None,
    quantity: str | None = None,
    time_step_s: float | None = None,
) -> Image | Labels | Cine:
    """Read a NRRD file.

    Parameters
    ----------
    path : path
        ``.nrrd``, or the header ``.nhdr``.
    as_labels : bool, optional
        Whether the values are labels; by default, those of 3D Slicer's ``.seg.nrrd`` are.
    quantity : str, optional
        What the values measure (``"hounsfield"``); NRRD cannot say it in its own words.
    time_step_s : number, optional
        From volume to volume of a 4-D file, where the file does not say it.

    Raises
    ------
    FormatError
        When the header is wrong, or the data is not there in full.
    """
    path = Path(path)

    def read() -> Image | Labels | Cine:
        parsed = parse_nrrd(path)
        header = _header(parsed)
        elements = read_elements(nrrd_source(path, parsed), header.sizes, nrrd_dtype(parsed))
        return value_of(
            header, elements, as_labels=as_labels, quantity=quantity, time_step_s=time_step_s
        )

    return read_source(path, "NRRD", read)


def inspect_nrrd(path: str | Path) -> Contents:
    """Return what a NRRD file holds, without reading its values."""
    path = Path(path)

    def look() -> Contents:
        parsed = parse_nrrd(path)
        return contents_of(_header(parsed), path.name, "nrrd", nrrd_dtype(parsed))

    return inspect_source(path, "NRRD", look)


def _header(parsed: NrrdText) -> VolumeHeader:
    sizes = _sizes(parsed)
    vectors = _vectors(parsed, len(sizes))
    roles = _roles(parsed, vectors, len(sizes))
    spatial = [v for v, role in zip(vectors, roles) if role == "space" and v is not None]
    kinds = parsed.words("kinds")
    is_color = any(kind.lower() in _COLOR_KINDS for kind in kinds)
    names = _segment_names(parsed.notes)
    return VolumeHeader(
        sizes=sizes,
        roles=roles,
        affine=lps_affine(np.array(spatial), _origin(parsed)),
        quantity=Quantity.COLOR if is_color else Quantity.UNKNOWN,
        is_labels=bool(names),
        names=names,
        time_step_s=_time_step_s(parsed, roles),
    )


def _sizes(parsed: NrrdText) -> tuple[int, ...]:
    n_axes = parsed.number("dimension")
    words = parsed.words("sizes")
    if not 1 <= n_axes <= 5 or len(words) != n_axes or not all(w.isdigit() for w in words):
        raise FormatError(f"has the dimension {n_axes} and the sizes {' '.join(words)!r}")
    return tuple(int(w) for w in words)


def _vectors(parsed: NrrdText, n_axes: int) -> list[DoubleArray | None]:
    """Return the step of each axis in LPS mm; ``None`` where it is no axis of space."""
    if "space directions" not in parsed.fields:
        return _upright_vectors(parsed, n_axes)
    given = re.findall(r"none|\([^)]*\)", parsed.fields["space directions"])
    if len(given) != n_axes:
        raise FormatError(f"has {len(given)} space directions, expected one per axis ({n_axes})")
    signs = _signs(parsed)
    scale = _space_scale(parsed)
    return [None if text == "none" else _vector(text) * signs * scale for text in given]


def _upright_vectors(parsed: NrrdText, n_axes: int) -> list[DoubleArray | None]:
    notice("formats.position_unknown")
    words = parsed.words("spacings") or ["nan"] * n_axes
    spacings = np.array([float(w) for w in words])
    if len(spacings) != n_axes:
        raise FormatError(f"has {len(spacings)} spacings, expected one per axis ({n_axes})")
    kinds = [k.lower() for k in parsed.words("kinds")] or [""] * n_axes
    axes = iter(np.eye(3))
    vectors: list[DoubleArray | None] = []
    for spacing, kind in zip(spacings, kinds):
        axis = next(axes, None) if kind in _SPACE_KINDS else None
        step = spacing if np.isfinite(spacing) else 1.0
        vectors.append(None if axis is None else axis * step)
    return vectors


def _roles(parsed: NrrdText, vectors: list[DoubleArray | None], n_axes: int) -> tuple[Role, ...]:
    kinds = [k.lower() for k in parsed.words("kinds")] or [""] * n_axes
    if len(kinds) != n_axes:
        raise FormatError(f"has {len(kinds)} kinds, expected one per axis ({n_axes})")
    roles: list[Role] = []
    for i, (vector, kind) in enumerate(zip(vectors, kinds)):
        if vector is not None:
            roles.append("space")
        elif kind in ("time", "list") and i == n_axes - 1:
            roles.append("time")
        else:
            roles.append("channel")
    return tuple(roles)


def _signs(parsed: NrrdText) -> DoubleArray:
    space = parsed.fields.get("space", "").lower()
    name = space.removesuffix("-time")
    if name in _TO_LPS:
        return np.array(_TO_LPS[name], dtype=np.float64)
    notice("formats.space_assumed", said=space or "nothing")
    return np.ones(3)


def _space_scale(parsed: NrrdText) -> float:
    units = {u.lower() for u in parsed.words("space units")}
    if not units or units <= {"", "???"}:
        return 1.0
    if len(units) > 1 or next(iter(units)) not in _MM:
        raise FormatError(f"space units must be all mm, cm, m or um, got {sorted(units)}")
    return _MM[next(iter(units))]


def _vector(text: str) -> DoubleArray:
    try:
        numbers = [float(word) for word in text.strip("()").split(",")]
    except ValueError:
        raise FormatError(f"{text!r} is not a vector of numbers") from None
    if len(numbers) not in (2, 3) or not all(math.isfinite(x) for x in numbers):
        raise FormatError(f"{text!r} is not a vector of 2 or 3 finite numbers")
    return np.array([*numbers, 0.0][:3])


def _origin(parsed: NrrdText) -> DoubleArray:
    text = parsed.fields.get("space origin")
    if text is None or "space directions" not in parsed.fields:
        return np.zeros(3)
    return _vector(text) * _signs(parsed) * _space_scale(parsed)


def _time_step_s(parsed: NrrdText, roles: tuple[Role, ...]) -> float:
    if "time" not in roles:
        return 0.0
    i = roles.index("time")
    spacings, units = parsed.words("spacings"), parsed.words("units")
    if i >= len(spacings) or i >= len(units):
        return 0.0
    step_s = float(spacings[i]) * _SECONDS.get(units[i].lower(), math.nan)
    return step_s if math.isfinite(step_s) else 0.0


def _segment_names(notes: dict[str, str]) -> dict[int, str]:
    """Return the names that 3D Slicer gives to the labels of a segmentation."""
    names = {}
    for key, name in notes.items():
        found = re.fullmatch(r"(Segment\d+)_Name", key)
        value = notes.get(f"{found[1]}_LabelValue", "") if found else ""
        if value.isdigit():
            names[int(value)] = name
    return names
