"""All headers of a folder, of a list of files, or of one file."""

from dataclasses import dataclass
from pathlib import Path

from diaphane.errors import FormatError
from diaphane.formats import sniff
from diaphane.formats.dicom_frame import Frame
from diaphane.formats.dicom_header import read_frames
from diaphane.formats.source import Source, name_of
from diaphane.notices import notice
from diaphane.progress import track


@dataclass(frozen=True, eq=False)
class Found:
    """What the headers of several files say."""

    frames: tuple[Frame, ...]
    """All frames of all images."""
    remarks: tuple[str, ...]
    """What was left aside, and why."""


def scan(source: Source, *, is_strict: bool) -> Found:
    """Read all headers; a damaged file is an error where `is_strict`, else a remark."""
    if isinstance(source, str | Path):
        files = list(sniff.files_in(Path(source)))
    else:
        files = [Path(file) for file in source]
    frames: list[Frame] = []
    remarks: list[str] = []
    others: list[str] = []
    for file in track(files, "formats.inspect_dicom"):
        if not sniff.is_dicom_file(file):
            others.append(file.name)
            continue
        try:
            frames.extend(read_frames(file))
        except FormatError as error:
            if is_strict:
                raise
            remarks.append(str(error))
    if others:
        notice("formats.files_skipped", files=len(others), first=others[0])
        remarks.append(f"{len(others)} files are not DICOM, the first is {others[0]}")
    if not frames:
        why = remarks[0] if remarks else "it holds only directories or reports"
        raise FormatError(f"{name_of(source)} holds no DICOM image: {why}")
    return Found(tuple(frames), tuple(remarks))
