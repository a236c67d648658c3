"""MetaImage, the format of ITK and VTK: ``.mha``, or ``.mhd`` with its data beside.

The header is text, ``Key = value`` a line; ``ElementDataFile`` is the last. Positions are LPS
millimeters, axes go from the fastest to the slowest, and the n-th row of ``TransformMatrix`` is the
direction of the n-th axis.
"""

from pathlib import Path

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.errors import FormatError
from diaphane.formats.contents import Contents
from diaphane.formats.metaimage_header import (
    MetaText,
    metaimage_dtype,
    metaimage_source,
    parse_metaimage,
)
from diaphane.formats.raw_elements import read_elements
from diaphane.formats.reading import checked_options, inspect_source, read_source
from diaphane.formats.volume import Role, VolumeHeader, contents_of, lps_affine, value_of
from diaphane.image import Cine, Image, Labels
from diaphane.notices import notice
from diaphane.space import axis_letters

_MM = {"": 1.0, "?": 1.0, "mm": 1.0, "um": 0.001, "cm": 10.0}
_OPPOSITE = dict(zip("RLAPIS", "LRPASI"))


@checked_options
def read_metaimage(
    path: str | Path,
    *,
    as_labels: bool | None = None,
    quantity: str | None = None,
    time_step_s: float | None = None,
) -> Image | Labels | Cine:
    """Read a MetaImage.

    Parameters
    ----------
    path : path
        The header: ``.mha`` or ``.mhd``.
    as_labels : bool, optional
        Whether the values are labels.
    quantity : str, optional
        What the values measure (``"hounsfield"``); MetaImage does not say.
    time_step_s : number, optional
        From volume to volume of a 4-D file; MetaImage does not say its unit.

    Raises
    ------
    FormatError
        When the header is wrong, or the data is not there in full.
    """
    path = Path(path)

    def read() -> Image | Labels | Cine:
        parsed = parse_metaimage(path)
        header = _header(parsed)
        return value_of(
            header,
            _elements(path, parsed, header),
            as_labels=as_labels,
            quantity=quantity,
            time_step_s=time_step_s,
        )

    return read_source(path, "MetaImage", read)


def inspect_metaimage(path: str | Path) -> Contents:
    """Return what a MetaImage holds, without reading its values."""
    path = Path(path)

    def look() -> Contents:
        parsed = parse_metaimage(path)
        return contents_of(_header(parsed), path.name, "metaimage", metaimage_dtype(parsed))

    return inspect_source(path, "MetaImage", look)


def _header(parsed: MetaText) -> VolumeHeader:
    sizes = parsed.numbers("DimSize")
    n_axes = int((parsed.numbers("NDims") or [0])[0])
    if sizes is None or n_axes not in (2, 3, 4) or len(sizes) < n_axes:
        raise FormatError(f"has NDims = {n_axes} and DimSize = {sizes}, expected 2, 3 or 4 sizes")
    sizes = tuple(int(n) for n in sizes[:n_axes])
    roles: tuple[Role, ...] = ("space", "space", "space", "time")[:n_axes]
    n_channels = int((parsed.numbers("ElementNumberOfChannels") or [1])[0])
    spatial = min(n_axes, 3)
    spacing = _first_axes(parsed, ("ElementSpacing", "ElementSize"), n_axes, np.ones(n_axes))
    if not (spacing[:spatial] > 0).all():
        raise FormatError(f"ElementSpacing must be > 0, got {spacing.tolist()}")
    origin = _first_axes(parsed, ("Offset", "Position", "Origin"), n_axes, np.zeros(n_axes))
    directions = _directions(parsed, n_axes)
    scale = _MM.get(parsed.fields.get("DistanceUnits", ""), 0.0)
    if not scale:
        raise FormatError(
            f"DistanceUnits must be mm, um or cm, got {parsed.fields['DistanceUnits']}"
        )
    steps = np.zeros((spatial, 3))
    steps[:, :spatial] = directions[:spatial, :spatial] * spacing[:spatial, None] * scale
    first = np.zeros(3)
    first[:spatial] = origin[:spatial] * scale
    _tell_contradiction(parsed, steps)
    return VolumeHeader(
        sizes=((n_channels,) if n_channels > 1 else ()) + sizes,
        roles=(("channel",) if n_channels > 1 else ()) + roles,
        affine=lps_affine(steps, first),
    )


def _first_axes(
    parsed: MetaText, names: tuple[str, ...], n_axes: int, otherwise: AnyArray
) -> AnyArray:
    given = parsed.numbers(*names)
    if given is None:
        return otherwise
    if len(given) < n_axes or not np.isfinite(given).all():
        raise FormatError(f"{names[0]} must be {n_axes} finite numbers, got {given}")
    return np.array(given[:n_axes])


def _directions(parsed: MetaText, n_axes: int) -> AnyArray:
    """Return the direction of each axis, one a row."""
    given = parsed.numbers("TransformMatrix", "Rotation", "Orientation")
    if given is None:
        return np.eye(n_axes)
    if len(given) != n_axes * n_axes:
        raise FormatError(f"TransformMatrix must be {n_axes * n_axes} numbers, got {len(given)}")
    return np.array(given).reshape(n_axes, n_axes)


def _tell_contradiction(parsed: MetaText, steps: AnyArray) -> None:
    """Say when AnatomicalOrientation, which names where each axis starts, differs."""
    letters = parsed.fields.get("AnatomicalOrientation", "").upper()
    if len(letters) != 3 or not set(letters) <= set("RLAPSI") or len(steps) != 3:
        return
    toward = [axis_letters(step)[0].replace("H", "S").replace("F", "I") for step in steps]
    if [_OPPOSITE[letter] for letter in letters] != toward:
        notice(
            "formats.orientation_differs", said=letters, used="".join(_OPPOSITE[x] for x in toward)
        )


def _elements(path: Path, parsed: MetaText, header: VolumeHeader) -> AnyArray:
    elements = read_elements(metaimage_source(path, parsed), header.sizes, metaimage_dtype(parsed))
    slope = (parsed.numbers("ElementToIntensityFunctionSlope") or [1.0])[0]
    shift = (parsed.numbers("ElementToIntensityFunctionOffset") or [0.0])[0]
    return elements if (slope, shift) == (1, 0) else (elements * slope + shift).astype(np.float32)
