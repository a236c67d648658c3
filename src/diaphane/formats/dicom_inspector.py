"""What series there are in DICOM files, and what reading each would give."""

from typing import Literal

from diaphane.errors import FormatError
from diaphane.formats.contents import Contents, Item
from diaphane.formats.dicom_files import scan
from diaphane.formats.dicom_geometry import (
    TOLERANCE_MM,
    Placement,
    fit_grid,
    in_order,
    plane_of,
    thickness_mm,
    tilt_deg,
)
from diaphane.formats.dicom_pixels import quantity_of
from diaphane.formats.dicom_series import Stack, check_stack, stacks_of
from diaphane.formats.source import Source, name_of
from diaphane.notices import collect_notices


def inspect_dicom(source: Source) -> Contents:
    """Return what series there are, without reading pixels and without a word about a person.

    Raises
    ------
    FormatError
        When no file can be read at all.
    """
    with collect_notices():
        found = scan(source, is_strict=False)
        items = tuple(_item(stack) for stack in stacks_of(found.frames))
    return Contents(name_of(source), "dicom", items, found.remarks)


def _item(stack: Stack) -> Item:
    """Return what reading a stack would give."""
    header, frames = stack.header, stack.frames
    facts: dict[str, str | int | float] = {
        "modality": header.modality,
        "description": header.description,
        "series_number": header.series_number,
        "images": len(frames),
        **header.facts,
    }
    kind, spacing = _kind_and_spacing(stack, facts)
    shape = (len(frames), *header.shape)
    quantity = quantity_of(frames).label
    return Item(stack.name, kind, shape, spacing, quantity, facts)


def _kind_and_spacing(
    stack: Stack, facts: dict[str, str | int | float]
) -> tuple[Literal["Image", "Slices", "Cine", ""], tuple[float, ...]]:
    header, frames = stack.header, stack.frames
    try:
        check_stack(stack)
    except FormatError as error:
        facts["refused"] = str(error)
        return "", ()
    if frames[0].plane is None:
        spacing = () if header.spacing_mm is None else (thickness_mm(frames), *header.spacing_mm)
        return "Image" if len(frames) == 1 else "Cine", spacing
    frames = in_order(frames)
    placement = Placement.of([plane_of(frame) for frame in frames])
    if len(frames) > 1 and placement.gaps_mm.min() <= TOLERANCE_MM:
        facts["several_images_in_one_plane"] = int((placement.gaps_mm <= TOLERANCE_MM).sum())
        return "", ()
    grid, deviation_mm = fit_grid(placement, header.shape, thickness_mm(frames))
    if deviation_mm <= TOLERANCE_MM:
        if grid.is_sheared:
            facts["tilt_deg"] = round(tilt_deg(grid), 2)
        return "Image", tuple(round(x, 6) for x in grid.spacing_mm)
    facts["smallest_gap_mm"] = round(float(placement.gaps_mm.min()), 3)
    facts["largest_gap_mm"] = round(float(placement.gaps_mm.max()), 3)
    return "Slices", tuple(round(x, 6) for x in grid.spacing_mm)
