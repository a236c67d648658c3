"""Why no format takes a file or a folder, and what would be read instead."""

import re
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from diaphane.errors import FormatError
from diaphane.formats.signatures import is_hdf5
from diaphane.formats.sniff import files_in, head

_MOST_LOOKED_AT = 200
_MOST_TOLD = 3
_MEND = "copy or download it again"


def why_not(
    content: Path, source: Path, titles: tuple[str, ...], title_of: Callable[[Path], str]
) -> str:
    """Return one sentence that says why nothing in `content` is read.

    Parameters
    ----------
    content : path
        The file or folder; a temporary one where an archive was unpacked.
    source : path
        What the user named.
    titles : tuple of str
        All formats, for people.
    title_of : function
        The title of a file's format; empty where there is none.
    """
    if content.is_dir():
        return _why_not_folder(content, source, titles, title_of)
    if content.is_file() and content.stat().st_size == 0:
        return f"{source} is empty"
    return f"{source} {_damage(content) or _unknown(titles, 'is not a file that')}"


def _why_not_folder(
    folder: Path, source: Path, titles: tuple[str, ...], title_of: Callable[[Path], str]
) -> str:
    files = list(islice(files_in(folder), _MOST_LOOKED_AT))
    readable = [(file, title) for file in files if (title := title_of(file))]
    if not readable:
        return f"{source} {_unknown(titles, 'holds no file that')}"
    told = ", ".join(f"{f.relative_to(folder)} ({title})" for f, title in readable[:_MOST_TOLD])
    more = len(readable) - _MOST_TOLD
    told += f" and {more} more" if more > 0 else ""
    first = readable[0][0].relative_to(folder)
    mend = f"name the file itself: {source / first}"
    if folder != source:
        mend = f"unpack it and name the file itself, such as {first}"
    return (
        f"{source} is not a series of images, which is what a folder is read as; "
        f"it holds {told}; {mend}"
    )


def _unknown(titles: tuple[str, ...], what: str) -> str:
    return f"{what} Diaphane reads, which are: {', '.join(titles)}"


def _damage(file: Path) -> str:
    """Return what is wrong with a file whose first bytes are known; empty where they are not."""
    if is_hdf5(file):
        return _damage_of_hdf5(file)
    if head(file, 10) == b"MATLAB 5.0":
        return _damage_of_mat5(file)
    return ""


def _damage_of_hdf5(file: Path) -> str:
    import h5py

    kind = "a MATLAB 7.3 file" if head(file, 6) == b"MATLAB" else "an HDF5 file"
    try:
        with h5py.File(file, "r") as content:
            names = ", ".join(sorted(str(name) for name in content)[:_MOST_TOLD])
    except (OSError, RuntimeError, KeyError) as error:
        ends = re.search(r"truncated file.*stored_eof = (\d+)", str(error))
        if ends:
            came = file.stat().st_size
            return f"is {kind} that is cut short: expected {ends[1]} bytes, got {came}; {_MEND}"
        return f"is {kind} that is cut short or damaged ({str(error).rstrip('.')}); {_MEND}"
    return (
        f"is {kind} that holds {names or 'nothing'}, but neither projections of Data Exchange "
        f"(/exchange/data) nor HTC2022's (CtDataFull, CtDataLimited)"
    )


def _damage_of_mat5(file: Path) -> str:
    from diaphane.formats.mat5 import names_in_mat5

    try:
        names = ", ".join(sorted(names_in_mat5(file))[:_MOST_TOLD])
    except (FormatError, OSError, ValueError) as error:
        mend = "" if "download" in str(error) else f"; {_MEND}"
        joint = " that" if str(error).startswith("is ") else ":"
        return f"is a MATLAB 5 file{joint} {error}{mend}"
    return (
        f"is a MATLAB 5 file that holds {names or 'nothing'}, but no sinogram of HTC2022 "
        f"(CtDataFull, CtDataLimited)"
    )
