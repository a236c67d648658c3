"""Writing NIfTI: an export of images, labels and cines that every research program reads."""

import json
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
from nibabel.nifti1 import Nifti1Extension

from diaphane.arrays import AnyArray
from diaphane.errors import InputError
from diaphane.formats.atomic import atomic_file
from diaphane.formats.taken import check_taken
from diaphane.image import Cine, Image, Labels
from diaphane.space import flip_ras_lps

_SCANNER = 1
_STORED_AS = {"bool": "uint8", "float16": "float32"}


def write_nifti(value: Image | Labels | Cine, path: str | Path, *, overwrite: bool = False) -> None:
    """Write an image, labels or a cine as NIfTI-1.

    Values keep their type and are not scaled; sheared grids are held by the sform. What the
    values measure stands in ``intent_name``; names of labels and channels in a comment.

    Parameters
    ----------
    value : Image, Labels or Cine
        What to write.
    path : path
        ``.nii`` or ``.nii.gz``.
    overwrite : bool
        Whether a file that stands there may be replaced.

    Raises
    ------
    InputError
        When the value, or the file's ending, is none of these.
    OutputError
        When the file cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from diaphane.formats import read_nifti
    >>> from diaphane.image import Quantity
    >>> from diaphane.space import Grid
    >>> image = Image(np.zeros((2, 3, 4)), Grid.centered((2, 3, 4), 0.5), Quantity.HOUNSFIELD)
    >>> with TemporaryDirectory() as folder:
    ...     write_nifti(image, f"{folder}/image.nii.gz")
    ...     read_nifti(f"{folder}/image.nii.gz").grid.is_close(image.grid)
    True
    """
    path = Path(path)
    if not path.name.lower().endswith((".nii", ".nii.gz")):
        raise InputError(f"a NIfTI file ends in .nii or .nii.gz, got {path.name}")
    check_taken(value, "write_nifti", Image, Labels, Cine)
    elements = _elements(value)
    image = nibabel.Nifti1Image(elements, None, dtype=elements.dtype)
    _place(image, value)
    _describe(image.header, value)
    with atomic_file(path, overwrite=overwrite) as part:
        nibabel.save(image, part)


def _elements(value: Image | Labels | Cine) -> AnyArray:
    """Return the values as (i, j, k, time, channel)."""
    values = value.values
    stored = _STORED_AS.get(values.dtype.name, values.dtype.name)
    if values.dtype.itemsize > 8 and values.dtype.kind == "f":
        raise InputError(f"NIfTI files hold floats of 64 bits at most, got {values.dtype}")
    values = values.astype(np.dtype(stored), copy=False)
    has_channels = bool(getattr(value, "channels", ()))
    has_times = isinstance(value, Cine)
    if has_channels:
        values = np.moveaxis(values, -1, 0)
        if not has_times:
            values = values[:, None]
    return values.T


def _place(image: Any, value: Image | Labels | Cine) -> None:
    header = image.header
    header.set_xyzt_units("mm" if value.grid.unit == "mm" else "unknown", "sec")
    ras = flip_ras_lps(value.grid.affine.matrix[:, [2, 1, 0, 3]])
    if value.grid.unit == "mm":
        image.set_sform(ras, code=_SCANNER)
        if value.grid.is_sheared:
            image.set_qform(None, code=0)
            header["pixdim"][1:4] = value.grid.spacing_mm[::-1]
        else:
            image.set_qform(ras, code=_SCANNER)
    if isinstance(value, Cine):
        _write_times(header, value)


def _write_times(header: Any, cine: Cine) -> None:
    steps_s = np.diff(cine.times_s)
    if len(steps_s) and not np.allclose(steps_s, steps_s.mean(), rtol=1e-4, atol=0):
        raise InputError(
            "NIfTI holds evenly spaced times only, and these are not; write_store keeps them"
        )
    header["pixdim"][4] = steps_s.mean() if len(steps_s) else 0
    header["toffset"] = cine.times_s[0]


def _describe(header: Any, value: Image | Labels | Cine) -> None:
    noted: dict[str, Any] = {}
    if isinstance(value, Labels):
        header.set_intent("label")
        noted = {"names": {str(k): v for k, v in value.names.items()}} if value.names else {}
    else:
        if value.channels:
            header.set_intent("vector")
            noted = {"channels": value.channels}
        header["intent_name"] = value.quantity.label.encode()
    if noted:
        text = json.dumps({"written_by": "Diaphane", **noted})
        header.extensions.append(Nifti1Extension(6, text.encode()))
    header["descrip"] = b"Diaphane"
