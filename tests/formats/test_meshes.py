"""Surfaces as STL, PLY and glTF: where the points are, which way they face, and bad files."""

import contextlib
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from diaphane.errors import FormatError, InputError, OutputError
from diaphane.formats import (
    inspect,
    read,
    read_ply,
    read_stl,
    write_gltf,
    write_ply,
    write_stl,
)
from diaphane.image import Surface

RNG = np.random.default_rng(6)
# An asymmetric, off-center tetrahedron; seen from outside, corners run counterclockwise.
POINTS = np.array([(10, 20, 30), (13, 20, 30), (10, 25, 30), (10, 20, 37)], np.float32)
TRIANGLES = np.array([(0, 2, 1), (0, 1, 3), (0, 3, 2), (1, 2, 3)], np.int32)
SURFACE = Surface(POINTS, TRIANGLES)
WRITERS = {"stl": write_stl, "ply": write_ply, "glb": write_gltf}


def _volume(points: np.ndarray, triangles: np.ndarray) -> float:
    a, b, c = (points[triangles[:, i]].astype(np.float64) for i in range(3))
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)


def _codes(value: Any) -> list[str]:
    return [n.code for n in value.history.notices]


def _gltf(path: Path) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Check a .glb as its standard demands, and return its text and its accessors' values."""
    content = path.read_bytes()
    magic, version, length = struct.unpack("<4sII", content[:12])
    assert (magic, version, length) == (b"glTF", 2, len(content))
    n_text, kind = struct.unpack("<I4s", content[12:20])
    assert kind == b"JSON"
    assert n_text % 4 == 0
    text = json.loads(content[20 : 20 + n_text])
    start = 20 + n_text
    n_bytes, kind = struct.unpack("<I4s", content[start : start + 8])
    assert kind == b"BIN\0"
    assert n_bytes % 4 == 0
    assert n_bytes == text["buffers"][0]["byteLength"] == len(content) - start - 8
    arrays = []
    for accessor in text["accessors"]:
        view = text["bufferViews"][accessor["bufferView"]]
        dtype = {5126: "<f4", 5125: "<u4"}[accessor["componentType"]]
        width = {"VEC3": 3, "SCALAR": 1}[accessor["type"]]
        assert view["byteOffset"] % 4 == 0
        assert view["byteLength"] == accessor["count"] * width * 4
        first = start + 8 + view["byteOffset"]
        values = np.frombuffer(content, dtype, accessor["count"] * width, first)
        arrays.append(values.reshape(-1, width))
    return text, arrays


def test_gltf_is_in_meters_head_up_front_forward(tmp_path: Path) -> None:
    write_gltf(SURFACE, tmp_path / "x.glb")
    text, (positions, normals, indices) = _gltf(tmp_path / "x.glb")
    assert text["asset"]["version"] == "2.0"
    left, back, head = POINTS.T / 1000
    assert np.allclose(positions, np.stack([left, head, -back], axis=1))
    position = text["accessors"][0]
    assert position["min"] == positions.min(axis=0).tolist()
    assert position["max"] == positions.max(axis=0).tolist()
    assert np.allclose(np.linalg.norm(normals, axis=1), 1)
    primitive = text["meshes"][0]["primitives"][0]
    assert primitive["attributes"] == {"POSITION": 0, "NORMAL": 1}
    triangles = indices.reshape(-1, 3)
    assert _volume(positions, triangles) == pytest.approx(_volume(POINTS, TRIANGLES) * 1e-9)
    assert _volume(positions, triangles) > 0, "still counterclockwise seen from outside"
    outward = positions - positions.mean(axis=0)
    assert (np.einsum("ij,ij->i", normals, outward) > 0).all()


def test_gltf_colors_are_light_not_screen_values(tmp_path: Path) -> None:
    write_gltf(SURFACE, tmp_path / "x.glb", color=(1, 0.5, 0))
    text, _ = _gltf(tmp_path / "x.glb")
    factor = text["materials"][0]["pbrMetallicRoughness"]["baseColorFactor"]
    assert factor == pytest.approx([1, 0.214, 0, 1], abs=1e-3)
    with pytest.raises(InputError, match="color"):
        write_gltf(SURFACE, tmp_path / "y.glb", color=(1, 2, 0))


def test_gltf_refuses_an_empty_surface(tmp_path: Path) -> None:
    empty = Surface(np.empty((0, 3), np.float32), np.empty((0, 3), np.int32))
    with pytest.raises(InputError, match="no triangle"):
        write_gltf(empty, tmp_path / "x.glb")
    write_stl(empty, tmp_path / "x.stl")
    write_ply(empty, tmp_path / "x.ply")
    assert not len(read(tmp_path / "x.stl").triangles)
    assert not len(read(tmp_path / "x.ply").points_mm)


