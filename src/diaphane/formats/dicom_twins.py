"""Several images of one plane: a twin is left out, with a notice; anything else is refused."""

from collections.abc import Sequence

import numpy as np

from diaphane.errors import FormatError
from diaphane.formats.dicom_frame import Frame, Header
from diaphane.formats.dicom_geometry import TOLERANCE_MM, plane_of
from diaphane.formats.dicom_pixels import read_stored
from diaphane.notices import notice


def without_twins(frames: Sequence[Frame]) -> tuple[Frame, ...]:
    """Return ordered frames, one of each plane: a twin with the same pixels is left out.

    Raises
    ------
    FormatError
        When two different images lie in one plane.
    """
    kept = [frames[0]]
    for frame in frames[1:]:
        apart = plane_of(frame).position_mm - plane_of(kept[-1]).position_mm
        if abs(apart @ plane_of(frames[0]).normal) > TOLERANCE_MM:
            kept.append(frame)
        elif np.linalg.norm(apart) > TOLERANCE_MM or not _are_twins(kept[-1], frame):
            raise FormatError(_told_twins(kept[-1], frame))
    if len(kept) < len(frames):
        notice("formats.twins_skipped", images=len(frames) - len(kept))
    return tuple(kept)


def _are_twins(one: Frame, other: Frame) -> bool:
    if one.rescale != other.rescale or one.header.padding != other.header.padding:
        return False
    a = read_stored(one.header.path, one.header.shape)[one.index]
    b = read_stored(other.header.path, other.header.shape)[other.index]
    return bool(np.array_equal(a, b))


def _told_twins(one: Frame, other: Frame) -> str:
    where = ", ".join(f"{x:g}" for x in plane_of(one).position_mm)
    a, b = _telling(one.header), _telling(other.header)
    differing = [
        f"{key} {a.get(key)} and {b.get(key)}" for key in a | b if a.get(key) != b.get(key)
    ]
    by = f" (they differ in {', '.join(differing)})" if differing else ""
    return (
        f"{one.header.path.name} (frame {one.index + 1}) and {other.header.path.name} "
        f"(frame {other.index + 1}) are different images of one plane at ({where}) mm{by}; "
        f"read a list of files with one image per plane"
    )


def _telling(header: Header) -> dict[str, str | int | float]:
    return {**header.facts, "image type": "/".join(header.image_type)}
