"""The tables of a PLY file: points with their properties, and faces cut into triangles."""

import re
from dataclasses import dataclass

import numpy as np

from diaphane.arrays import AnyArray, IntArray
from diaphane.errors import FormatError

_TYPES = {
    "char": "i1", "uchar": "u1", "short": "i2", "ushort": "u2", "int": "i4", "uint": "u4",
    "float": "f4", "double": "f8", "int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2",
    "int32": "i4", "uint32": "u4", "float32": "f4", "float64": "f8",
}  # fmt: skip
_ORDERS = {"ascii": "=", "binary_little_endian": "<", "binary_big_endian": ">"}


@dataclass(frozen=True, eq=False)
class PlyTables:
    """What a PLY file holds, as far as a surface needs it."""

    points: AnyArray
    """One record per point, a field per property."""
    triangles: IntArray
    """Shape (n_triangles, 3)."""
    comments: str
    """The header's comments."""


@dataclass(frozen=True)
class _Property:
    name: str
    dtype: np.dtype
    count: np.dtype | None = None
    """Of a list, the type of its length."""


@dataclass
class _Element:
    name: str
    n: int
    properties: list[_Property]

    @property
    def record(self) -> np.dtype | None:
        """The record of one row; ``None`` where a list makes rows of different lengths."""
        if any(p.count is not None for p in self.properties):
            return None
        return np.dtype([(p.name, p.dtype) for p in self.properties])


def read_ply_tables(content: bytes) -> PlyTables:
    """Read a whole PLY file.

    Raises
    ------
    FormatError
        When it is cut short, or has no points.
    """
    end = re.search(rb"end_header[^\n]*\n", content[: 1 << 20])
    if not content.startswith(b"ply") or end is None:
        raise FormatError("has no header from 'ply' to 'end_header'")
    order, elements, comments = _header(content[: end.start()].decode("latin-1"))
    body = content[end.end() :]
    points: AnyArray | None = None
    triangles = np.empty((0, 3), np.int32)
    rows = body.split() if order == "=" else []
    place = 0
    for element in elements:
        if order == "=":
            table, faces, place = _text_rows(element, rows, place)
        else:
            table, faces, place = _binary_rows(element, body, place)
        if element.name == "vertex":
            points = table
        if element.name == "face":
            triangles = faces
    if points is None:
        raise FormatError("has no element 'vertex'")
    return PlyTables(points, triangles, comments)


def _header(text: str) -> tuple[str, list[_Element], str]:
    order, elements, comments = "", [], []
    for line in text.splitlines()[1:]:
        words = line.split()
        match words:
            case ["format", name, _] if name in _ORDERS:
                order = _ORDERS[name]
            case ["comment" | "obj_info", *rest]:
                comments.append(" ".join(rest))
            case ["element", name, n] if n.isdigit():
                elements.append(_Element(name, int(n), []))
            case ["property", "list", count, kind, name] if elements:
                elements[-1].properties.append(
                    _Property(name, _dtype(kind, order), _dtype(count, order))
                )
            case ["property", kind, name] if elements:
                elements[-1].properties.append(_Property(name, _dtype(kind, order)))
            case []:
                continue
            case _:
                raise FormatError(f"its header has the line {line[:60]!r}")
    if not order:
        raise FormatError("its header names no format")
    return order, elements, "\n".join(comments)


def _dtype(name: str, order: str) -> np.dtype:
    if name not in _TYPES or not order:
        raise FormatError(f"has a property of type {name!r}")
    return np.dtype(order + _TYPES[name])


def _binary_rows(element: _Element, body: bytes, place: int) -> tuple[AnyArray, IntArray, int]:
    none = np.empty((0, 3), np.int32)
    if element.record is not None:
        _expect(element, element.n * element.record.itemsize, len(body) - place)
        table = np.frombuffer(body, element.record, element.n, place)
        return table, none, place + table.nbytes
    triangle = _as_if_triangles(element)
    if (len(body) - place) >= element.n * triangle.itemsize:
        table = np.frombuffer(body, triangle, element.n, place)
        lists = [p.name for p in element.properties if p.count is not None]
        if all((table[f"n {name}"] == 3).all() for name in lists):
            return table, table[_faces_name(element)].astype(np.int32), place + table.nbytes
    return _binary_lists(element, body, place)


def _as_if_triangles(element: _Element) -> np.dtype:
    fields: list[tuple] = []
    for p in element.properties:
        if p.count is None:
            fields.append((p.name, p.dtype))
        else:
            fields += [(f"n {p.name}", p.count), (p.name, p.dtype, 3)]
    return np.dtype(fields)


def _binary_lists(element: _Element, body: bytes, place: int) -> tuple[AnyArray, IntArray, int]:
    """Read rows one by one, whose lists have different lengths."""
    triangles: list[AnyArray] = []
    for _ in range(element.n):
        for p in element.properties:
            n = 1
            if p.count is not None:
                _expect(element, p.count.itemsize, len(body) - place)
                n = int(np.frombuffer(body, p.count, 1, place)[0])
                place += p.count.itemsize
            _expect(element, n * p.dtype.itemsize, len(body) - place)
            if p.count is not None and p.name == _faces_name(element):
                triangles.append(_fan(np.frombuffer(body, p.dtype, n, place)))
            place += n * p.dtype.itemsize
    return np.empty(0), _joined(triangles), place


def _text_rows(element: _Element, rows: list[bytes], place: int) -> tuple[AnyArray, IntArray, int]:
    if element.record is not None:
        width = len(element.properties)
        _expect(element, element.n * width, len(rows) - place)
        words = rows[place : place + element.n * width]
        numbers = np.array(words, dtype=np.float64).reshape(element.n, width)
        table = np.zeros(element.n, element.record)
        for i, p in enumerate(element.properties):
            table[p.name] = numbers[:, i]
        return table, np.empty((0, 3), np.int32), place + element.n * width
    triangles: list[AnyArray] = []
    for _ in range(element.n):
        for p in element.properties:
            n = 1
            if p.count is not None:
                _expect(element, 1, len(rows) - place)
                n, place = int(rows[place]), place + 1
            _expect(element, n, len(rows) - place)
            if p.count is not None and p.name == _faces_name(element):
                triangles.append(_fan(np.array(rows[place : place + n], dtype=np.int64)))
            place += n
    return np.empty(0), _joined(triangles), place


def _faces_name(element: _Element) -> str:
    lists = [p.name for p in element.properties if p.count is not None]
    return next((n for n in ("vertex_indices", "vertex_index") if n in lists), lists[0])


def _fan(corners: AnyArray) -> AnyArray:
    """Cut one face into the triangles that share its first corner."""
    n = max(len(corners) - 2, 0)
    return np.stack([np.repeat(corners[:1], n), corners[1 : n + 1], corners[2 : n + 2]], axis=1)


def _joined(triangles: list[AnyArray]) -> IntArray:
    if not triangles:
        return np.empty((0, 3), np.int32)
    return np.concatenate(triangles).astype(np.int32)


def _expect(element: _Element, expected: int, came: int) -> None:
    if came < expected:
        raise FormatError(f"is cut short in its element {element.name!r}")
