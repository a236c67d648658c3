"""How each format but DICOM is told by its content; cheap, and never raising."""

import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from diaphane.errors import FormatError
from diaphane.formats.sniff import files_in, head

_HDF5 = b"\x89HDF\r\n\x1a\n"


def is_store(path: Path) -> bool:
    """Whether a file is a store of Diaphane's, of any version."""
    return head(path, 32).startswith(b"Diaphane store, version ")


def is_nifti(path: Path) -> bool:
    """Whether a file is NIfTI-1 or NIfTI-2, compressed or not, or the header of a pair."""
    start = _start(path)
    magic = {b"n+1\0": start[344:348], b"ni1\0": start[344:348], b"n+2\0": start[4:8]}
    return any(found == name for name, found in magic.items()) or start[4:8] == b"ni2\0"


def is_metaimage(path: Path) -> bool:
    """Whether a file starts as the header of a MetaImage."""
    return re.match(rb"(?:[A-Za-z]+ *=[^\n]*\n)*? *NDims *=", head(path, 2048)) is not None


def is_nrrd(path: Path) -> bool:
    """Whether a file starts as NRRD does."""
    return head(path, 8).startswith(b"NRRD000")


def is_hdf5(path: Path) -> bool:
    """Whether a file starts as HDF5 does, whole or not."""
    start = head(path, 520)
    return _HDF5 in (start[:8], start[512:])  # MATLAB puts 512 bytes of its own before


def is_data_exchange(path: Path) -> bool:
    """Whether a file is HDF5 with projections at the place that Data Exchange gives them."""
    return _hdf5_says(path, lambda file: "/exchange/data" in file)


def is_htc2022(path: Path) -> bool:
    """Whether a file is a MATLAB file with the challenge's sinogram."""
    if not head(path, 10).startswith(b"MATLAB 5.0"):
        names = ("CtDataLimited", "CtDataFull")
        return _hdf5_says(path, lambda file: any(name in file for name in names))
    from diaphane.formats.mat5 import names_in_mat5

    try:
        return any(name in ("CtDataLimited", "CtDataFull") for name in names_in_mat5(path))
    except (FormatError, OSError, ValueError, zlib.error):
        return False


def is_tiff_folder(path: Path) -> bool:
    """Whether a folder holds TIFF files, directly or one folder below."""
    if not path.is_dir():
        return False
    return any(file.suffix.lower() in (".tif", ".tiff") for file in files_in(path))


def is_stl(path: Path) -> bool:
    """Whether a file is STL: text, or binary of the length that its own count asks for."""
    start = head(path, 512)
    if start.lstrip()[:5].lower() == b"solid" and b"facet" in start:
        return True
    n_bytes = 84 + 50 * int.from_bytes(start[80:84], "little")
    return len(start) >= 84 and (path.suffix.lower() == ".stl" or path.stat().st_size == n_bytes)


def is_ply(path: Path) -> bool:
    """Whether a file starts as PLY does."""
    return head(path, 5).startswith((b"ply\n", b"ply\r"))


def is_picture(path: Path) -> bool:
    """Whether a file starts as PNG, JPEG, BMP or TIFF does."""
    start = head(path, 16)
    is_bitmap = start[:2] == b"BM" and start[6:10] == bytes(4)
    return is_bitmap or start.startswith(
        (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
    )


def _start(path: Path) -> bytes:
    """Return a file's first bytes, unpacked where it is compressed by gzip."""
    start = head(path, 1024)
    if start[:2] != b"\x1f\x8b":
        return start
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(start, 512)
    except zlib.error:
        return b""


def _hdf5_says(path: Path, question: Callable[[Any], bool]) -> bool:
    """Whether a file is HDF5 and answers yes to a question."""
    if not is_hdf5(path):
        return False
    import h5py

    try:
        with h5py.File(path, "r") as file:
            return bool(question(file))
    except (OSError, RuntimeError, KeyError):
        return False