@pytest.mark.parametrize("ending", ["stl", "ply"])
def test_a_surface_comes_back(ending: str, tmp_path: Path) -> None:
    points = RNG.normal(scale=100, size=(50, 3)).astype(np.float32)
    surface = Surface(points, np.arange(48, dtype=np.int32).reshape(16, 3)[:, [1, 0, 2]])
    path = tmp_path / f"x.{ending}"
    WRITERS[ending](surface, path)
    came = read(path)
    assert np.array_equal(came.points_mm[came.triangles], points[surface.triangles])
    assert _codes(came) == []
    (item,) = inspect(path).items
    assert (item.kind, item.facts["triangles"]) == ("Surface", 16)


def test_stl_merges_corners_and_its_normals_point_outward(tmp_path: Path) -> None:
    write_stl(SURFACE, tmp_path / "x.stl")
    came = read_stl(tmp_path / "x.stl")
    assert len(came.points_mm) == 4
    assert _volume(came.points_mm, came.triangles) == pytest.approx(3 * 5 * 7 / 6)
    content = (tmp_path / "x.stl").read_bytes()
    assert len(content) == 84 + 50 * 4
    normal = np.frombuffer(content, "<f4", 3, 84)
    assert normal.tolist() == [0, 0, -1], "the first triangle is the floor"


def test_stl_and_ply_as_text_and_in_ras(tmp_path: Path) -> None:
    facet = "facet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1e0 0 0\nvertex 0 1.5 0\n"
    (tmp_path / "x.stl").write_text(f"solid x\n{facet}endloop\nendfacet\nendsolid x\n")
    came = read(tmp_path / "x.stl")
    assert came.points_mm[came.triangles[0]].tolist() == [[0, 0, 0], [1, 0, 0], [0, 1.5, 0]]
    assert _codes(came) == ["formats.mesh_space_assumed"]
    head = "ply\nformat ascii 1.0\ncomment SPACE=RAS\nelement vertex 4\nproperty float x\n"
    head += "property float y\nproperty float z\nproperty uchar red\nelement face 1\n"
    head += "property list uchar int vertex_index\nend_header\n"
    (tmp_path / "x.ply").write_text(f"{head}0 0 0 9\n1 0 0 9\n1 1 0 9\n0 1 5 9\n4 0 1 2 3\n")
    came = read(tmp_path / "x.ply")
    assert came.points_mm.tolist() == [[0, 0, 0], [-1, 0, 0], [-1, -1, 0], [0, -1, 5]]
    assert came.triangles.tolist() == [[0, 1, 2], [0, 2, 3]]


def test_ply_with_faces_of_different_lengths_in_either_byte_order(tmp_path: Path) -> None:
    for name, order in (("little", "<"), ("big", ">")):
        head = f"ply\nformat binary_{name}_endian 1.0\nelement vertex 5\nproperty double x\n"
        head += "property double y\nproperty double z\nelement face 2\nproperty uchar flag\n"
        head += "property list uchar uint vertex_indices\nend_header\n"
        body = np.arange(15, dtype=f"{order}f8").tobytes()
        body += struct.pack(f"{order}BB3I", 7, 3, 0, 1, 2) + struct.pack(
            f"{order}BB4I", 7, 4, 1, 2, 3, 4
        )
        (tmp_path / "x.ply").write_bytes(head.encode() + body)
        came = read(tmp_path / "x.ply")
        assert came.points_mm.tolist() == np.arange(15).reshape(5, 3).tolist()
        assert came.triangles.tolist() == [[0, 1, 2], [1, 2, 3], [1, 3, 4]]


def test_real_meshes_are_read(data: Path) -> None:
    aorta = read(data / "anatomy/vmtk/aorta-surface-segment-2.stl")
    assert len(aorta.triangles) > 10_000
    assert abs(_volume(aorta.points_mm, aorta.triangles)) > 1000
    bones = read(data / "anatomy/pyvista_vtkdata/footbones.ply")
    assert len(bones.triangles) > 1000
    assert len(bones.points_mm) > 1000


@pytest.mark.parametrize("ending", ["stl", "ply"])
def test_a_mesh_cut_anywhere_is_refused_in_one_sentence(ending: str, tmp_path: Path) -> None:
    WRITERS[ending](SURFACE, tmp_path / f"whole.{ending}")
    whole = (tmp_path / f"whole.{ending}").read_bytes()
    path = tmp_path / f"cut.{ending}"
    reader = {"stl": read_stl, "ply": read_ply}[ending]
    for n in range(len(whole)):
        path.write_bytes(whole[:n])
        with pytest.raises(FormatError, match="cut"):
            reader(path)
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= int(RNG.integers(1, 255))
        path.write_bytes(bytes(changed))
        with contextlib.suppress(FormatError):
            reader(path)


def test_points_that_are_not_finite_are_not_written(tmp_path: Path) -> None:
    points = POINTS.copy()
    points[2, 1] = np.nan
    for ending, write in WRITERS.items():
        with pytest.raises(InputError, match="at 2"):
            write(Surface(points, TRIANGLES), tmp_path / f"x.{ending}")
        write(SURFACE, tmp_path / f"x.{ending}")
        with pytest.raises(OutputError, match="exists already"):
            write(SURFACE, tmp_path / f"x.{ending}")
        write(SURFACE, tmp_path / f"x.{ending}", overwrite=True)
