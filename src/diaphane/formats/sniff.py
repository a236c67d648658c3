"""What a file is, told by its first bytes rather than by its name."""

from collections.abc import Iterator
from pathlib import Path

_DICOM_GROUPS = (b"\x02\x00", b"\x08\x00", b"\x00\x02", b"\x00\x08")
_VALUE_TYPES = frozenset(
    b"AE AS AT CS DA DS DT FD FL IS LO LT OB OW PN SH SL SS ST TM UI UL UN US UT".split()
)


def head(path: Path, n_bytes: int = 512) -> bytes:
    """Return the first bytes of a file; none where `path` is no file that can be read."""
    try:
        with path.open("rb") as file:
            return file.read(n_bytes)
    except OSError:
        return b""


def files_in(path: Path) -> Iterator[Path]:
    """Yield the file, or all files in a folder and below, sorted; none hidden, no linked folder."""
    if not path.is_dir():
        yield path
        return
    for entry in sorted(path.iterdir()):
        is_hidden = entry.name.startswith(".") or entry.name == "__MACOSX"
        if not (
            is_hidden or (entry.is_symlink() and entry.is_dir())
        ):  # such links may run in rings
            yield from files_in(entry)


def is_dicom(path: Path) -> bool:
    """Whether the file, or a file in the folder, starts as DICOM does, with preamble or without."""
    return any(is_dicom_file(file) for file in files_in(path))


def is_dicom_file(path: Path) -> bool:
    """Whether the file starts as DICOM does."""
    start = head(path, 140)
    if start[128:132] == b"DICM":
        return True
    # Without preamble: a first element of group 2 or 8 with a plausible type or length.
    if len(start) < 12 or start[:2] not in _DICOM_GROUPS:
        return False
    if start[4:6] in _VALUE_TYPES:
        return True
    is_little = start[1] == 0
    length = int.from_bytes(start[4:8], "little" if is_little else "big")
    return start[2:4] in (b"\x00\x00", b"\x01\x00", b"\x05\x00", b"\x08\x00") and length < 128
