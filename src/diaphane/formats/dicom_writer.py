"""An image as a DICOM CT series, one file per section."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydicom.dataset import Dataset

from diaphane.arrays import DoubleArray
from diaphane.errors import GeometryError, QuantityError
from diaphane.formats.atomic import atomic_folder
from diaphane.formats.dicom_frame import Plane
from diaphane.formats.dicom_modules import (
    RESEARCH_USE,
    Uids,
    checked_text,
    describe_making,
    file_meta,
    place,
    series_dataset,
    template_tags,
)
from diaphane.formats.dicom_storage import Storage
from diaphane.formats.taken import check_taken
from diaphane.history import history_of
from diaphane.image import Image, Slices
from diaphane.notices import notice
from diaphane.options import Option, Range
from diaphane.progress import track
from diaphane.units import Quantity

_SeriesNumber = Annotated[int, Range(0, 2**31 - 1)]
_RIGHT_ANGLE = 1e-5


def write_dicom(
    image: Image | Slices,
    folder: str | Path,
    *,
    patient_name: str = "",
    patient_id: str = "",
    study_description: str = "",
    series_description: str = "",
    series_number: _SeriesNumber = 1,
    template: str | Path | None = None,
    identifiers: Literal["new", "from_content"] = "new",
    overwrite: bool = False,
) -> Path:
    """Write an image in HU as a CT series and return its folder.

    Parameters
    ----------
    image : Image or Slices
        In Hounsfield units. A sheared grid is written as a tilted gantry writes it: each section
        with its own position; only rows and columns must be at right angles.
    folder : path
        Where the files shall stand (``IM0001.dcm``, …, in the order of the slices); it appears
        when all of them are written.
    patient_name, patient_id, study_description : str
        Empty by default; they win over the template's.
    series_description : str
        By default it says that the series is for research.
    series_number : int
        The series' number in its study.
    template : path, optional
        A DICOM file whose patient, study and frame of reference the series takes over: one of
        the images that this one was made from.
    identifiers : {"new", "from_content"}
        ``from_content`` gives the same identifiers, and no dates, for the same image and options,
        so that the files are the same byte for byte.
    overwrite : bool
        Whether a folder that Diaphane wrote may be replaced.

    Raises
    ------
    InputError
        When it is neither an Image nor Slices, or a value is NaN or infinite.
    QuantityError
        When the image is not in Hounsfield units.
    GeometryError
        When nobody knows its millimeters, or rows and columns are not at right angles.
    OutputError
        When the folder is not empty, or the disk is full.

    Notes
    -----
    CT Image Storage (PS3.3 A.3), 16 bits signed, Explicit VR Little Endian. Whole HU are kept
    exactly; others are rounded to the finest power of two that fits (1/16 HU for a range of 4095
    HU), which a notice says.
    """
    check_taken(image, "write_dicom", Image, Slices)
    _check(image)
    storage = Storage.fit(image.values)
    planes, thickness_mm, tilt_deg = _planes(image)
    options = {
        "PatientName": checked_text("patient_name", patient_name),
        "PatientID": checked_text("patient_id", patient_id),
        "StudyDescription": checked_text("study_description", study_description),
        "SeriesDescription": checked_text("series_description", series_description),
    }
    tags = {"SeriesDescription": f"Diaphane. {RESEARCH_USE}"}
    tags |= template_tags(Path(template) if template else None)
    tags |= {keyword: text for keyword, text in options.items() if text}
    number = Option("series_number", _SeriesNumber).validate(series_number)
    made = history_of(image)
    is_new = identifiers == "new"
    uids = Uids("" if is_new else f"{made.key} {sorted(tags.items())} {number}")
    now = datetime.now() if is_new else None  # DICOM dates are local
    series = series_dataset(tags, uids, series_number=number, now=now)
    describe_making(series, made)
    _describe_pixels(series, image, storage)
    width = max(4, len(str(len(planes))))
    with atomic_folder(folder, overwrite=overwrite) as part:
        for k, plane in enumerate(track(planes, "formats.write_dicom"), 1):
            place(series, plane, thickness_mm, tilt_deg)
            series.InstanceNumber = k
            series.SOPInstanceUID = uids.make(f"image {k}")
            series.PixelData = storage.stored(image.values[k - 1]).astype("<i2").tobytes()
            series.file_meta = file_meta(series.SOPInstanceUID)
            series.save_as(part / f"IM{k:0{width}}.dcm", enforce_file_format=True)
    return Path(folder)


def _check(image: Image | Slices) -> None:
    if image.quantity is not Quantity.HOUNSFIELD:
        otherwise = "write it as .nii.gz or .h5 instead"
        if image.quantity is Quantity.ATTENUATION:
            otherwise = f"ct.hounsfield makes it from attenuation; or {otherwise}"
        raise QuantityError(
            f"write_dicom: only CT in Hounsfield units can be written as DICOM so far, the image "
            f"must carry hounsfield, got {image.quantity.label}; {otherwise}"
        )
    if image.values.ndim != 3 or image.values.dtype.kind not in "iuf":
        raise QuantityError("write_dicom: the image must hold one real number per voxel")
    if isinstance(image, Image) and image.grid.unit != "mm":
        raise GeometryError("write_dicom: nobody knows the millimeters of this image")


def _planes(image: Image | Slices) -> tuple[list[Plane], float | None, float]:
    """Return the plane of each section, their thickness if it is known, and the gantry's tilt."""
    if isinstance(image, Slices):
        steps = zip(image.positions_mm, image.row_steps_mm, image.column_steps_mm)
        planes = [Plane(position, row, column) for position, row, column in steps]
        thickness_mm, tilt_deg = None, 0.0
    else:
        step, row, column = image.grid.affine.steps_mm
        origin = image.grid.affine.origin_mm
        planes = [Plane(origin + k * step, row, column) for k in range(image.grid.shape[0])]
        thickness_mm = float(abs(step @ planes[0].normal))
        tilt_deg = _gantry_tilt_deg(step, planes[0]) if image.grid.is_sheared else 0.0
    for k, plane in enumerate(planes):
        row, column = plane.row_step_mm, plane.column_step_mm
        cosine = abs(row @ column) / (np.linalg.norm(row) * np.linalg.norm(column))
        if cosine > _RIGHT_ANGLE:
            raise GeometryError(
                f"write_dicom: rows and columns must be at right angles, got a cosine of "
                f"{cosine:.2g} in slice {k}; resample the image onto an upright grid"
            )
    return planes, thickness_mm, tilt_deg


