"""The one door: what is in a file, and the file as a value, whatever its format.

A format is a row of :data:`FORMATS`: how to tell it by its content, and where its reader stands.
The reader's module is imported when it is first needed.
"""

import inspect as functions
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from diaphane import history
from diaphane.errors import DiaphaneError, FormatError, OptionError
from diaphane.formats import signatures, sniff
from diaphane.formats.contents import Contents
from diaphane.formats.refusal import why_not
from diaphane.formats.source import Source, name_of
from diaphane.formats.unpack import is_archive, unpacked
from diaphane.options import nearest


@dataclass(frozen=True)
class Format:
    """One format that can be read."""

    name: str
    """The word by which it is named (``dicom``)."""
    title: str
    """Its name for people."""
    recognizes: Callable[[Path], bool]
    """Whether a file or folder is of this format; looks at the content, is cheap, never raises."""
    module: str
    """The module within ``diaphane.formats`` that reads it."""
    reader: str
    """``reader(path, **options)`` there gives the value, with its source recorded."""
    inspector: str
    """``inspector(path)`` there gives the :class:`Contents`, without reading pixels."""
    takes_many: bool = False
    """Whether reader and inspector also take a list of files."""
    keeps_history: bool = False
    """Whether the file says itself how its value was made."""

    def function(self, name: str) -> Callable[..., Any]:
        """Return the reader or the inspector, importing its module."""
        return getattr(import_module(f"diaphane.formats.{self.module}"), name)


FORMATS: tuple[Format, ...] = (
    Format(
        "dicom",
        "DICOM",
        sniff.is_dicom,
        "dicom_reader",
        "read_dicom",
        "inspect_dicom",
        takes_many=True,
    ),
    Format(
        "store",
        "a store of Diaphane's",
        signatures.is_store,
        "store",
        "read_store",
        "inspect_store",
        keeps_history=True,
    ),
    Format("nifti", "NIfTI", signatures.is_nifti, "nifti", "read_nifti", "inspect_nifti"),
    Format(
        "metaimage",
        "MetaImage",
        signatures.is_metaimage,
        "metaimage",
        "read_metaimage",
        "inspect_metaimage",
    ),
    Format("nrrd", "NRRD", signatures.is_nrrd, "nrrd", "read_nrrd", "inspect_nrrd"),
    Format(
        "data_exchange",
        "Data Exchange",
        signatures.is_data_exchange,
        "data_exchange",
        "read_data_exchange",
        "inspect_data_exchange",
    ),
    Format(
        "htc2022",
        "HTC2022",
        signatures.is_htc2022,
        "htc2022",
        "read_htc2022",
        "inspect_htc2022",
        takes_many=True,
    ),
    Format(
        "tiff_folder",
        "a folder of TIFF projections",
        signatures.is_tiff_folder,
        "tiff_folder",
        "read_tiff_folder",
        "inspect_tiff_folder",
    ),
    Format(
        "picture",
        "PNG, JPEG, BMP or TIFF",
        signatures.is_picture,
        "pictures",
        "read_picture",
        "inspect_picture",
    ),
    Format("ply", "PLY", signatures.is_ply, "mesh_readers", "read_ply", "inspect_ply"),
    Format("stl", "STL", signatures.is_stl, "mesh_readers", "read_stl", "inspect_stl"),
)
"""All formats; the first that recognizes a file takes it."""


def read(source: Source, *, format: str = "", **options: Any) -> Any:
    """Return what a file, a folder or an archive holds, as one value of a named type.

    Parameters
    ----------
    source : path or list of paths
        A file, a folder (a DICOM series, TIFF projections), an archive of such, or a list of files.
    format : str
        The format's name where the content should not decide (see :data:`FORMATS`).
    **options
        What the format's reader takes (``series=`` for DICOM).

    Returns
    -------
    Image, Slices, ParallelScan, FanScan, ConeScan, Labels, Surface, ...
        The value; its history names the source and holds what had to be said about it.

    Raises
    ------
    FormatError
        When it is none of the formats, or not whole; one sentence says where and why.
    OptionError
        When the format's reader has no such option.
    """
    with _opened(source, format) as (row, content):
        reader = row.function(row.reader)
        _check_options(row, reader, options)
        with _one_sentence(source, row):
            value = reader(content, **options)
    made = history.history_of(value)
    if not row.keeps_history:
        history.record(value, replace(made, name=name_of(source)))
    return value


def inspect(source: Source, *, format: str = "") -> Contents:
    """Return what there is in a file, a folder or an archive, without reading its pixels.

    Parameters are those of :func:`read`; the result is plain data and names no person.
    """
    with _opened(source, format) as (row, content), _one_sentence(source, row):
        contents: Contents = row.function(row.inspector)(content)
    return replace(contents, source=name_of(source))


@contextmanager
def _opened(source: Source, name: str) -> Iterator[tuple[Format, Path | list[Path]]]:
    """Yield the format of a source and what its reader takes, unpacked where it is an archive."""
    if not isinstance(source, str | Path):
        yield _format_of_list(source, name)
        return
    path = Path(source).expanduser()
    if not path.exists():
        raise FormatError(f"{path} does not exist")
    row = _recognize(path, name)
    if path.is_file() and is_archive(path) and not (row and row.recognizes(path)):
        with unpacked(path) as folder:
            files = list(sniff.files_in(folder))
            content = files[0] if len(files) == 1 else folder
            yield _known(_recognize(content, name), content, path), content
        return
    yield _known(row, path, path), path


def _format_of_list(source: Sequence[str | Path], name: str) -> tuple[Format, list[Path]]:
    files = [Path(p).expanduser() for p in source]
    if not files:
        raise FormatError("the list of files is empty")
    for file in files:
        if not file.is_file():
            raise FormatError(f"{file} is not a file; a list names files")
    row = _known(_recognize(files[0], name), files[0], files[0])
    if not row.takes_many:
        raise FormatError(f"{files[0]}: {row.title} is read from one path, got {len(files)}")
    return row, files


def _recognize(path: Path, name: str) -> Format | None:
    if name:
        known = {row.name: row for row in FORMATS}
        if name not in known:
            raise OptionError(f"format {name!r} is not known: {nearest(name, known)}")
        return known[name]
    return next((row for row in FORMATS if row.recognizes(path)), None)


def _known(row: Format | None, content: Path, source: Path) -> Format:
    if row is not None:
        return row
    titles = tuple(row.title for row in FORMATS)
    raise FormatError(why_not(content, source, titles, _title_of))


def _title_of(file: Path) -> str:
    row = _recognize(file, "")
    return row.title if row else ""


def _check_options(row: Format, reader: Callable[..., Any], options: dict[str, Any]) -> None:
    parameters = functions.signature(reader).parameters.values()
    known = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]
    for name in options:
        if name not in known:
            raise OptionError(f"{row.title} has no option {name!r}: {nearest(name, known)}")


@contextmanager
def _one_sentence(source: Source, row: Format) -> Iterator[None]:
    """Say whatever a library stumbles over in one sentence; the cause stays for ``--debug``."""
    try:
        yield
    except DiaphaneError:
        raise
    except MemoryError as error:
        raise FormatError(f"{name_of(source)} needs more memory than there is") from error
    except RecursionError as error:
        raise FormatError(f"{name_of(source)}: nested too deeply to be {row.title}") from error
    except Exception as error:
        said = str(error).strip().split("\n")[0] or type(error).__name__
        raise FormatError(f"{name_of(source)} cannot be read as {row.title}: {said}") from error
