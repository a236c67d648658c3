"""DICOM folders, lists of files and single files as values.

Evenly spaced sections become an :class:`~diaphane.image.Image` (on a sheared grid where the
gantry was tilted), all others :class:`~diaphane.image.Slices`; either way each section lies
within 0.001 mm of where its header puts it. Slice 0 is the lowest along the normal. Pictures
without a place in the patient become an image whose millimeters nobody knows, or a
:class:`~diaphane.image.Cine` where they move.
"""

from typing import Annotated

import numpy as np

from diaphane import history
from diaphane.errors import FormatError
from diaphane.formats.dicom_files import scan
from diaphane.formats.dicom_geometry import (
    TOLERANCE_MM,
    Placement,
    fit_grid,
    in_order,
    plane_of,
    say_why_uneven,
    thickness_mm,
    tilt_deg,
)
from diaphane.formats.dicom_inspector import inspect_dicom
from diaphane.formats.dicom_pixels import quantity_of, read_values
from diaphane.formats.dicom_series import Stack, check_stack, choose, stacks_of
from diaphane.formats.dicom_twins import without_twins
from diaphane.formats.source import Source, name_of
from diaphane.image import Cine, Image, Slices
from diaphane.notices import collect_notices, notice
from diaphane.options import Option, Range
from diaphane.space import Affine, Grid

__all__ = ["inspect_dicom", "read_dicom"]

_Tolerance = Annotated[float, Range(TOLERANCE_MM, 1, scale="log", unit="mm")]
_Value = Annotated[float, Range(-1e6, 1e6)]


def read_dicom(
    source: Source,
    *,
    series: str | int = "",
    tolerance_mm: _Tolerance = TOLERANCE_MM,
    padding: _Value | None = None,
) -> Image | Slices | Cine:
    """Return one series of DICOM images.

    Parameters
    ----------
    source : path or list of paths
        A folder (with all below it), a file, or a list of files.
    series : str or int
        Which one, where there are several: its number, its UID, or the name that
        :func:`inspect_dicom` gives.
    tolerance_mm : float
        How far a section may lie from its header's place for the series to become one grid.
        More than 0.001 mm is said by a notice.
    padding : float, optional
        The value for pixels that the header marks as never measured; by default they keep theirs.

    Returns
    -------
    Image, Slices or Cine
        Gray values are float32 (HU for CT), colors 8-bit. Slice 0 is the lowest along the normal,
        which is the cross product of the directions along a row and along a column.

    Raises
    ------
    OptionError
        When an option is out of its bounds.
    FormatError
        When there are several series and none is named; when a file is damaged, compressed in a
        way that cannot be opened, or its header is incomplete; when two different images lie in
        one plane.

    Notes
    -----
    Affine: DICOM PS3.3 C.7.6.2.1.1, with the third column taken from the sections' positions,
    not from Slice Thickness or Spacing Between Slices; row and column in array order.
    """
    name = name_of(source)
    tolerance_mm = Option("tolerance_mm", _Tolerance).validate(tolerance_mm)
    padding = Option("padding", _Value | None).validate(padding)
    with collect_notices() as said:
        found = scan(source, is_strict=True)
        stack = choose(stacks_of(found.frames), series, name)
        value = _value_of(stack, tolerance_mm, padding)
    history.record_source(value, name, tuple(said))
    return value


def _value_of(stack: Stack, tolerance_mm: float, padding: float | None) -> Image | Slices | Cine:
    check_stack(stack)
    if stack.frames[0].plane is None:
        return _picture(stack, padding)
    frames = without_twins(in_order(stack.frames))
    placement = Placement.of([plane_of(frame) for frame in frames])
    header = stack.header
    grid, deviation_mm = fit_grid(placement, header.shape, thickness_mm(frames))
    quantity = quantity_of(frames)
    if deviation_mm > tolerance_mm:
        if header.is_color:
            raise FormatError(f"{stack}: colored sections must be evenly spaced to be read")
        say_why_uneven(placement, deviation_mm)
        return Slices(
            values=read_values(frames, padding=padding),
            positions_mm=placement.positions_mm,
            row_steps_mm=placement.row_steps_mm,
            column_steps_mm=placement.column_steps_mm,
            quantity=quantity,
        )
    if deviation_mm > TOLERANCE_MM:
        notice("formats.positions_moved", deviation_mm=round(deviation_mm, 4))
    if grid.is_sheared:
        notice("formats.sheared", tilt_deg=round(tilt_deg(grid), 2))
    return Image(read_values(frames, padding=padding), grid, quantity)


def _picture(stack: Stack, padding: float | None) -> Image | Cine:
    """Return an image, or a moving one, that says no place in the patient."""
    header = stack.header
    values = read_values(stack.frames, padding=padding)
    quantity, channels = quantity_of(stack.frames), ()
    if header.is_color:
        channels = ("red", "green", "blue")
    rows, columns = header.shape
    if header.spacing_mm is None:
        notice("formats.no_millimeters")
        grid = Grid.of_pixels(rows, columns)
    else:
        notice("formats.no_position")
        spacing = (thickness_mm(stack.frames), *header.spacing_mm)
        grid = Grid((1, rows, columns), Affine.from_spacing(spacing))
    if header.times_s is None:
        return Image(values, grid, quantity, channels)
    return Cine(values[:, np.newaxis], grid, header.times_s, quantity, channels)