def _gantry_tilt_deg(step: DoubleArray, plane: Plane) -> float:
    """Return the tilt about the columns' direction; 0 where the shear runs another way."""
    column = plane.column_step_mm / np.linalg.norm(plane.column_step_mm)
    row = plane.row_step_mm / np.linalg.norm(plane.row_step_mm)
    if abs(step @ column) > 1e-3 * np.linalg.norm(step):
        return 0.0
    upward = step if step @ plane.normal > 0 else -step
    return float(np.rad2deg(np.arctan2(-(upward @ row), upward @ plane.normal)))


def _describe_pixels(series: Dataset, image: Image | Slices, storage: Storage) -> None:
    error = max(storage.error(section) for section in image.values)
    if error:
        notice("formats.rounded_to_store", step_hu=storage.slope, error_hu=round(error, 6))
    series.SamplesPerPixel = 1
    series.PhotometricInterpretation = "MONOCHROME2"
    series.Rows, series.Columns = image.values.shape[1:]
    series.BitsAllocated, series.BitsStored, series.HighBit = 16, 16, 15
    series.PixelRepresentation = 1
    series.RescaleSlope, series.RescaleIntercept = f"{storage.slope:g}", f"{storage.intercept:g}"
    series.RescaleType = "HU"
    series.WindowCenter, series.WindowWidth = ["40", "500"], ["400", "2000"]
    series.WindowCenterWidthExplanation = ["Soft tissue", "Bone"]
