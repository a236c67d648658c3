"""The store: one lossless file for every value that flows, with the record of how it was made.

A store is an HDF5 file that any HDF5 program (1.10 or later) opens. Its first 512 bytes, which
HDF5 leaves to its users, say in text that it is a store, and of which version. Then::

    /          attribute: type = "image.Image"
    /arrays    one data set per array, named by its path of fields: values, grid.affine.matrix
    /tree      everything else as JSON text: see diaphane.formats.store_tree

What is read equals what was written to the bit: types, NaN, byte order, history. Every block of
HDF5's own and every array has a checksum, so that damage is found and said.
"""

import json
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import h5py
import numpy as np

from diaphane.arrays import AnyArray
from diaphane.errors import FormatError
from diaphane.formats.atomic import atomic_file
from diaphane.formats.contents import Contents, Item
from diaphane.formats.known_types import type_name
from diaphane.formats.reading import checked_options
from diaphane.formats.sniff import head
from diaphane.formats.store_tree import Arrays, TreeReader, TreeWriter
from diaphane.history import history_of
from diaphane.image import Labels
from diaphane.space import Affine
from diaphane.units import Quantity

MAGIC = "Diaphane store, version "
"""How a store begins; the version and a new line follow."""
VERSION = 1
_TITLE = "An HDF5 file follows at byte 512; diaphane.read gives its value."
_TITLE_BYTES = 512


@checked_options
def write_store(
    value: Any,
    path: str | Path,
    *,
    compression: Literal["none", "fast", "small"] = "fast",
    overwrite: bool = False,
    types: tuple[type, ...] = (),
) -> None:
    """Write a flowing value, with its history, into a file from which it comes back the same.

    Parameters
    ----------
    value : Image, Labels, Surface, ConeScan, … or any frozen dataclass of these
        What to write.
    path : path
        The file, by custom ``.dstore``; it appears whole or not at all.
    compression : {"none", "fast", "small"}
        ``fast`` compresses labels and bytes, which shrink at little cost; ``small`` everything.
    overwrite : bool
        Whether a file that stands there may be replaced.
    types : tuple of type
        Dataclasses and enums of one's own that the value holds; give them when reading, too.

    Raises
    ------
    InputError
        When the value holds something that has no place in a store.
    OutputError
        When the file cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from diaphane.image import Measurement
    >>> with TemporaryDirectory() as folder:
    ...     write_store(Measurement(21.4, "mL", (20.9, 21.9)), f"{folder}/volume.dstore")
    ...     print(read_store(f"{folder}/volume.dstore"))
    21.4 mL [20.9, 21.9]
    """
    history_of(value)
    writer = TreeWriter(types)
    tree = {"value": writer.tree(value), "histories": writer.histories}
    text = json.dumps(tree, allow_nan=False)
    with atomic_file(path, overwrite=overwrite) as part:
        with h5py.File(part, "w", libver="v110", userblock_size=_TITLE_BYTES) as file:
            file.attrs["type"] = np.bytes_(type_name(type(value), types))
            file["tree"] = np.bytes_(text)
            file["tree"].attrs["crc32"] = zlib.crc32(text.encode())
            group = file.create_group("arrays")
            for name, values in writer.arrays.items():
                level = _level(value, values, compression)
                group.create_dataset(name, data=values, **_filters(values, level))
        with part.open("r+b") as file:
            file.write(f"{MAGIC}{VERSION}\n{_TITLE}\n".encode().ljust(_TITLE_BYTES, b"\n"))


def read_store(path: str | Path, *, types: tuple[type, ...] = ()) -> Any:
    """Read a value that :func:`write_store` wrote, with its history.

    Parameters
    ----------
    path : path
        The file.
    types : tuple of type
        Dataclasses and enums of one's own that the value may hold. Nothing else than these and
        Diaphane's own types is ever built, whatever the file says.

    Raises
    ------
    FormatError
        When the file is not a store, is of a newer version, or is cut short or damaged.
    """
    path = Path(path)
    with _said_of(path), _open(path) as file:
        tree = json.loads(_text(file))
        reader = TreeReader(_arrays(file), tree["histories"], types)
        return reader.value(tree["value"])


