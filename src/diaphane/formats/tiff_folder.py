"""A folder of TIFF projections, as laboratories and synchrotrons keep them, with their angles."""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as Pillow

from diaphane.arrays import AnyArray
from diaphane.ct import ParallelScan
from diaphane.errors import FormatError
from diaphane.formats.contents import Contents, Item
from diaphane.formats.projections import (
    AngleUnit,
    BodyTurns,
    Camera,
    Rows,
    kept_angles,
    read_angles,
)
from diaphane.formats.reading import checked_options, inspect_source, read_source
from diaphane.formats.sniff import files_in
from diaphane.progress import track
from diaphane.units import Quantity

_ENDINGS = (".tif", ".tiff")
_MODES = ("L", "I", "F", "I;16", "I;16L", "I;16B")


@dataclass(frozen=True)
class _Folder:
    """The files of a folder, by what they show."""

    projections: tuple[Path, ...]
    flats: tuple[Path, ...]
    darks: tuple[Path, ...]


@checked_options
def read_tiff_folder(
    path: str | Path,
    *,
    angles_file: str = "angles.txt",
    angle_unit: AngleUnit = "deg",
    skip_first_angles: int = 0,
    skip_last_angles: int = 0,
    projections: str = "*",
    flats: str = "flat*",
    darks: str = "dark*",
    pixel_mm: float | None = None,
    center_column: float | None = None,
    rows: Rows = "downward",
    body_turns: BodyTurns = "clockwise",
) -> ParallelScan:
    """Read a folder of TIFF projections of a parallel beam, with flats, darks and angles.

    Files are taken in the order of the numbers in their names. A pattern (``flat*``) holds for a
    file's name, its folder's, or its whole path below `path`; what matches neither `flats` nor
    `darks` and matches `projections` is a projection. A file of several pages is several views.

    Parameters
    ----------
    path : path
        The folder.
    angles_file : str
        A text file in the folder with one angle per projection.
    angle_unit : {"deg", "rad"}
        Its unit.
    skip_first_angles, skip_last_angles : int
        How many of its first and last angles belong to no projection (to flats and darks that
        are kept apart). It is never guessed.
    projections, flats, darks : str
        Patterns by which the files are told apart.
    pixel_mm : number, optional
        Width and height of a pixel.
    center_column : number, optional
        The column, not rounded, where the axis of rotation is seen; by default the middle.
    rows : {"downward", "upward"}
        Which way the files' rows run.
    body_turns : {"clockwise", "counterclockwise"}
        Which way the body turns as the angles grow, seen from above.

    Returns
    -------
    ParallelScan
        Counts (n_views, n_rows, n_columns), rows upward, with flats and darks where there are.

    Raises
    ------
    FormatError
        When files are missing, damaged, of different sizes, or hold no counts.
    OptionError
        When there is not one angle per projection.
    """
    path = Path(path)
    camera = Camera(pixel_mm, center_column, rows, body_turns)

    def read() -> ParallelScan:
        if path.is_dir() and not (path / angles_file).is_file():
            raise FormatError(f"has no {angles_file}; name the file of angles with angles_file=")
        folder = _sorted_out(path, projections, flats, darks)
        views = camera.turn_upright(_stack(folder.projections))
        angles_rad = kept_angles(
            read_angles(path / angles_file, angle_unit),
            len(views),
            skip_first=skip_first_angles,
            skip_last=skip_last_angles,
            source=angles_file,
        )
        return ParallelScan(
            views,
            camera.beam(angles_rad, *views.shape[1:]),
            Quantity.COUNTS,
            camera.turn_upright(_stack(folder.flats)) if folder.flats else None,
            camera.turn_upright(_stack(folder.darks)) if folder.darks else None,
        )

    return read_source(path, "TIFF", read)


def inspect_tiff_folder(path: str | Path) -> Contents:
    """Return what a folder of TIFF projections holds, without reading the projections."""
    path = Path(path)

    def look() -> Contents:
        folder = _sorted_out(path, "*", "flat*", "dark*")
        with _opened(folder.projections[0]) as first:
            n_columns, n_rows = first.size
            n_pages = getattr(first, "n_frames", 1)
        n_views = n_pages if len(folder.projections) == 1 else len(folder.projections)
        item = Item(
            name="",
            kind="ParallelScan",
            shape=(n_views, n_rows, n_columns),
            quantity=Quantity.COUNTS.label,
            facts={"flats": len(folder.flats), "darks": len(folder.darks)},
        )
        return Contents(source=path.name, format="tiff_folder", items=(item,))

    return inspect_source(path, "TIFF", look)


def _sorted_out(path: Path, projections: str, flats: str, darks: str) -> _Folder:
    if not path.is_dir():
        raise FormatError("is not a folder")
    files = [f for f in files_in(path) if f.suffix.lower() in _ENDINGS]
    files.sort(key=lambda f: _by_number(f.relative_to(path).as_posix()))
    names = {file: file.relative_to(path).as_posix().lower() for file in files}
    found: dict[str, list[Path]] = {pattern: [] for pattern in (flats, darks, projections)}
    for file in files:
        pattern = next((p for p in (flats, darks, projections) if _matches(names[file], p)), None)
        if pattern is not None:
            found[pattern].append(file)
    if not found[projections]:
        raise FormatError(f"holds {len(files)} TIFF files, but none is a projection")
    return _Folder(*(tuple(found[pattern]) for pattern in (projections, flats, darks)))


def _matches(name: str, pattern: str) -> bool:
    """Whether a pattern holds for a relative path, or for any of the names in it."""
    return any(fnmatch(part, pattern.lower()) for part in (name, *name.split("/")))


def _by_number(name: str) -> list[Any]:
    """Return a key that sorts ``view2`` before ``view10``."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def _stack(files: tuple[Path, ...]) -> AnyArray:
    """Read pictures of one size and type into one array (n, rows, columns)."""
    views: AnyArray | None = None
    n_read = 0
    for file in track(files, "formats.read_tiff_folder"):
        for page in _pages(file):
            if views is None:
                n_pages = len(files) if len(files) > 1 else _page_count(file)
                views = np.empty((n_pages, *page.shape), page.dtype)
            if page.shape != views.shape[1:] or page.dtype != views.dtype:
                raise FormatError(
                    f"{file.name} is {page.shape} {page.dtype}, "
                    f"the files before it are {views.shape[1:]} {views.dtype}"
                )
            if n_read == len(views):
                raise FormatError(f"{file.name} has several pages, the files before it have one")
            views[n_read] = page
            n_read += 1
    assert views is not None, "there is always a file"
    return views


def _page_count(file: Path) -> int:
    with _opened(file) as picture:
        return getattr(picture, "n_frames", 1)


def _pages(file: Path) -> list[AnyArray]:
    with _opened(file) as picture:
        pages = []
        for i in range(getattr(picture, "n_frames", 1)):
            picture.seek(i)
            if picture.mode not in _MODES:
                raise FormatError(f"{file.name} holds {picture.mode} pixels, expected counts")
            page = np.asarray(picture)
            pages.append(page.astype(page.dtype.newbyteorder("="), copy=False))
        return pages


@contextmanager
def _opened(file: Path) -> Iterator[Any]:
    """Open a TIFF file, quiet about its tags, and say in one sentence when it is not whole."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Pillow.open(file) as picture:
                yield picture
        except (OSError, SyntaxError, ValueError, EOFError) as error:
            raise FormatError(f"{file.name} is not a whole TIFF file ({error})") from error
