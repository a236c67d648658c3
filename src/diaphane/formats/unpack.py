"""Archives opened into a temporary folder: zip, tar (plain, gz, bz2, xz), and single gz files."""

import bz2
import gzip
import lzma
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from diaphane.errors import FormatError
from diaphane.formats.sniff import head

MAX_BYTES = 64 * 2**30
"""More than this is not unpacked: an archive of a few bytes can claim to hold any size."""
_BLOCK = 2**20
_DAMAGE = (
    EOFError,
    NotImplementedError,
    RuntimeError,
    gzip.BadGzipFile,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)
_SINGLE = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}


def is_archive(path: Path) -> bool:
    """Whether the file starts as an archive or a compressed file does."""
    start = head(path)
    return (
        start[:4] == b"PK\x03\x04"
        or start[257:262] == b"ustar"
        or any(start.startswith(magic) for magic in _SINGLE)
    )


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Yield a temporary folder that holds what the archive holds; it is gone after the block.

    Links and devices in the archive are left out.

    Raises
    ------
    FormatError
        When the archive is damaged, encrypted, larger than the disk, or names a place outside.
    """
    with tempfile.TemporaryDirectory(prefix="diaphane-") as folder:
        room = min(MAX_BYTES, shutil.disk_usage(folder).free)
        try:
            for name, file in _members(path):
                room -= _copy(file, _place(path, Path(folder), name), room, path)
        except _DAMAGE as error:
            raise FormatError(f"{path}: the archive cannot be unpacked: {error}") from error
        yield Path(folder)


def _members(path: Path) -> Iterator[tuple[str, Any]]:
    start = head(path)
    if start[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if not info.is_dir():
                    with archive.open(info) as file:
                        yield info.filename, file
    elif _is_tar(path):
        with tarfile.open(path) as archive:
            for member in archive:
                file = archive.extractfile(member) if member.isreg() else None
                if file is not None:
                    yield member.name, file
    else:
        opened = next(f for magic, f in _SINGLE.items() if start.startswith(magic))
        with opened(path) as file:
            yield path.stem, file


def _is_tar(path: Path) -> bool:
    try:
        return tarfile.is_tarfile(path)
    except (EOFError, lzma.LZMAError, zlib.error):
        return False


def _place(path: Path, folder: Path, name: str) -> Path:
    inside = PurePosixPath(name.replace("\\", "/"))
    if inside.is_absolute() or ".." in inside.parts or ":" in name:
        raise FormatError(f"{path}: the archive names a place outside itself: {name!r}")
    return folder / inside


def _copy(file: Any, target: Path, room: int, path: Path) -> int:
    """Copy `file` in blocks and return its size; stop where it outgrows `room`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with target.open("wb") as out:
        while block := file.read(_BLOCK):
            written += len(block)
            if written > room:
                raise FormatError(
                    f"{path}: unpacked it is larger than the disk has room for; "
                    f"unpack the files that matter and read their folder"
                )
            out.write(block)
    return written
