"""NIfTI: volumes of research, ``.nii``, ``.nii.gz`` or ``.hdr`` with ``.img``.

NIfTI's world is RAS+, its array order (i, j, k) with i fastest; ours is LPS+ and (slice, row,
column), so that slices are k, rows j and columns i. A NIfTI file may say twice where its voxels
lie: the *sform* (any affine) and the *qform* (rotation and spacing). Where both are given and
disagree, one must be chosen by the reader, not by us.
"""

from pathlib import Path
from typing import Any, Literal

import nibabel
import numpy as np
from nibabel.fileholders import FileHolder
from nibabel.nifti1 import Nifti1Header
from nibabel.openers import ImageOpener

from diaphane.arrays import AnyArray, DoubleArray
from diaphane.errors import FormatError
from diaphane.formats.contents import Contents
from diaphane.formats.inflate import said_as_damage
from diaphane.formats.reading import checked_options, inspect_source, plain_text, read_source
from diaphane.formats.volume import Role, VolumeHeader, contents_of, value_of
from diaphane.image import Cine, Image, Labels
from diaphane.notices import notice
from diaphane.space import Affine, flip_ras_lps
from diaphane.units import Quantity

Form = Literal["agreed", "sform", "qform"]

_MM = {"mm": 1.0, "meter": 1000.0, "micron": 0.001}
_SECONDS = {"sec": 1.0, "msec": 1e-3, "usec": 1e-6}
_LABEL_INTENT = 1002
_COMMENT = 6
_SAME_MM = 0.001
_MOST_BEHIND = 2**24


@checked_options
def read_nifti(
    path: str | Path,
    *,
    as_labels: bool | None = None,
    quantity: str | None = None,
    form: Form = "agreed",
    time_step_s: float | None = None,
) -> Image | Labels | Cine:
    """Read a NIfTI file.

    Parameters
    ----------
    path : path
        ``.nii``, ``.nii.gz``, or the ``.hdr`` of a pair.
    as_labels : bool, optional
        Whether the values are labels; by default what the file's intent says.
    quantity : str, optional
        What the values measure (``"hounsfield"``); NIfTI cannot say it in its own words.
    form : {"agreed", "sform", "qform"}
        Which of the file's two statements of where the voxels lie to take; ``agreed`` refuses a
        file whose two statements differ by more than a voxel, and says so below that.
    time_step_s : number, optional
        From volume to volume of a 4-D file, where the file does not say it.

    Returns
    -------
    Image, Labels or Cine
        Values in (slice, row, column), a scale of the header applied (then float32).

    Raises
    ------
    FormatError
        When the file is not a whole NIfTI file, or cannot be placed in the patient.
    """
    path = Path(path)

    def read() -> Image | Labels | Cine:
        image = _load(path)
        header = _header(image, form)
        return value_of(
            header,
            _whole_elements(image),
            as_labels=as_labels,
            quantity=quantity,
            time_step_s=time_step_s,
        )

    return read_source(path, "NIfTI", read)


def inspect_nifti(path: str | Path) -> Contents:
    """Return what a NIfTI file holds, without reading its values."""
    path = Path(path)

    def look() -> Contents:
        image = _load(path)
        return contents_of(_header(image, "agreed"), path.name, "nifti", image.get_data_dtype())

    return inspect_source(path, "NIfTI", look)


def _load(path: Path) -> Any:
    if not path.exists():
        raise FileNotFoundError(2, "no such file", str(path))
    image = nibabel.load(path, mmap=False)
    if not isinstance(image.header, Nifti1Header):
        raise FormatError(f"is {type(image).__name__}, not NIfTI")
    return image


def _whole_elements(image: Any) -> AnyArray:
    """Return the values, their compressed file read to its end, where its checksum stands."""
    stream: Any
    with ImageOpener(image.file_map["image"].filename) as stream:
        files = {**image.file_map, "image": FileHolder(fileobj=stream)}
        opened = type(image).from_file_map(files, mmap=False)
        with said_as_damage("its voxels and their checksum"):
            values = _elements(opened)
            if len(stream.read(_MOST_BEHIND)) == _MOST_BEHIND:
                raise FormatError(f"holds more than {_MOST_BEHIND} bytes behind its voxels")
    return values


