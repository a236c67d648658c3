"""A flowing value as a JSON tree and a table of arrays, and back again, equal to the bit.

Everything but arrays stands in the tree. Text, whole numbers, ``true``, ``false`` and ``null``
stand as they are, a finite float as the shortest text that reads back the same; all else is a
table with one telling key::

    {"array": "grid.affine.matrix", "crc32": 1234}      an array, by its name in the file
    {"object": "image.Image", "fields": {...}}           a dataclass
    {"enum": "units.Quantity", "name": "HOUNSFIELD"}
    {"tuple": [...]}   {"list": [...]}   {"mapping": [[key, value], ...]}
    {"number": "<f8", "hex": "..."}                      NaN, infinity, complex, NumPy scalars

A value's history is a row in the tree's list of histories, where parents come first and are
named by their row: what two results share is written once.
"""

import dataclasses
import math
import zlib
from collections.abc import Mapping
from enum import Enum
from typing import Any

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.errors import DiaphaneError, FormatError, InputError
from diaphane.formats.known_types import type_name, type_of
from diaphane.history import History, record
from diaphane.notices import Notice

Arrays = dict[str, AnyArray]


class TreeWriter:
    """Turns one value into a tree, gathering its arrays and histories on the way."""

    def __init__(self, types: tuple[type, ...] = ()) -> None:
        self.types = types
        self.arrays: Arrays = {}
        """Every array of the value, by its name in the file."""
        self.histories: list[Any] = []
        """Every history, parents first, as plain data."""
        self._rows: dict[int, int] = {}

    def tree(self, value: Any, place: str = "") -> Any:
        """Return the tree of a value that stands at `place`, a path of field names."""
        if isinstance(value, np.ndarray):
            return self._array(value, place or "array")
        if isinstance(value, Enum):
            return {"enum": type_name(type(value), self.types), "name": value.name}
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return self._object(value, place)
        if isinstance(value, tuple | list):
            parts = [self.tree(v, _join(place, i)) for i, v in enumerate(value)]
            return {"tuple" if isinstance(value, tuple) else "list": parts}
        if isinstance(value, Mapping):
            items = enumerate(value.items())
            pairs = [
                [self.tree(k, _join(place, f"key{i}")), self.tree(v, _join(place, i))]
                for i, (k, v) in items
            ]
            return {"mapping": pairs}
        return _scalar_tree(value, place)

    def history_row(self, history: History) -> int:
        """Write a history, after its parents, into the list of histories; return its row."""
        if id(history) not in self._rows:
            parents = [self.history_row(p) for p in history.parents]
            fields = [f.name for f in dataclasses.fields(History)]
            row = {name: getattr(history, name) for name in fields}
            row["options"] = self.tree(history.options, "options")
            row["notices"] = [[n.code, self.tree(n.values)] for n in history.notices]
            self.histories.append({**row, "parents": parents})
            self._rows[id(history)] = len(self.histories) - 1
        return self._rows[id(history)]

    def _array(self, values: AnyArray, place: str) -> Any:
        if values.dtype.kind not in "biufc":
            raise InputError(f"{place} must be an array of numbers, got {values.dtype}")
        self.arrays[place] = values
        return {"array": place, "crc32": checksum(values)}

    def _object(self, value: Any, place: str) -> Any:
        fields = [f.name for f in dataclasses.fields(value) if f.init]
        tree = {
            "object": type_name(type(value), self.types),
            "fields": {
                name: self.tree(getattr(value, name), _join(place, name)) for name in fields
            },
        }
        history = getattr(value, "history", None)
        return tree if history is None else {**tree, "history": self.history_row(history)}


class TreeReader:
    """Builds a value from its tree, with the arrays and histories that the tree names."""

    def __init__(self, arrays: Arrays, histories: list[Any], types: tuple[type, ...] = ()) -> None:
        self.arrays = arrays
        self.types = types
        self._histories: list[History] = []
        for row in histories:
            self._histories.append(self._history(row))

    def value(self, tree: Any) -> Any:
        """Return the value that `tree` describes.

        Raises
        ------
        FormatError
            When the tree is not one that :class:`TreeWriter` makes, or an array is damaged.
        """
        match tree:
            case {"array": name, "crc32": crc}:
                if name not in self.arrays or checksum(self.arrays[name]) != crc:
                    raise FormatError(f"the array {name!r} is missing or damaged")
                return self.arrays[name]
            case {"object": name, "fields": fields}:
                return self._object(type_of(name, self.types), fields, tree.get("history"))
            case {"enum": name, "name": member}:
                return getattr(type_of(name, self.types), member)
            case {"tuple": parts}:
                return tuple(self.value(p) for p in parts)
            case {"list": parts}:
                return [self.value(p) for p in parts]
            case {"mapping": pairs}:
                return {self.value(k): self.value(v) for k, v in pairs}
            case {"number": kind, "hex": text}:
                number = np.frombuffer(bytes.fromhex(text), dtype=kind.lstrip("="))[0]
                return number.item() if kind.startswith("=") else number
            case None | bool() | int() | float() | str():
                return tree
        raise FormatError("its tree is damaged")

    def _object(self, kind: type, fields: dict[str, Any], row: int | None) -> Any:
        try:
            value = kind(**{name: self.value(tree) for name, tree in fields.items()})
        except FormatError:
            raise
        except (DiaphaneError, TypeError) as error:
            raise FormatError(f"holds a {kind.__name__} that cannot be: {error}") from None
        if row is not None:
            record(value, self._histories[row])
        return value

    def _history(self, row: dict[str, Any]) -> History:
        return History(
            **{
                **row,
                "options": self.value(row["options"]),
                "parents": tuple(self._histories[i] for i in row["parents"]),
                "notices": tuple(Notice(c, self.value(v)) for c, v in row["notices"]),
            }
        )


def checksum(values: AnyArray) -> int:
    """Return the CRC-32 of an array's bytes, which finds a damaged file at little cost."""
    flat = np.ascontiguousarray(values).reshape(-1).view(np.uint8)
    return zlib.crc32(flat.data) if flat.size else 0


def _scalar_tree(value: Any, place: str) -> Any:
    """Return the tree of a number or a text; Python's own numbers are marked with ``=``."""
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float and math.isfinite(value):
        return value
    if isinstance(value, np.number | np.bool_):
        return {"number": value.dtype.str, "hex": value.tobytes().hex()}
    if type(value) in (float, complex):
        number = np.asarray(value)
        return {"number": f"={number.dtype.str}", "hex": number.tobytes().hex()}
    raise InputError(f"{place or 'the value'} cannot be stored, got {type(value).__name__}")


def _join(place: str, part: str | int) -> str:
    return f"{place}.{part}" if place else str(part)
