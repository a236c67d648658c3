"""DICOM files made for tests with pydicom alone, nothing of the writer under test in them."""

from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import CTImageStorage, EnhancedCTImageStorage, ExplicitVRLittleEndian

UPRIGHT = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def pattern(k: int, rows: int = 4, columns: int = 5) -> np.ndarray:
    """Stored numbers that tell slice, row and column apart."""
    r, c = np.mgrid[:rows, :columns]
    return (100 * k + 10 * r + c).astype(np.int16)


def section(
    stored: np.ndarray,
    position: tuple[float, ...] = (0.0, 0.0, 0.0),
    *,
    orientation: tuple[float, ...] = UPRIGHT,
    spacing: tuple[float, float] = (0.8, 0.7),
    **tags: Any,
) -> Dataset:
    """One CT image; `tags` are added or, where ``None``, taken away."""
    dataset = Dataset()
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = f"1.2.3.{abs(hash((stored.tobytes(), position))) % 10**9}"
    dataset.SeriesInstanceUID = "1.2.3.4"
    dataset.SeriesNumber = 7
    dataset.SeriesDescription = "made"
    dataset.PatientName = "Secret^Person"
    dataset.PatientID = "SECRET42"
    dataset.Modality = "CT"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.ImagePositionPatient = [f"{x:.10g}" for x in position]
    dataset.ImageOrientationPatient = [f"{x:.10g}" for x in orientation]
    dataset.PixelSpacing = [str(x) for x in spacing]
    dataset.SliceThickness = "2.5"
    dataset.Rows, dataset.Columns = stored.shape[-2:]
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated = 8 * stored.dtype.itemsize
    dataset.BitsStored = dataset.BitsAllocated
    dataset.HighBit = dataset.BitsAllocated - 1
    dataset.PixelRepresentation = int(stored.dtype.kind == "i")
    dataset.RescaleSlope, dataset.RescaleIntercept = "1", "-1024"
    dataset.add_new("PixelData", "OW", stored.tobytes())
    for keyword, value in tags.items():
        if value is None:
            del dataset[keyword]
        else:
            setattr(dataset, keyword, value)
    return dataset


def save(dataset: Dataset, path: Path) -> Path:
    """Write a dataset as a file, with its head."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not hasattr(dataset, "file_meta"):
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = dataset.SOPClassUID
        meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.file_meta = meta
    dataset.save_as(path, enforce_file_format=True)
    return path


def series(
    folder: Path, heights: list[float], *, step: tuple[float, float] = (0.0, 0.0), **tags: Any
) -> Path:
    """A CT series with sections at `heights`, shifted by `step` in x and y per millimeter."""
    for k, z in enumerate(heights):
        dataset = section(pattern(k), (step[0] * z, step[1] * z, z), InstanceNumber=k + 1, **tags)
        save(dataset, folder / f"{(7 * k) % 97:02}.dcm")
    return folder


def enhanced(n: int, *, slopes: list[float] | None = None) -> Dataset:
    """An enhanced CT image of `n` frames, the highest first."""
    dataset = section(np.stack([pattern(k) for k in range(n)]))
    dataset.SOPClassUID = EnhancedCTImageStorage
    dataset.NumberOfFrames = n
    for keyword in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"):
        del dataset[keyword]
    for keyword in ("RescaleSlope", "RescaleIntercept", "SliceThickness"):
        del dataset[keyword]
    measures, along, shared = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness = ["0.8", "0.7"], "2"
    along.ImageOrientationPatient = list(UPRIGHT)
    shared.PixelMeasuresSequence = Sequence([measures])
    shared.PlaneOrientationSequence = Sequence([along])
    dataset.SharedFunctionalGroupsSequence = Sequence([shared])
    frames = []
    for k in range(n):
        at, values, frame = Dataset(), Dataset(), Dataset()
        at.ImagePositionPatient = [1.0, 2.0, -2.0 * k]
        values.RescaleSlope = str(slopes[k] if slopes else 1)
        values.RescaleIntercept, values.RescaleType = "-1024", "HU"
        frame.PlanePositionSequence = Sequence([at])
        frame.PixelValueTransformationSequence = Sequence([values])
        frames.append(frame)
    dataset.PerFrameFunctionalGroupsSequence = Sequence(frames)
    return dataset