def _elements(image: Any) -> AnyArray:
    """Return the values, the slowest axis first, scaled where the header says so."""
    slope, inter = image.dataobj.slope, image.dataobj.inter
    if not (np.isfinite(slope) and np.isfinite(inter)):
        raise FormatError(f"has the scale {slope} and {inter}, expected finite numbers")
    raw = np.asarray(image.dataobj.get_unscaled()).T
    if raw.dtype.names:  # red, green, blue (and opacity) of one byte each
        return np.stack([raw[name] for name in raw.dtype.names])
    if (slope, inter) == (1, 0):
        return raw
    precise = np.float64 if raw.dtype.itemsize > 4 else np.float32
    scaled = raw * slope + inter if raw.dtype.kind == "c" else raw * float(slope) + float(inter)
    return scaled if raw.dtype.kind == "c" else scaled.astype(precise)


def _header(image: Any, form: Form) -> VolumeHeader:
    header = image.header
    intent = plain_text(header["intent_name"].item())
    known = {q.label: q for q in Quantity}
    axes = _axes(tuple(int(n) for n in image.shape))
    color = image.get_data_dtype().names
    if color:
        axes.append((len(color), "channel"))
    seconds = _SECONDS.get(header.get_xyzt_units()[1], 0.0)
    comments = _comments(header)
    return VolumeHeader(
        sizes=tuple(n for n, _ in axes),
        roles=tuple(role for _, role in axes),
        affine=_affine(header, image.shape, form),
        quantity=Quantity.COLOR if color else known.get(intent, Quantity.UNKNOWN),
        is_labels=int(header["intent_code"]) == _LABEL_INTENT,
        names={int(k): v for k, v in comments.get("names", {}).items()},
        channels=tuple(comments.get("channels", ())),
        time_step_s=float(header["pixdim"][4]) * seconds,
        first_time_s=float(header["toffset"]) * seconds,
    )


def _axes(sizes: tuple[int, ...]) -> list[tuple[int, Role]]:
    """Return sizes and roles: NIfTI fixes three axes in space, one in time, one of channels."""
    if len(sizes) > 5 and max(sizes[5:]) > 1:
        raise FormatError(f"has {len(sizes)} axes, expected 5 at most")
    roles: tuple[Role, ...] = ("space", "space", "space", "time", "channel")
    return [(n, role) for n, role in zip(sizes, roles) if n > 1 or role == "space"]


def _comments(header: Any) -> dict[str, Any]:
    """Return what :func:`write_nifti` noted in the file: names of labels and of channels."""
    import json

    for extension in header.extensions:
        if extension.get_code() == _COMMENT:
            try:
                noted = json.loads(plain_text(extension.get_content()))
            except ValueError:
                continue
            if isinstance(noted, dict) and noted.get("written_by") == "Diaphane":
                return noted
    return {}


def _affine(header: Any, shape: tuple[int, ...], form: Form) -> Affine:
    """Return the affine into LPS mm, of (slice, row, column)."""
    unit = header.get_xyzt_units()[0]
    if unit not in _MM:
        notice("formats.unit_assumed")
    ras = _chosen_form(header, shape, form)
    ras = np.diag([*3 * [_MM.get(unit, 1.0)], 1]) @ ras
    lps = flip_ras_lps(ras)
    return Affine(lps[:, [2, 1, 0, 3]])


def _chosen_form(header: Any, shape: tuple[int, ...], form: Form) -> DoubleArray:
    sform = header.get_sform() if header["sform_code"] > 0 else None
    qform = header.get_qform() if header["qform_code"] > 0 else None
    if form != "agreed":
        chosen = sform if form == "sform" else qform
        if chosen is None:
            raise FormatError(f"has no {form}; read it with form='agreed'")
        return chosen
    stated = [matrix for matrix in (sform, qform) if matrix is not None]
    if not stated:
        notice("formats.position_unknown")
        return header.get_base_affine()
    if len(stated) == 1:
        return stated[0]
    apart_mm = _apart_mm(stated[0], stated[1], shape)
    voxel_mm = np.linalg.norm(stated[0][:3, :3], axis=0).min()
    if not apart_mm <= max(voxel_mm, _SAME_MM):
        raise FormatError(
            f"its sform and qform put voxels up to {apart_mm:.3g} mm apart; "
            f"say which to take, form='sform' or form='qform'"
        )
    if apart_mm > _SAME_MM:
        notice("formats.forms_differ", apart_mm=round(float(apart_mm), 4))
    return stated[0]


def _apart_mm(a: DoubleArray, b: DoubleArray, shape: tuple[int, ...]) -> float:
    last = (*shape, 1, 1)[:3]
    corners = np.array(np.meshgrid(*[(0, n - 1) for n in last])).reshape(3, -1)
    apart = (a - b)[:3, :3] @ corners + (a - b)[:3, 3:]
    return float(np.linalg.norm(apart, axis=0).max())
