"""Surfaces of other programs: STL and PLY, as text or binary.

Neither format says its unit or its axes. Millimeters in LPS are assumed and said, unless the
title names the space as 3D Slicer and Diaphane do (``SPACE=LPS`` or ``SPACE=RAS``).
"""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.errors import FormatError
from diaphane.formats.contents import Contents, Item
from diaphane.formats.ply_tables import read_ply_tables
from diaphane.formats.reading import inspect_source, read_source
from diaphane.image import Surface
from diaphane.notices import notice

_TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
_NUMBER = rb"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"


def read_stl(path: str | Path) -> Surface:
    """Read an STL file, text or binary; corners at the same place become one point.

    Raises
    ------
    FormatError
        When the file is cut short, or is no STL.
    """
    return _read(Path(path), "STL", _stl)


def read_ply(path: str | Path) -> Surface:
    """Read a PLY file, text or binary; faces of more corners become fans of triangles.

    Raises
    ------
    FormatError
        When the file is cut short, or holds no points and faces.
    """
    return _read(Path(path), "PLY", _ply)


def inspect_stl(path: str | Path) -> Contents:
    """Return what an STL file holds."""
    return _inspect(Path(path), "STL", read_stl)


def inspect_ply(path: str | Path) -> Contents:
    """Return what a PLY file holds."""
    return _inspect(Path(path), "PLY", read_ply)


def _read(
    path: Path, kind: str, parse: Callable[[Path], tuple[AnyArray, AnyArray, str]]
) -> Surface:
    def read() -> Surface:
        points, triangles, title = parse(path)
        finite = np.isfinite(points).all(axis=1)
        if not finite.all():
            raise FormatError(f"point {int(np.flatnonzero(~finite)[0])} is not finite")
        space = re.search(r"SPACE=(LPS|RAS)", title)
        if space is None:
            notice("formats.mesh_space_assumed")
        elif space[1] == "RAS":
            points = points * np.array([-1, -1, 1])
        return Surface(points.astype(np.float32), triangles.astype(np.int32))

    return read_source(path, kind, read)


def _inspect(path: Path, kind: str, read: Callable[[Path], Surface]) -> Contents:
    def look() -> Contents:
        surface = read(path)
        facts: dict[str, str | int | float] = {
            "points": len(surface.points_mm),
            "triangles": len(surface.triangles),
        }
        item = Item(name="", kind="Surface", shape=surface.triangles.shape, facts=facts)
        return Contents(source=path.name, format=kind.lower(), items=(item,))

    return inspect_source(path, kind, look)


def _stl(path: Path) -> tuple[AnyArray, AnyArray, str]:
    content = path.read_bytes()
    n = int.from_bytes(content[80:84], "little")
    title = content[:80].decode("latin-1")
    if len(content) >= 84 and len(content) == 84 + 50 * n:
        corners = np.frombuffer(content, _TRIANGLE, n, 84)["corners"].reshape(-1, 3)
    elif content.lstrip()[:5].lower() == b"solid" and b"facet" in content:
        corners = _stl_text(content)
    else:
        came, expected = len(content), 84 + 50 * n
        raise FormatError(f"holds {came} bytes, but its title promises {expected}")
    points, index = np.unique(corners, axis=0, return_inverse=True)
    return points, index.reshape(-1, 3), title


def _stl_text(content: bytes) -> AnyArray:
    found = re.findall(rb"vertex\s+(\S+)\s+(\S+)\s+(\S+)", content, re.IGNORECASE)
    n_facets = len(re.findall(rb"endfacet", content, re.IGNORECASE))
    if len(found) != 3 * n_facets or b"endsolid" not in content.lower():
        raise FormatError(f"is cut short: {len(found)} corners for {n_facets} whole triangles")
    if any(re.fullmatch(_NUMBER, word) is None for corner in found for word in corner):
        raise FormatError("holds corners that are no numbers")
    return np.array(found, dtype=np.float64).astype(np.float32).reshape(-1, 3)


def _ply(path: Path) -> tuple[AnyArray, AnyArray, str]:
    tables = read_ply_tables(path.read_bytes())
    missing = {"x", "y", "z"} - set(tables.points.dtype.names or ())
    if missing:
        raise FormatError(f"its points have no {', '.join(sorted(missing))}")
    points = np.stack([tables.points[axis] for axis in "xyz"], axis=1)
    return points, tables.triangles, tables.comments
