"""Surfaces for other programs: STL, PLY and glTF.

STL and PLY keep Diaphane's LPS millimeters, as medical programs expect them. glTF is in meters
with y up, as its standard demands: a patient who stands upright and looks at you. The head is
+y, the patient's front +z and the patient's left +x::

    (x, y, z) in glTF = (x, z, -y) / 1000 in LPS millimeters

which is a rotation and a scale, so that corners run counterclockwise in all three.
"""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

from diaphane.arrays import AnyArray, FloatArray
from diaphane.errors import InputError
from diaphane.formats.atomic import atomic_file
from diaphane.formats.reading import checked_options
from diaphane.formats.taken import check_taken
from diaphane.image import Surface

_IVORY = (0.89, 0.85, 0.74)
_FLOAT, _UINT32 = 5126, 5125
_VERTICES, _INDICES = 34962, 34963
_TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
_FACE = np.dtype([("count", "u1"), ("points", "<i4", 3)])


def write_stl(surface: Surface, path: str | Path, *, overwrite: bool = False) -> None:
    """Write a surface as binary STL, in LPS millimeters.

    Parameters
    ----------
    surface : Surface
        What to write.
    path : path
        By custom ``.stl``.
    overwrite : bool
        Whether a file that stands there may be replaced.

    Raises
    ------
    InputError
        When it is no surface, or a point of it is not finite.
    OutputError
        When the file cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from diaphane.formats import read_stl
    >>> corner = Surface(np.eye(3, dtype=np.float32), np.array([[0, 1, 2]], dtype=np.int32))
    >>> with TemporaryDirectory() as folder:
    ...     write_stl(corner, f"{folder}/corner.stl")
    ...     len(read_stl(f"{folder}/corner.stl").points_mm)
    3
    """
    check_taken(surface, "write_stl", Surface)
    points = _finite_points(surface)
    corners = points[surface.triangles]
    triangles = np.zeros(len(corners), _TRIANGLE)
    triangles["corners"] = corners
    triangles["normal"] = _unit(_normals(corners))
    title = b"Diaphane; unit=mm; SPACE=LPS"  # 3D Slicer reads SPACE from here
    with atomic_file(path, overwrite=overwrite) as part, part.open("wb") as file:
        file.write(title.ljust(80, b"\0") + struct.pack("<I", len(triangles)))
        triangles.tofile(file)


def write_ply(surface: Surface, path: str | Path, *, overwrite: bool = False) -> None:
    """Write a surface as binary PLY, in LPS millimeters.

    Parameters are those of :func:`write_stl`; the file is by custom called ``.ply``.
    """
    check_taken(surface, "write_ply", Surface)
    points = _finite_points(surface)
    faces = np.zeros(len(surface.triangles), _FACE)
    faces["count"] = 3
    faces["points"] = surface.triangles
    header = (
        "ply\nformat binary_little_endian 1.0\n"
        "comment Diaphane; unit=mm; SPACE=LPS\n"
        f"element vertex {len(points)}\n"
        "property float x\nproperty float y\nproperty float z\n"
        f"element face {len(faces)}\n"
        "property list uchar int vertex_indices\nend_header\n"
    )
    with atomic_file(path, overwrite=overwrite) as part, part.open("wb") as file:
        file.write(header.encode())
        points.astype("<f4").tofile(file)
        faces.tofile(file)


