"""The parts of a DICOM CT image that are no pixels: whose it is, what made it, where it lies."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian
from pydicom.valuerep import format_number_as_ds

from diaphane.arrays import DoubleArray
from diaphane.errors import FormatError, OptionError
from diaphane.formats.dicom_frame import Plane
from diaphane.history import History

RESEARCH_USE = "Research and teaching only, not for diagnosis."
_IMPLEMENTATION_UID = UID("2.25.276031262361349370254803741936155104293")
_FROM_TEMPLATE = (
    *("PatientName", "PatientID", "PatientBirthDate", "PatientSex"),
    *("StudyInstanceUID", "StudyDate", "StudyTime", "StudyID", "StudyDescription"),
    *("AccessionNumber", "ReferringPhysicianName", "FrameOfReferenceUID"),
    *("PositionReferenceIndicator", "PatientPosition", "BodyPartExamined"),
)
_LONGEST = {"ST": 1024, "LT": 10240, "LO": 64, "SH": 16}


@dataclass(frozen=True)
class Uids:
    """Where new unique identifiers come from (PS3.5 B.2: ``2.25.`` and a UUID)."""

    seed: str = ""
    """The same seed gives the same identifiers; empty for new ones."""

    def make(self, role: str) -> UID:
        """Return the identifier for one role (``series``, ``image 3``)."""
        if not self.seed:
            return UID(f"2.25.{uuid.uuid4().int}")
        number = uuid.uuid5(uuid.NAMESPACE_OID, f"diaphane {self.seed} {role}").int
        return UID(f"2.25.{number}")


def template_tags(template: Path | None) -> dict[str, str]:
    """Return the tags of patient and study that a derived series takes over from its source.

    Raises
    ------
    FormatError
        When the template is no DICOM file.
    """
    if template is None:
        return {}
    try:
        dataset = pydicom.dcmread(template, stop_before_pixels=True)
    except Exception as error:
        raise FormatError(f"{template}: the template must be a DICOM file: {error}") from error
    return {key: str(dataset.get(key)) for key in _FROM_TEMPLATE if dataset.get(key)}


def checked_text(option: str, text: str, longest: int = 64) -> str:
    """Return a text that DICOM can hold.

    Raises
    ------
    OptionError
        When it is too long, or holds a backslash or a control character.
    """
    if len(text) > longest:
        raise OptionError(f"{option} must have at most {longest} characters, got {len(text)}")
    if "\\" in text or not text.isprintable():
        raise OptionError(f"{option} must hold no backslash and no control character")
    return text


def series_dataset(
    tags: dict[str, str], uids: Uids, *, series_number: int, now: datetime | None
) -> Dataset:
    """Return what all images of a new CT series say alike.

    Parameters
    ----------
    tags : dict
        Patient, study and series tags by keyword; what is left out stays empty or is made up.
    uids : Uids
        Where new identifiers come from.
    series_number : int
        The series' number in its study.
    now : datetime, optional
        When it is written; left out, no date is given.
    """
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.SOPClassUID = CTImageStorage
    empty = ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "Laterality")
    for keyword in (*empty, "AccessionNumber", "ReferringPhysicianName"):
        setattr(dataset, keyword, "")
    dataset.StudyID = "1"
    dataset.StudyInstanceUID = uids.make("study")
    dataset.SeriesInstanceUID = uids.make("series")
    dataset.FrameOfReferenceUID = uids.make("frame of reference")
    dataset.PositionReferenceIndicator = ""
    dataset.PatientPosition = "HFS"
    dataset.StudyDate = now.strftime("%Y%m%d") if now else ""
    dataset.StudyTime = now.strftime("%H%M%S") if now else ""
    if now:
        dataset.SeriesDate, dataset.SeriesTime = dataset.StudyDate, dataset.StudyTime
        dataset.ContentDate, dataset.ContentTime = dataset.StudyDate, dataset.StudyTime
    for keyword, text in tags.items():
        setattr(dataset, keyword, text)
    dataset.Modality = "CT"
    dataset.SeriesNumber = series_number
    dataset.Manufacturer = "Diaphane"
    dataset.ManufacturerModelName = "Diaphane"
    dataset.SoftwareVersions = program_version()
    dataset.ImageType = ["DERIVED", "SECONDARY", "AXIAL"]
    dataset.AcquisitionNumber = None
    dataset.KVP = None
    dataset.BurnedInAnnotation = "NO"
    return dataset


def describe_making(dataset: Dataset, history: History | None) -> None:
    """Write into `dataset` how its image was made; file names, which may name a person, are not."""
    steps = [h for h in history.walk() if h.step] if history else []
    told = [f"{h.step}({', '.join(f'{k}={v}' for k, v in h.options.items())})" for h in steps]
    made = f"Made by Diaphane {program_version()}"
    if told:
        made += ": " + " > ".join(told)
    notices = sorted({notice.code for h in steps for notice in h.notices})
    said = f" Notices: {', '.join(notices)}." if notices else ""
    key = f" Key {history.key}." if history else ""
    dataset.DerivationDescription = _shortened(made, _LONGEST["ST"])
    dataset.ImageComments = _shortened(f"{RESEARCH_USE}{said}{key}", _LONGEST["LT"])


def place(dataset: Dataset, plane: Plane, thickness_mm: float | None, tilt_deg: float) -> None:
    """Write into `dataset` where its section lies."""
    row, column = plane.row_step_mm, plane.column_step_mm
    spacing = np.array([np.linalg.norm(row), np.linalg.norm(column)], dtype=np.float64)
    directions = np.concatenate([column / spacing[1], row / spacing[0]])
    dataset.ImagePositionPatient = _decimals(plane.position_mm)
    dataset.ImageOrientationPatient = _decimals(directions)
    dataset.PixelSpacing = _decimals(spacing)
    dataset.SliceThickness = None if thickness_mm is None else format_number_as_ds(thickness_mm)
    dataset.SliceLocation = format_number_as_ds(float(plane.position_mm @ plane.normal))
    if tilt_deg:
        dataset.GantryDetectorTilt = format_number_as_ds(round(tilt_deg, 4))


def file_meta(instance_uid: UID) -> FileMetaDataset:
    """Return the head of a file."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = instance_uid
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = _IMPLEMENTATION_UID
    meta.ImplementationVersionName = "DIAPHANE"
    return meta


def program_version() -> str:
    """Return the version of Diaphane."""
    try:
        return version("diaphane")
    except PackageNotFoundError:
        return "unknown"


def _decimals(numbers: DoubleArray) -> list[str]:
    """Return numbers with as many digits as a decimal string holds (16 characters)."""
    return [format_number_as_ds(float(x)) for x in numbers]


def _shortened(text: str, longest: int) -> str:
    plain = "".join(c if c.isprintable() and c != "\\" else " " for c in text)
    return plain if len(plain) <= longest else plain[: longest - 2] + " …"
