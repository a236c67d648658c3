"""MATLAB's own files, version 5: numbers, text and structures, read with every length checked.

A file is a row of elements, each a tag (type and length) and its bytes, whole elements packed by
zlib or not; a matrix is an element made of elements. SciPy reads the same files, but a damaged
one can end the program (a segmentation fault in its compiled part), so that we read them here:
the part of the format that measured data uses, in plain Python.

Source: MathWorks, *MAT-File Format* (2024b), chapter 1.
"""

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.errors import FormatError
from diaphane.formats.inflate import first_bytes, unpack_whole

Order = Literal["<", ">"]

_HEADER_BYTES = 128
_MATRIX, _COMPRESSED = 14, 15
_NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8"}
_NUMBERS |= {13: "u8", 16: "u1", 17: "u2", 18: "u4"}
_STRUCT, _CHAR, _DOUBLE, _UINT64 = 2, 4, 6, 15
_MAX_DEPTH = 16
_MAX_BYTES = 1 << 31
_IS_COMPLEX = 0x08


@dataclass(frozen=True)
class _Element:
    """One element: its type and its bytes."""

    kind: int
    content: memoryview


def read_mat5(path: Path, wanted: tuple[str, ...]) -> dict[str, Any]:
    """Return the wanted variables of a MATLAB 5 file.

    Structures become dictionaries, text becomes text, single numbers become floats, all else
    arrays in MATLAB's shape, without its axes of length 1.

    Raises
    ------
    FormatError
        When the file is cut short, damaged, or uses what is not read here.
    """
    found: dict[str, Any] = {}
    content = memoryview(path.read_bytes())
    order = _byte_order(content)
    for element in _elements(content[_HEADER_BYTES:], order):
        matrix = _Matrix.of(element, order)
        if matrix.name in wanted:
            found[matrix.name] = matrix.value(0)
    return found


def names_in_mat5(path: Path) -> list[str]:
    """Return the names of the variables in a MATLAB 5 file."""
    content = memoryview(path.read_bytes())
    order = _byte_order(content)
    return [_Matrix.of(e, order).name for e in _elements(content[_HEADER_BYTES:], order)]


def _byte_order(content: memoryview) -> Order:
    mark = bytes(content[126:128])
    if mark not in (b"IM", b"MI") or not bytes(content[:10]) == b"MATLAB 5.0":
        raise FormatError("is not a MATLAB 5 file")
    return "<" if mark == b"IM" else ">"


def _elements(content: memoryview, order: Order) -> Iterator[_Element]:
    """Yield the elements that stand one after the other, compressed ones unpacked."""
    while len(content):
        element, content = _next_element(content, order)
        if element.kind == _COMPRESSED:
            element = _unpacked(element.content, order)
        yield element


def _unpacked(content: memoryview, order: Order) -> _Element:
    """Return the one element that is packed by zlib, its checksum compared."""
    tag = first_bytes(content, 8)
    if len(tag) < 8:
        raise FormatError(f"is cut short: {len(tag)} bytes are left where an element starts")
    _, length = struct.unpack(f"{order}II", tag)
    if length > _MAX_BYTES:
        raise FormatError(f"is damaged: an element of {length} bytes")
    element, _ = _next_element(memoryview(unpack_whole(content, "gzip", 16 + length)), order)
    return element


def _next_element(content: memoryview, order: Order) -> tuple[_Element, memoryview]:
    """Return the first element and what follows it."""
    if len(content) < 8:
        raise FormatError(f"is cut short: {len(content)} bytes are left where an element starts")
    kind, length = struct.unpack(f"{order}II", content[:8])
    if kind >> 16:  # a small element: type, length and up to four bytes within eight
        kind, length = kind & 0xFFFF, kind >> 16
        if length > 4:
            raise FormatError(f"is damaged: a small element of {length} bytes")
        return _Element(kind, content[4 : 4 + length]), content[8:]
    end = 8 + length
    if end > len(content):
        raise FormatError(f"is cut short: an element has {len(content) - 8} of {length} bytes")
    padded = end if kind == _COMPRESSED else end + -length % 8
    return _Element(kind, content[8:end]), content[min(padded, len(content)) :]


@dataclass(frozen=True)
class _Matrix:
    """A matrix whose values have not been looked at yet."""

    name: str
    kind: int
    is_complex: bool
    shape: tuple[int, ...]
    parts: memoryview
    order: Order

    @classmethod
    def of(cls, element: _Element, order: Order) -> "_Matrix":
        if element.kind != _MATRIX:
            raise FormatError(f"is damaged: an element of type {element.kind} is no matrix")
        flags, rest = _next_element(element.content, order)
        sizes, rest = _next_element(rest, order)
        name, rest = _next_element(rest, order)
        flag = _numbers(flags, order)
        shape = tuple(int(n) for n in _numbers(sizes, order))
        if len(flag) != 2 or not shape or min(shape) < 0:
            raise FormatError(f"is damaged: a matrix of shape {shape}")
        word = int(flag[0])
        is_complex = bool((word >> 8) & _IS_COMPLEX)
        title = bytes(name.content).decode("latin-1")
        return cls(title, word & 0xFF, is_complex, shape, rest, order)

    def value(self, depth: int) -> Any:
        """Return the values as plain data."""
        if depth > _MAX_DEPTH:
            raise FormatError(f"is damaged: nested more than {_MAX_DEPTH} deep")
        if self.kind == _STRUCT:
            return self._structure(depth)
        if self.kind == _CHAR:
            first, _ = _next_element(self.parts, self.order)
            return "".join(chr(code) for code in _numbers(first, self.order))
        if not _DOUBLE <= self.kind <= _UINT64 or self.is_complex:
            raise FormatError(f"holds a {self.name or 'matrix'} of a kind that is not read here")
        first, _ = _next_element(self.parts, self.order)
        values = _numbers(first, self.order)
        if len(values) != math.prod(self.shape):
            raise FormatError(f"is damaged: {len(values)} numbers for the shape {self.shape}")
        if len(values) == 1:
            return float(values[0])
        values = values.reshape(self.shape, order="F").astype(values.dtype.newbyteorder("="))
        return values.squeeze()

    def _structure(self, depth: int) -> dict[str, Any]:
        if math.prod(self.shape) != 1:
            raise FormatError(f"holds a structure of shape {self.shape}, expected one")
        length, rest = _next_element(self.parts, self.order)
        text, rest = _next_element(rest, self.order)
        width = int(_numbers(length, self.order)[0]) if len(length.content) else 0
        if width < 1 or len(text.content) % width:
            raise FormatError(f"is damaged: names of {width} bytes in {len(text.content)}")
        fields: dict[str, Any] = {}
        for start in range(0, len(text.content), width):
            raw = bytes(text.content[start : start + width])
            element, rest = _next_element(rest, self.order)
            if len(element.content):
                matrix = _Matrix.of(element, self.order)
                fields[raw.split(b"\0")[0].decode("latin-1")] = matrix.value(depth + 1)
        return fields


def _numbers(element: _Element, order: Order) -> AnyArray:
    if element.kind not in _NUMBERS:
        raise FormatError(f"is damaged: an element of type {element.kind} holds no numbers")
    dtype = np.dtype(_NUMBERS[element.kind]).newbyteorder(order)
    if len(element.content) % dtype.itemsize:
        raise FormatError(f"is damaged: {len(element.content)} bytes of {dtype.name}")
    return np.frombuffer(element.content, dtype)
