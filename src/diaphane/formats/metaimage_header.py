"""The text at the head of a MetaImage: its fields, its numbers' type, and where its data lies."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from diaphane.errors import FormatError
from diaphane.formats.raw_elements import ElementSource, beside, numbered

_TYPES = {
    "CHAR": "i1",
    "UCHAR": "u1",
    "SHORT": "i2",
    "USHORT": "u2",
    "INT": "i4",
    "UINT": "u4",
    "LONG": "i4",
    "ULONG": "u4",
    "LONG_LONG": "i8",
    "ULONG_LONG": "u8",
    "FLOAT": "f4",
    "DOUBLE": "f8",
}
_MAX_HEADER_BYTES = 1 << 20


@dataclass(frozen=True)
class MetaText:
    """A header's fields, and where the data starts when it is in the same file."""

    fields: dict[str, str]
    """What stands behind each key."""
    data_lines: tuple[str, ...]
    """The files that ``ElementDataFile = LIST`` names."""
    data_offset: int
    """Where the data starts in the same file."""

    def numbers(self, *names: str) -> list[float] | None:
        """Return the numbers of the first field that is there."""
        for name in names:
            if name in self.fields:
                try:
                    return [float(word) for word in self.fields[name].split()]
                except ValueError:
                    raise FormatError(
                        f"{name} must be numbers, got {self.fields[name]!r}"
                    ) from None
        return None

    def says(self, *names: str) -> bool:
        """Whether the first of the fields that is there says yes."""
        given = next((self.fields[name] for name in names if name in self.fields), "")
        return given.strip().upper()[:1] in ("T", "1", "Y")


def parse_metaimage(path: Path) -> MetaText:
    """Return the fields of a file's header, up to ``ElementDataFile``, which ends it."""
    with path.open("rb") as file:
        content = file.read(_MAX_HEADER_BYTES)
    fields: dict[str, str] = {}
    offset = 0
    for line in content.splitlines(keepends=True):
        offset += len(line)
        key, equals, value = line.decode("latin-1").partition("=")
        if not equals and line.strip():
            break
        fields[key.strip()] = value.strip()
        if key.strip() == "ElementDataFile":
            rest = content[offset:] if fields[key.strip()].upper().startswith("LIST") else b""
            lines = tuple(s.strip() for s in rest.decode("latin-1").splitlines() if s.strip())
            return MetaText(fields, lines, offset)
    raise FormatError("has no line 'ElementDataFile = …', with which a MetaImage header ends")


def metaimage_dtype(parsed: MetaText) -> np.dtype:
    """Return the type of the numbers, byte order included."""
    name = parsed.fields.get("ElementType", "").removeprefix("MET_").removesuffix("_ARRAY")
    if name not in _TYPES:
        raise FormatError(f"ElementType must be one of MET_{', MET_'.join(_TYPES)}, got {name!r}")
    is_big = parsed.says("BinaryDataByteOrderMSB", "ElementByteOrderMSB")
    return np.dtype(_TYPES[name]).newbyteorder(">" if is_big else "<")


def metaimage_source(path: Path, parsed: MetaText) -> ElementSource:
    """Return where the data lies, and how it is packed."""
    is_text = parsed.fields.get("BinaryData", "True").upper().startswith("F")
    is_packed = parsed.says("CompressedData")
    files, offset = _files(path, parsed)
    encoding = "text" if is_text else "gzip" if is_packed else "raw"
    return ElementSource(files=files, offset=offset, encoding=encoding)


def _files(path: Path, parsed: MetaText) -> tuple[tuple[Path, ...], int]:
    """Return the files that hold the data, and where it starts in each."""
    named = parsed.fields["ElementDataFile"]
    if named.upper() == "LOCAL":
        return (path,), parsed.data_offset
    offset = int((parsed.numbers("HeaderSize") or [0])[0])
    if named.upper().startswith("LIST"):
        return tuple(beside(path, name) for name in parsed.data_lines), offset
    if "%" in named:
        pattern, *limits = named.split()
        if len(limits) not in (2, 3) or not all(x.lstrip("-").isdigit() for x in limits):
            raise FormatError(f"ElementDataFile must be 'pattern first last step', got {named!r}")
        first, last, step = (*(int(x) for x in limits), 1)[:3]
        return numbered(path, pattern, first, last, step), offset
    return (beside(path, named),), offset
