"""The pixels of DICOM frames as values: decoded, rescaled frame by frame, with their quantity.

Gray values become float32, computed in float64 as ``slope * stored + intercept`` with the numbers
of each frame's own header; stored numbers of up to 24 bits survive unchanged. Colors become 8-bit
red, green and blue.
"""

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import FileDataset
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import apply_color_lut
from pydicom.uid import UID

from diaphane.arrays import AnyArray
from diaphane.errors import FormatError
from diaphane.formats.dicom_header import Frame
from diaphane.notices import notice
from diaphane.progress import track
from diaphane.units import Quantity

_OTHER_THAN_AMPLITUDE = frozenset(
    ("P", "PHASE", "PHASE MAP", "R", "REAL", "I", "IMAGINARY", "VELOCITY", "B0 MAP", "ADC", "FA")
)
_EXACT_FLOAT32 = 2**24


def read_values(frames: Sequence[Frame], *, padding: float | None = None) -> AnyArray:
    """Return the values of frames of one size.

    Parameters
    ----------
    frames : sequence of Frame
        What to read, in this order.
    padding : float, optional
        The value that pixels get which the header marks as never measured; by default they keep
        the one they have. A notice tells of them either way.

    Returns
    -------
    ndarray
        Shape (n, rows, columns) float32, or (n, rows, columns, 3) uint8 for colors.

    Raises
    ------
    FormatError
        When a file is cut off, or compressed in a way that cannot be opened.
    """
    header = frames[0].header
    shape = (len(frames), *header.shape)
    values = np.empty((*shape, 3), np.uint8) if header.is_color else np.empty(shape, np.float32)
    places: dict[Path, list[int]] = {}
    for k, frame in enumerate(frames):
        places.setdefault(frame.header.path, []).append(k)
    n_padded, largest = 0, 0.0
    for path, ks in track(places.items(), "formats.read_dicom", total=len(places)):
        stored = read_stored(path, header.shape)
        for k in ks:
            frame = frames[k]
            if header.is_color:
                values[k] = stored[frame.index]
                continue
            values[k], padded = _to_values(stored[frame.index], frame, padding)
            n_padded += padded
            largest = max(largest, float(np.abs(values[k]).max()))
    _tell(frames, n_padded / values.size, padding)
    if largest > _EXACT_FLOAT32:
        notice("formats.rounded_to_float", largest=largest)
    return values


def quantity_of(frames: Sequence[Frame]) -> Quantity:
    """Return what the values of frames measure, with a notice where the header does not say."""
    header = frames[0].header
    if header.is_color:
        return Quantity.COLOR
    if header.modality == "CT":
        units = {frame.rescale.unit.upper() for frame in frames}
        is_stated = all(frame.rescale.is_stated for frame in frames)
        if is_stated and units <= {"", "HU"} and not header.is_localizer:
            return Quantity.HOUNSFIELD
    if header.modality == "US" or (
        header.modality == "MR" and not _OTHER_THAN_AMPLITUDE & set(header.image_type[2:])
    ):
        return Quantity.AMPLITUDE
    unit = frames[0].rescale.unit or "?"
    notice("formats.dicom_quantity_unknown", modality=header.modality or "?", unit=unit)
    return Quantity.UNKNOWN


def read_stored(path: Path, shape: tuple[int, int]) -> AnyArray:
    """Return the stored numbers of a file: shape (n_frames, rows, columns), or with 3 colors."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            dataset = pydicom.dcmread(path, force=True)
            syntax = dataset.file_meta.get("TransferSyntaxUID")
            if syntax is not None and syntax.is_encapsulated:
                _check_decoder(path, syntax)
            stored = dataset.pixel_array
        except FormatError:
            raise
        except Exception as error:
            said = str(error).split("\n")[0]
            raise FormatError(f"{path.name}: its pixels cannot be read: {said}") from error
        if dataset.PhotometricInterpretation == "PALETTE COLOR":
            colors = apply_color_lut(stored, dataset)
            stored = colors if colors.dtype == np.uint8 else (colors >> 8).astype(np.uint8)
    if dataset.PhotometricInterpretation.startswith("MONOCHROME"):
        return _without_overlay(stored, dataset).reshape(-1, *shape)
    if stored.dtype != np.uint8:
        raise FormatError(f"{path.name}: colors must have 8 bits, got {stored.dtype}")
    return stored.reshape(-1, *shape, 3)


def _check_decoder(path: Path, syntax: UID) -> None:
    try:
        is_there = get_decoder(syntax).is_available
    except NotImplementedError:
        is_there = False
    if not is_there:
        raise FormatError(
            f"{path.name}: its pixels are compressed as {syntax.name}, which cannot be opened "
            f"here; decompress the files first, for instance with dcmdjpeg or gdcmconv --raw"
        )


def _without_overlay(stored: AnyArray, dataset: FileDataset) -> AnyArray:
    """Return stored numbers without the bits beside them, in which old files keep overlays."""
    allocated, n_bits = int(dataset.BitsAllocated), int(dataset.BitsStored)
    if n_bits >= allocated:
        return stored
    high = int(dataset.get("HighBit", n_bits - 1))
    if not n_bits - 1 <= high < allocated:
        raise FormatError(f"{dataset.filename}: High Bit must be >= {n_bits - 1}, got {high}")
    return (stored << (allocated - 1 - high)) >> (allocated - n_bits)


def _to_values(stored: AnyArray, frame: Frame, padding: float | None) -> tuple[AnyArray, int]:
    """Return the values of one frame, and how many pixels were never measured."""
    rescale = frame.rescale
    values = stored * rescale.slope + rescale.intercept
    if frame.header.padding is None:
        return values.astype(np.float32), 0
    low, high = frame.header.padding
    padded = (stored >= low) & (stored <= high)
    if padding is not None:
        values[padded] = padding
    return values.astype(np.float32), int(padded.sum())


def _tell(frames: Sequence[Frame], padded: float, padding: float | None) -> None:
    header = frames[0].header
    if padded and header.padding is not None:
        rescale = frames[0].rescale
        kept = rescale.slope * header.padding[0] + rescale.intercept
        percent = round(100 * padded, 2)
        if padding is None:
            notice("formats.padding_kept", percent=percent, value=kept)
        else:
            notice("formats.padding_replaced", percent=percent, value=padding)
    rescales = {(frame.rescale.slope, frame.rescale.intercept) for frame in frames}
    if len(rescales) > 1:
        notice("formats.rescale_varies", different=len(rescales))
    if any(frame.header.is_lossy for frame in frames):
        notice("formats.lossy_compression")
    if header.photometric == "MONOCHROME1":
        notice("formats.monochrome1")