def inspect_store(path: str | Path) -> Contents:
    """Return what a store holds, without reading its values."""
    path = Path(path)
    with _said_of(path), _open(path) as file:
        tree = json.loads(_text(file))
        histories = tree["histories"]
        fields = tree["value"]["fields"]
        kind = tree["value"]["object"]
        made = histories[tree["value"]["history"]]
        facts = {"made_by": made["step"] or made["name"], "steps": len(histories)}
        values = next((n for n in ("values", "pixels", "points_mm") if n in fields), None)
        shape = _own_dataset(_group(file), values).shape if values else ()
        affine = "grid.affine.matrix"
        matrix = _own_dataset(_group(file), affine)[()] if affine in _group(file) else None
    item = Item(
        name="",
        kind=kind.rpartition(".")[2],
        shape=tuple(shape),
        spacing_mm=() if matrix is None else Affine(matrix).spacing_mm,
        quantity=_quantity_label(fields),
        facts=facts,
    )
    return Contents(source=path.name, format="store", items=(item,))


@contextmanager
def _said_of(path: Path) -> Iterator[None]:
    """Name the file in what is refused; what HDF5 stumbled over is kept as the cause."""
    try:
        yield
    except FormatError as error:
        raise FormatError(f"{path}: {error}") from None
    except (OSError, RuntimeError, MemoryError, LookupError, ValueError, TypeError) as error:
        raise FormatError(f"{path}: the store is cut short or damaged") from error


def _quantity_label(fields: dict[str, Any]) -> str:
    quantity = fields.get("quantity")
    return Quantity[quantity["name"]].label if quantity else ""


def _open(path: Path) -> h5py.File:
    if not path.is_file():
        raise FormatError("there is no such file")
    title = re.match(rf"{MAGIC}(\d+)\n".encode(), head(path))
    if title is None:
        raise FormatError("is not a store of Diaphane's")
    version = int(title[1])
    if version != VERSION:
        raise FormatError(
            f"a store of version {version}, this program reads version {VERSION}; update it"
        )
    return h5py.File(path, "r")


def _text(file: h5py.File) -> str:
    tree = _own_dataset(file, "tree")
    content = bytes(tree[()])
    if zlib.crc32(content) != tree.attrs["crc32"]:
        raise FormatError("its tree is damaged")
    return content.decode("ascii")


def _arrays(file: h5py.File) -> Arrays:
    group = _group(file)
    return {str(name): _own_dataset(group, str(name))[()] for name in group}


def _group(file: h5py.File) -> h5py.Group:
    link = file.get("arrays", getlink=True)
    group = file["arrays"] if isinstance(link, h5py.HardLink) else None
    if not isinstance(group, h5py.Group):
        raise FormatError("its arrays are missing")
    return group


def _own_dataset(group: h5py.Group, name: str) -> h5py.Dataset:
    """Return a data set whose bytes lie in this very file: a store may not point elsewhere."""
    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
        raise FormatError(f"{name!r} is missing or points to another file")
    dataset = group[name]
    if not isinstance(dataset, h5py.Dataset) or dataset.external or dataset.is_virtual:
        raise FormatError(f"{name!r} is not an array in this file")
    return dataset


def _level(value: Any, values: AnyArray, compression: str) -> int:
    """Return gzip's level for one array of a value; 0 for none."""
    if compression == "small":
        return 5
    is_drawn = values.dtype.itemsize == 1 or (isinstance(value, Labels) and values.ndim == 3)
    return 1 if compression == "fast" and is_drawn else 0


def _filters(values: AnyArray, level: int) -> dict[str, Any]:
    """Return h5py's options: small and empty arrays stay plain."""
    if level == 0 or values.nbytes < 4096:
        return {}
    return {"compression": "gzip", "compression_opts": level, "shuffle": True}
