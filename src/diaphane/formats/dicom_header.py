"""The headers of DICOM files, checked tag by tag, as frames; no pixel is read."""

import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import FileDataset
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, MediaStorageDirectoryStorage

from diaphane.arrays import DoubleArray, frozen
from diaphane.errors import FormatError
from diaphane.formats.dicom_frame import Frame, Header, Plane, Rescale
from diaphane.formats.dicom_tags import Tags, name_of_tag

_DIRECTION_TOLERANCE = 1e-3
_FACTS = {
    "manufacturer": "Manufacturer",
    "model": "ManufacturerModelName",
    "body_part": "BodyPartExamined",
    "kernel": "ConvolutionKernel",
    "protocol": "ProtocolName",
}
_NUMBER_FACTS = {
    "tube_kv": "KVP",
    "slice_thickness_mm": "SliceThickness",
    "gantry_tilt_deg": "GantryDetectorTilt",
    "echo_time_ms": "EchoTime",
    "repetition_time_ms": "RepetitionTime",
    "field_t": "MagneticFieldStrength",
    "acquisition_number": "AcquisitionNumber",
    "temporal_position": "TemporalPositionIdentifier",
    "trigger_time_ms": "TriggerTime",
    "b_value_s_mm2": "DiffusionBValue",
}
_TAGS = [
    *_FACTS.values(),
    *_NUMBER_FACTS.values(),
    *("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "SeriesNumber", "SeriesDescription"),
    *("Modality", "ImageType", "InstanceNumber", "Rows", "Columns", "SamplesPerPixel"),
    *("PhotometricInterpretation", "BitsAllocated", "BitsStored", "HighBit", "NumberOfFrames"),
    *("PixelRepresentation", "PixelPaddingValue", "PixelPaddingRangeLimit", "PixelSpacing"),
    *("RescaleSlope", "RescaleIntercept", "RescaleType", "ModalityLUTSequence"),
    *("ImagePositionPatient", "ImageOrientationPatient", "LossyImageCompression"),
    *("PatientID", "PatientName"),
    *("FrameTime", "FrameTimeVector", "FrameIncrementPointer"),
    *("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"),
]


def read_frames(path: Path) -> tuple[Frame, ...]:
    """Return the frames of a DICOM file; none where it is DICOM but holds no image.

    Raises
    ------
    FormatError
        When the file is damaged, or its header cannot be right; names file and tag.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what pydicom warns of is checked here, tag by tag
        dataset = _dataset(path)
        tags = Tags(dataset, path)
        if _is_directory(dataset) or not _is_image(tags):
            return ()
        header = _header(tags)
        _check_size(tags, header, dataset)
        return tuple(_frames(tags, header))


def _dataset(path: Path) -> FileDataset:
    try:
        return pydicom.dcmread(path, stop_before_pixels=True, specific_tags=_TAGS, force=True)
    except RecursionError as error:
        raise FormatError(f"{path.name}: its sequences are nested too deeply to be read") from error
    except Exception as error:
        raise FormatError(f"{path.name}: its header cannot be read: {error}") from error


def _is_directory(dataset: FileDataset) -> bool:
    return dataset.file_meta.get("MediaStorageSOPClassUID") == MediaStorageDirectoryStorage


def _is_image(tags: Tags) -> bool:
    if tags.has("Rows") or tags.has("Columns") or tags.has("BitsAllocated"):
        return True
    if not tags.has("SOPClassUID"):
        raise tags.error("SOPClassUID", "is missing; the file is cut off, or no DICOM file")
    return "Image Storage" in UID(tags.text("SOPClassUID")).name


def _header(tags: Tags) -> Header:
    if tags.has("ModalityLUTSequence"):
        raise tags.error("ModalityLUTSequence", "is a table of values, which is not read yet")
    n_frames = tags.whole("NumberOfFrames", low=1, default=1)
    spacing = _spacing(tags)
    facts = {name: tags.text(keyword) for name, keyword in _FACTS.items() if tags.has(keyword)}
    numbers = {name: tags.number(keyword) for name, keyword in _NUMBER_FACTS.items()}
    return Header(
        path=tags.path,
        series_uid=tags.text("SeriesInstanceUID"),
        series_number=tags.text("SeriesNumber"),
        description=tags.text("SeriesDescription"),
        modality=tags.text("Modality"),
        image_type=tags.texts("ImageType"),
        photometric=tags.text("PhotometricInterpretation") or "MONOCHROME2",
        shape=(tags.whole("Rows", low=1), tags.whole("Columns", low=1)),
        padding=_padding(tags),
        spacing_mm=None if spacing is None else (float(spacing[0]), float(spacing[1])),
        times_s=_times(tags, n_frames),
        is_lossy=tags.text("LossyImageCompression") == "01",
        patient_marks=(_mark(tags.text("PatientID")), _mark(tags.text("PatientName"))),
        facts={**facts, **{name: x for name, x in numbers.items() if x is not None}},
    )


def _mark(text: str) -> int:
    """Return a number for a text; blanks, capitals and empty parts of a name make no difference."""
    plain = " ".join(text.split()).rstrip("^=").casefold()
    return hash(plain) if plain else 0


def _padding(tags: Tags) -> tuple[float, float] | None:
    value, limit = tags.number("PixelPaddingValue"), tags.number("PixelPaddingRangeLimit")
    if value is None:
        return None
    ends = [value, value if limit is None else limit]
    if tags.whole("PixelRepresentation", default=0):
        # Many files write a negative padding as if it were unsigned: 63536 for -2000.
        span = 2 ** tags.whole("BitsAllocated", low=1)
        ends = [end - span if end >= span / 2 else end for end in ends]
    return min(ends), max(ends)


def _times(tags: Tags, n_frames: int) -> DoubleArray | None:
    """Return the times of the frames, from their interval or from the list of intervals, in ms."""
    if n_frames == 1:
        return None
    intervals = tags.numbers("FrameTimeVector", n_frames) if tags.has("FrameTimeVector") else None
    if intervals is not None:
        return frozen(np.cumsum(intervals) / 1000)
    interval = tags.number("FrameTime")
    return None if not interval else frozen(np.arange(n_frames) * interval / 1000)


def _check_size(tags: Tags, header: Header, dataset: FileDataset) -> None:
    """Refuse a file that cannot hold the pixels it claims, before memory is taken for them."""
    n_bits = tags.whole("BitsAllocated", low=1)
    if n_bits not in (8, 16, 32):
        raise tags.error("BitsAllocated", f"must be 8, 16 or 32, got {n_bits}")
    n_values = header.shape[0] * header.shape[1] * tags.whole("SamplesPerPixel", low=1, default=1)
    claimed = n_values * n_bits // 8 * tags.whole("NumberOfFrames", low=1, default=1)
    if header.photometric == "YBR_FULL_422":
        claimed = claimed * 2 // 3
    there = header.path.stat().st_size
    syntax = dataset.file_meta.get("TransferSyntaxUID")
    is_packed = syntax is not None and (
        syntax.is_encapsulated or syntax == DeflatedExplicitVRLittleEndian
    )
    if claimed > there * (10_000 if is_packed else 1):
        raise FormatError(
            f"{header.path.name}: its pixels need {claimed} bytes, the file has {there}; "
            f"it is cut off, or its header is wrong"
        )


def _frames(tags: Tags, header: Header) -> Iterator[Frame]:
    shared = next(iter(tags.items("SharedFunctionalGroupsSequence")), None)
    each = tags.items("PerFrameFunctionalGroupsSequence")
    n_frames = tags.whole("NumberOfFrames", low=1, default=1)
    if each and len(each) != n_frames:
        keyword = "PerFrameFunctionalGroupsSequence"
        raise tags.error(keyword, f"must have {n_frames} items, one per frame, got {len(each)}")
    for index in range(n_frames):
        groups = [g for g in ((each[index] if each else None), shared) if g is not None]
        yield Frame(
            header=header,
            index=index,
            plane=_plane(tags, groups) if groups or n_frames == 1 else None,
            thickness_mm=_group(tags, groups, "PixelMeasuresSequence").number("SliceThickness")
            or 0.0,
            rescale=_rescale(_group(tags, groups, "PixelValueTransformationSequence")),
        )


def _group(tags: Tags, groups: list[Tags], keyword: str) -> Tags:
    """Return the functional group of a frame, else the shared one, else the file's own tags."""
    for group in groups:
        if group.has(keyword):
            return group.items(keyword)[0]
    return tags


def _plane(tags: Tags, groups: list[Tags]) -> Plane | None:
    at = _group(tags, groups, "PlanePositionSequence")
    along = _group(tags, groups, "PlaneOrientationSequence")
    measures = _group(tags, groups, "PixelMeasuresSequence")
    position = at.numbers("ImagePositionPatient", 3)
    directions = along.numbers("ImageOrientationPatient", 6)
    spacing = _spacing(measures)
    if position is None and directions is None:
        return None
    if position is None or directions is None or spacing is None:
        found = {
            "ImagePositionPatient": position,
            "ImageOrientationPatient": directions,
            "PixelSpacing": spacing,
        }
        missing = next(keyword for keyword, value in found.items() if value is None)
        known = next(keyword for keyword, value in found.items() if value is not None)
        raise tags.error(missing, f"is missing, although there is {name_of_tag(known)}")
    _check_directions(along, directions)
    return Plane(
        position_mm=position,
        row_step_mm=directions[3:] * spacing[0],
        column_step_mm=directions[:3] * spacing[1],
    )


def _spacing(tags: Tags) -> DoubleArray | None:
    spacing = tags.numbers("PixelSpacing", 2)
    if spacing is not None and not (spacing > 0).all():
        raise tags.error("PixelSpacing", f"must be > 0 mm, got {spacing.tolist()}")
    return spacing


def _check_directions(tags: Tags, directions: DoubleArray) -> None:
    along_row, along_column = directions[:3], directions[3:]
    lengths = np.linalg.norm(along_row), np.linalg.norm(along_column)
    off = max(abs(lengths[0] - 1), abs(lengths[1] - 1), abs(along_row @ along_column))
    if off > _DIRECTION_TOLERANCE:
        raise tags.error(
            "ImageOrientationPatient",
            f"must be two unit vectors at right angles, got {directions.tolist()}",
        )


def _rescale(tags: Tags) -> Rescale:
    slope, intercept = tags.number("RescaleSlope"), tags.number("RescaleIntercept")
    if slope == 0:
        raise tags.error("RescaleSlope", "must not be 0: it makes every value the same")
    return Rescale(
        slope=1.0 if slope is None else slope,
        intercept=0.0 if intercept is None else intercept,
        unit=tags.text("RescaleType"),
        is_stated=slope is not None and intercept is not None,
    )
