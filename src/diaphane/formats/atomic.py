"""Writing under a final name only what is whole: a file, or a folder of files.

Results are written beside their place, under a hidden name, and take their own name in one move
when they are finished. Whatever goes wrong before (a full disk, Ctrl-C, an error) leaves nothing
behind and nothing half-written.

A folder remembers what Diaphane put into it in a small hidden file, ``.diaphane``. Only a folder
that holds nothing else may be replaced: a file that somebody added or changed is never deleted.
"""

import errno
import json
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from diaphane.errors import OutputError

MARKER = ".diaphane"
"""The hidden file in which a folder remembers what was written into it."""


@contextmanager
def atomic_file(path: str | Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Yield a path to write to; it becomes `path` when the block ends well.

    Parameters
    ----------
    path : path
        Where the file shall stand; its folder is made where there is none.
    overwrite : bool
        Whether a file that stands there may be replaced.

    Yields
    ------
    Path
        A name beside `path`, with the same suffix, that does not exist yet.

    Raises
    ------
    OutputError
        When `path` exists and may not be replaced, or cannot be written.
    """
    path = Path(path)
    _check_file(path, overwrite=overwrite)
    part = _part_name(path)
    with _said_as_output_error(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield part
            if not part.is_file():
                raise OutputError(f"{_final(path)}: nothing was written")
            with part.open("rb+") as file:
                os.fsync(file.fileno())
            _check_file(path, overwrite=overwrite)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: str | Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Yield an empty folder to write into; it becomes `path` when the block ends well.

    Parameters
    ----------
    path : path
        Where the folder shall stand. An empty folder may stand there already.
    overwrite : bool
        Whether a folder that Diaphane wrote, and that holds nothing else, may be replaced.

    Yields
    ------
    Path
        A folder beside `path`.

    Raises
    ------
    OutputError
        When `path` may not be replaced, or cannot be written.
    """
    path = Path(path).absolute()
    _check_folder(path, overwrite=overwrite)
    part = _part_name(path)
    with _said_as_output_error(path):
        part.mkdir(parents=True)
        try:
            yield part
            _write_marker(part)
            _check_folder(path, overwrite=overwrite)
            _move_into_place(part, path)
        finally:
            shutil.rmtree(part, ignore_errors=True)


def _part_name(path: Path) -> Path:
    return path.with_name(f".part-{uuid.uuid4().hex[:12]}-{path.name}")


def _final(path: Path) -> Path:
    """Return the path as it will be called when the folders that it is written into are whole."""
    return Path(*(re.sub(r"^\.part-[0-9a-f]{12}-", "", name) for name in path.parts))


@contextmanager
def _said_as_output_error(path: Path) -> Iterator[None]:
    """Turn what the system says while writing into one sentence that names the final path."""
    path = _final(path)
    try:
        yield
    except (OSError, RuntimeError) as error:  # h5py says a full disk as either
        number = getattr(error, "errno", None)
        if number in (errno.ENOSPC, errno.EDQUOT) or "No space left" in str(error):
            raise OutputError(
                f"{path}: the disk is full; nothing was kept, free some space or write elsewhere"
            ) from error
        if not isinstance(error, OSError):
            raise
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error


def _check_file(path: Path, *, overwrite: bool) -> None:
    if path.is_dir():
        raise OutputError(f"{path} is a folder; give the name of a file")
    if path.exists() and not overwrite:
        raise OutputError(f"{path} exists already; give another name or ask to overwrite it")


def _check_folder(path: Path, *, overwrite: bool) -> None:
    if not path.exists():
        return
    if not path.is_dir():
        raise OutputError(f"{path} is a file; give the name of a folder")
    if path == Path.cwd():
        raise OutputError(f"{path} is the folder you are in; give the name of a new one")
    if not any(path.iterdir()):
        return
    if not overwrite:
        raise OutputError(f"{path} is not empty; give a new folder or ask to overwrite it")
    stranger = _first_stranger(path)
    if stranger:
        raise OutputError(f"{path} is not overwritten: {stranger}; move it away or give a new one")


def _write_marker(folder: Path) -> None:
    files = {
        p.relative_to(folder).as_posix(): p.stat().st_size
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }
    (folder / MARKER).write_text(json.dumps({"written_by": "Diaphane", "files": files}, indent=1))


def _first_stranger(folder: Path) -> str:
    """Return why `folder` holds more than Diaphane wrote; empty when it does not."""
    try:
        known = json.loads((folder / MARKER).read_text())["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return "Diaphane did not write it"
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            return f"{name} was added to it"
        if path.is_dir() or name == MARKER:
            continue
        if name not in known:
            return f"{name} was added to it"
        if path.stat().st_size != known[name]:
            return f"{name} was changed in it"
    return ""


def _move_into_place(part: Path, path: Path) -> None:
    """Give `part` the name `path`; what stood there goes only when that has worked."""
    if not path.exists():
        part.rename(path)
        return
    old = _part_name(path)
    path.rename(old)
    try:
        part.rename(path)
    except BaseException:
        old.rename(path)
        raise
    shutil.rmtree(old, ignore_errors=True)
