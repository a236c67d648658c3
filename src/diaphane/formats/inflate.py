"""Compressed data, unpacked to its very end, so that its checksum and its length are compared.

A stream that is left as soon as enough bytes came has not been checked: its checksum stands behind
the last of them. And no more is unpacked than was asked for, whatever a stream claims to hold.
"""

import bz2
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from diaphane.errors import FormatError

Packing = Literal["gzip", "bzip2"]

_GZIP = b"\x1f\x8b"
_MEND = "copy or download the file again"


def unpack_whole(content: bytes | memoryview, packing: Packing, n_bytes: int) -> bytes:
    """Return what compressed data holds, with its checksum compared.

    Parameters
    ----------
    content : bytes
        One stream or several one after the other; what follows the last of them is left alone.
    packing : {"gzip", "bzip2"}
        ``gzip`` stands for zlib's own streams too, told by their first bytes.
    n_bytes : int
        How many bytes may come at most.

    Raises
    ------
    FormatError
        When the data is damaged or cut short, or holds more than `n_bytes`.
    """
    parts: list[bytes] = []
    n_came = 0
    rest = bytes(content[:2])
    left: bytes | memoryview = content
    while not parts or (packing == "bzip2" and rest == b"BZ") or rest == _GZIP:
        stream = bz2.BZ2Decompressor() if packing == "bzip2" else zlib.decompressobj(47)
        with said_as_damage(f"{n_bytes} bytes and their checksum"):
            part = stream.decompress(left, n_bytes - n_came + 1)
        parts.append(part)
        n_came += len(part)
        if n_came > n_bytes:
            raise FormatError(
                f"its compressed data holds more than the {n_bytes} bytes that its header asks "
                f"for, so that one of them is damaged; {_MEND}"
            )
        if not stream.eof:
            raise FormatError(
                f"its compressed data is cut short: expected {n_bytes} bytes and their checksum, "
                f"got {n_came} bytes and no end; {_MEND}"
            )
        left = stream.unused_data
        rest = left[:2]
    return parts[0] if len(parts) == 1 else b"".join(parts)


def first_bytes(content: bytes | memoryview, n_bytes: int) -> bytes:
    """Return the first bytes that zlib's data holds; their checksum is not compared."""
    with said_as_damage(f"{n_bytes} bytes at least"):
        return zlib.decompressobj().decompress(content, n_bytes)


@contextmanager
def said_as_damage(expected: str) -> Iterator[None]:
    """Say in one sentence what a library finds wrong with compressed data.

    Parameters
    ----------
    expected : str
        What should have come: ``"64000 bytes and their checksum"``.
    """
    try:
        yield
    except (EOFError, OSError, ValueError, zlib.error) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk's fault, not the data's
        said = str(error).rstrip(".")
        raise FormatError(
            f"its compressed data is damaged: expected {expected}, got {said!r}; {_MEND}"
        ) from error
