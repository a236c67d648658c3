"""Elements behind a header: plain, compressed or as text, in the same file or beside it.

No more is read or unpacked than the header's sizes ask for, and the sizes are checked against
what is there before memory is taken.
"""

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.errors import FormatError
from diaphane.formats.inflate import unpack_whole

Encoding = Literal["raw", "gzip", "bzip2", "text", "hex"]


@dataclass(frozen=True)
class ElementSource:
    """Where the elements of a volume lie."""

    files: tuple[Path, ...]
    """One file, or one for each part along the slowest axis."""
    offset: int = 0
    """Bytes before the elements in each file; -1 where the elements are the file's last bytes."""
    skipped_lines: int = 0
    """Lines before them, after the offset's place."""
    inner_offset: int = 0
    """Bytes before them once unpacked."""
    encoding: Encoding = "raw"
    """How they are written."""


def read_elements(source: ElementSource, sizes: tuple[int, ...], dtype: np.dtype) -> AnyArray:
    """Return the elements as an array, the slowest axis first.

    Parameters
    ----------
    source : ElementSource
        Where they lie.
    sizes : tuple of int
        The numbers along the axes, the fastest first.
    dtype : data type
        Of each element, byte order included.

    Raises
    ------
    FormatError
        When there are fewer elements than the sizes ask for, or their compressed data is damaged
        or holds more.
    """
    n_files = len(source.files)
    if not n_files:
        raise FormatError("names no file that holds its elements")
    total = math.prod(sizes)
    if total % n_files:
        raise FormatError(f"names {n_files} files for {total} elements, which does not divide")
    parts = [_read_part(source, file, total // n_files, dtype) for file in source.files]
    flat = parts[0] if n_files == 1 else np.concatenate(parts)
    return flat.reshape(sizes[::-1])


def beside(header: Path, name: str) -> Path:
    """Return the file that a header names, which must lie in its folder or below.

    A header comes from elsewhere and must not make us read any file of this machine.
    """
    folder = header.parent.resolve()
    file = (folder / name).resolve()
    if not file.is_relative_to(folder):
        raise FormatError(f"names the file {name!r} outside its own folder; move it there")
    if not file.is_file():
        raise FormatError(f"its elements are in {name!r}, which is not beside it")
    return file


def numbered(header: Path, pattern: str, first: int, last: int, step: int) -> tuple[Path, ...]:
    """Return the files of a pattern such as ``slice%03d.raw``, from `first` to `last`."""
    is_pattern = pattern.count("%") == 1 and re.search(r"%0?\d{0,2}d", pattern)
    if step == 0 or not is_pattern or len(range(first, last, step)) > 100_000:
        raise FormatError(f"cannot name files by {pattern!r} from {first} to {last} by {step}")
    end = last + (1 if step > 0 else -1)
    return tuple(beside(header, pattern % i) for i in range(first, end, step))


def _read_part(source: ElementSource, file: Path, count: int, dtype: np.dtype) -> AnyArray:
    n_bytes = count * dtype.itemsize
    if source.encoding == "raw":
        return _read_raw(source, file, n_bytes).view(dtype)
    if source.inner_offset < 0:
        raise FormatError("counts its elements from the end, which only raw ones allow")
    content = file.read_bytes()[max(source.offset, 0) :]
    for _ in range(source.skipped_lines):
        content = content.partition(b"\n")[2]
    if source.encoding == "text":
        return _numbers(content, count, dtype)
    if source.encoding == "hex":
        unpacked = bytes.fromhex("".join(content.decode("ascii").split())[: 2 * n_bytes])
    else:
        unpacked = unpack_whole(content, source.encoding, n_bytes + source.inner_offset)
    unpacked = unpacked[source.inner_offset :]
    _expect(len(unpacked), n_bytes, file)
    return np.frombuffer(unpacked, dtype, count)


def _read_raw(source: ElementSource, file: Path, n_bytes: int) -> AnyArray:
    size = file.stat().st_size
    with file.open("rb") as stream:
        stream.seek(max(source.offset, 0))
        for _ in range(source.skipped_lines):
            stream.readline()
        start = stream.tell() + source.inner_offset
        if source.offset < 0 or source.inner_offset < 0:
            start = size - n_bytes
        _expect(max(size - start, 0) if start >= 0 else size, n_bytes, file)
        stream.seek(start)
        return np.fromfile(stream, np.uint8, n_bytes)


def _numbers(content: bytes, count: int, dtype: np.dtype) -> AnyArray:
    words = content.split(None, count)[:count]
    if len(words) != count:
        raise FormatError(f"holds {len(words)} numbers, expected {count}")
    try:
        if dtype.kind in "iu":
            return np.array([int(word) for word in words], dtype=dtype.newbyteorder("="))
        return np.array([float(word) for word in words], dtype=dtype.newbyteorder("="))
    except (ValueError, OverflowError) as error:
        raise FormatError(f"holds something that is no number of its type: {error}") from None


def _expect(came: int, expected: int, file: Path) -> None:
    if came < expected:
        raise FormatError(f"{file.name} holds {came} bytes of elements, expected {expected}")
