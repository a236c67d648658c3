"""The text at the head of a NRRD file: its fields, its numbers' type, and where its data lies."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from diaphane.errors import FormatError
from diaphane.formats.raw_elements import ElementSource, Encoding, beside, numbered

_TYPES = {
    "i1": ("signed char", "int8", "int8_t"),
    "u1": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "i2": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "u2": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "i4": ("int", "signed int", "int32", "int32_t"),
    "u4": ("uint", "unsigned int", "uint32", "uint32_t"),
    "i8": ("longlong", "long long", "long long int", "signed long long", "int64", "int64_t"),
    "u8": ("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"),
    "f4": ("float",),
    "f8": ("double",),
}
_ENCODINGS: dict[str, Encoding] = {
    "raw": "raw",
    "gzip": "gzip",
    "gz": "gzip",
    "bzip2": "bzip2",
    "bz2": "bzip2",
    "ascii": "text",
    "text": "text",
    "txt": "text",
    "hex": "hex",
}
_MAX_HEADER_BYTES = 1 << 20


@dataclass(frozen=True)
class NrrdText:
    """A header's fields, keys of one's own, and where the data starts in the same file."""

    fields: dict[str, str]
    """What NRRD defines, by its name in lower case."""
    notes: dict[str, str]
    """Keys of one's own, ``key:=value``."""
    data_lines: tuple[str, ...]
    """The files that ``data file: LIST`` names."""
    data_offset: int
    """Where the data starts in the same file."""

    def words(self, *names: str) -> list[str]:
        """Return the words of the first field that is there; quoted ones stay whole."""
        given = next((self.fields[name] for name in names if name in self.fields), "")
        return [quoted or word for quoted, word in re.findall(r'"([^"]*)"|(\S+)', given)]

    def number(self, *names: str) -> int:
        """Return the whole number of the first field that is there, or 0."""
        words = self.words(*names) or ["0"]
        if not re.fullmatch(r"-?\d+", words[0]):
            raise FormatError(f"{names[0]!r} must be a whole number, got {words[0]!r}")
        return int(words[0])


def parse_nrrd(path: Path) -> NrrdText:
    """Return the fields of a file's header, up to the empty line that ends it."""
    with path.open("rb") as file:
        content = file.read(_MAX_HEADER_BYTES)
    if not content.startswith(b"NRRD"):
        raise FormatError("does not start with NRRD")
    fields: dict[str, str] = {}
    notes: dict[str, str] = {}
    lines = content.splitlines(keepends=True)
    offset = len(lines[0])
    for i, raw in enumerate(lines[1:], 1):
        offset += len(raw)
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        if not line:
            return NrrdText(fields, notes, (), 0 if "data file" in fields else offset)
        if line.startswith("#"):
            continue
        key, note, value = line.partition(":=")
        if note:
            notes[key] = value
            continue
        key, colon, value = line.partition(":")
        if not colon:
            raise FormatError(f"line {i + 1} must be 'field: value', got {line[:40]!r}")
        key = key.strip().lower().replace("datafile", "data file")
        fields[key] = value.strip()
        if key == "data file" and value.strip().upper().startswith("LIST"):
            rest = b"".join(lines[i + 1 :]).decode("utf-8", "replace").splitlines()
            return NrrdText(fields, notes, tuple(s.strip() for s in rest if s.strip()), 0)
    if "data file" in fields:
        return NrrdText(fields, notes, (), 0)
    raise FormatError("its header does not end with an empty line, and it names no data file")


def nrrd_dtype(parsed: NrrdText) -> np.dtype:
    """Return the type of the numbers, byte order included."""
    name = parsed.fields.get("type", "").lower()
    code = next((code for code, names in _TYPES.items() if name in names), None)
    if code is None:
        raise FormatError(f"has the type {name!r}, expected whole numbers or floats")
    endian = parsed.fields.get("endian", "little").lower()
    if endian not in ("little", "big"):
        raise FormatError(f"endian must be little or big, got {endian!r}")
    return np.dtype(code).newbyteorder("<" if endian == "little" else ">")


def nrrd_source(path: Path, parsed: NrrdText) -> ElementSource:
    """Return where the data lies, and how it is packed."""
    encoding = parsed.fields.get("encoding", "").lower()
    if encoding not in _ENCODINGS:
        raise FormatError(f"encoding must be raw, gzip, bzip2, ascii or hex, got {encoding!r}")
    return ElementSource(
        files=_files(path, parsed),
        offset=parsed.data_offset,
        skipped_lines=parsed.number("line skip", "lineskip"),
        inner_offset=parsed.number("byte skip", "byteskip"),
        encoding=_ENCODINGS[encoding],
    )


def _files(path: Path, parsed: NrrdText) -> tuple[Path, ...]:
    named = parsed.fields.get("data file")
    if named is None:
        return (path,)
    if parsed.data_lines:
        return tuple(beside(path, name) for name in parsed.data_lines)
    pattern = re.fullmatch(r"(\S*%\d*d\S*) (-?\d+) (-?\d+) (-?\d+)(?: \d+)?", named)
    if pattern:
        first, last, step = (int(x) for x in pattern.groups()[1:4])
        return numbered(path, pattern[1], first, last, step)
    return (beside(path, named),)