@checked_options
def write_gltf(
    surface: Surface,
    path: str | Path,
    *,
    color: tuple[float, float, float] = _IVORY,
    overwrite: bool = False,
) -> None:
    """Write a surface as binary glTF 2.0, in meters, y up, the patient facing +z.

    Parameters
    ----------
    surface : Surface
        What to write; it must have at least one triangle.
    path : path
        By custom ``.glb``.
    color : (3,) numbers
        Red, green and blue as shown on a screen (sRGB), 0 to 1.
    overwrite : bool
        Whether a file that stands there may be replaced.

    Raises
    ------
    InputError
        When the surface is empty, or the color is none.
    OutputError
        When the file cannot be written.
    """
    check_taken(surface, "write_gltf", Surface)
    if not len(surface.triangles):
        raise InputError("glTF cannot hold an empty surface: it has no triangle")
    if len(color) != 3 or not all(0 <= c <= 1 for c in color):
        raise InputError(f"color must be three numbers from 0 to 1, got {color}")
    points = _finite_points(surface)
    positions = (points[:, [0, 2, 1]] * np.array([1, 1, -1]) / 1000).astype(np.float32)
    normals = _point_normals(positions, surface.triangles)
    blocks: list[AnyArray] = [
        positions.astype("<f4"),
        normals.astype("<f4"),
        surface.triangles.astype("<u4"),
    ]
    text = json.dumps(_gltf(blocks, color), allow_nan=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    n_bytes = sum(block.nbytes for block in blocks)
    with atomic_file(path, overwrite=overwrite) as part, part.open("wb") as file:
        file.write(struct.pack("<4sII", b"glTF", 2, 12 + 8 + len(text) + 8 + n_bytes))
        file.write(struct.pack("<I4s", len(text), b"JSON") + text)
        file.write(struct.pack("<I4s", n_bytes, b"BIN\0"))
        for block in blocks:
            block.tofile(file)


def _gltf(blocks: list[AnyArray], color: tuple[float, float, float]) -> dict[str, Any]:
    positions, _, triangles = blocks
    starts = np.cumsum([0] + [block.nbytes for block in blocks]).tolist()
    targets = (_VERTICES, _VERTICES, _INDICES)
    vector = {"componentType": _FLOAT, "type": "VEC3", "count": len(positions)}
    extent = {"min": positions.min(axis=0).tolist(), "max": positions.max(axis=0).tolist()}
    material = {
        "name": "surface",
        "doubleSided": True,
        "pbrMetallicRoughness": {
            "baseColorFactor": [*[_linear(c) for c in color], 1.0],
            "metallicFactor": 0.0,
            "roughnessFactor": 0.6,
        },
    }
    return {
        "asset": {"version": "2.0", "generator": "Diaphane"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": "surface"}],
        "meshes": [
            {
                "primitives": [
                    {"attributes": {"POSITION": 0, "NORMAL": 1}, "indices": 2, "material": 0}
                ]
            }
        ],
        "materials": [material],
        "accessors": [
            {"bufferView": 0, **vector, **extent},
            {"bufferView": 1, **vector},
            {"bufferView": 2, "componentType": _UINT32, "type": "SCALAR", "count": triangles.size},
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": start, "byteLength": block.nbytes, "target": target}
            for start, block, target in zip(starts, blocks, targets)
        ],
        "buffers": [{"byteLength": starts[-1]}],
    }


def _finite_points(surface: Surface) -> FloatArray:
    finite = np.isfinite(surface.points_mm).all(axis=1)
    if not finite.all():
        first = int(np.flatnonzero(~finite)[0])
        raise InputError(f"points_mm must be finite, got {surface.points_mm[first]} at {first}")
    return surface.points_mm


def _normals(corners: FloatArray) -> AnyArray:
    """Return each triangle's normal, as long as twice its area."""
    a, b, c = (corners[:, i].astype(np.float64) for i in range(3))
    return np.cross(b - a, c - a)


def _point_normals(points: FloatArray, triangles: AnyArray) -> FloatArray:
    """Return each point's normal, the mean of its triangles' by area, of length 1."""
    of_triangles = _normals(points[triangles])
    normals = np.stack(
        [
            np.bincount(triangles.reshape(-1), np.repeat(of_triangles[:, i], 3), len(points))
            for i in range(3)
        ],
        axis=1,
    )
    return _unit(normals)


def _unit(normals: AnyArray) -> FloatArray:
    """Return normals of length 1; where there is none, one that points up."""
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    up = np.broadcast_to((0.0, 1.0, 0.0), normals.shape)
    return np.divide(normals, lengths, out=up.copy(), where=lengths > 0).astype(np.float32)


def _linear(shown: float) -> float:
    """Return the light of one sRGB channel, which is what glTF's factors are."""
    return shown / 12.92 if shown <= 0.04045 else ((shown + 0.055) / 1.055) ** 2.4
