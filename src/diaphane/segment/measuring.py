"""How large a labeled structure is."""

from typing import Annotated

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.image import Labels, Measurement
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.progress import track
from diaphane.segment.checks import voxel_ml
from diaphane.step import step

_HALF_VOXEL = 0.475  # 95 % of the shifts that are equally likely up to half a voxel either way
_FACES = 1.5  # area of the faces of voxels over that of the surface, mean over its directions

Label = Annotated[int, Range(1, 65_535, scale="log")]
"""The number of one structure."""


@step(version=1)
def volume(labels: Labels, *, label: Label | None = None) -> Measurement:
    """Return the volume of a structure in milliliters.

    Parameters
    ----------
    labels : Labels
        On a grid in millimeters.
    label : int, optional
        Which structure; by default all of them together.

    Returns
    -------
    Measurement
        The volume of all its voxels, in mL. The interval supposes that the true surface lies
        anywhere within half a voxel of the labeled one, on all sides alike, as when the threshold
        is a little too low or too high; it is the range of 95 % of such shifts.

    Raises
    ------
    GeometryError
        When the grid is not in millimeters.

    Notes
    -----
    A shift by a share s of a voxel changes the volume by s V f / 1.5, with V the volume of a
    voxel and f the number of voxel faces between inside and outside: of a surface that looks in
    all directions equally, the faces have 1.5 times the area. Faces at the border of the grid do
    not count; where there are some, a notice says that the structure is cut.
    """
    one_ml = voxel_ml(labels, "segment.volume")
    n_voxels, n_faces, n_cut = 0, 0, 0
    before: AnyArray | None = None
    last = len(labels.values) - 1
    for k, part in enumerate(track(labels.values, "segment.volume")):
        inside = part != 0 if label is None else part == label
        n_voxels += int(inside.sum())
        n_faces += int((inside[1:] != inside[:-1]).sum() + (inside[:, 1:] != inside[:, :-1]).sum())
        n_faces += 0 if before is None else int((inside != before).sum())
        n_cut += int(inside[[0, -1]].sum() + inside[:, [0, -1]].sum())
        n_cut += int(inside.sum()) * ((k == 0) + (k == last)) if last else 0
        before = inside
    if n_cut:
        notice("segment.cut_by_the_border", faces=n_cut)
    name = _name(labels, label)
    half = _HALF_VOXEL * n_faces / _FACES
    interval = max(n_voxels - half, 0.0) * one_ml, (n_voxels + half) * one_ml
    return Measurement(n_voxels * one_ml, "mL", interval, name=f"volume of {name}")


def _name(labels: Labels, label: int | None) -> str:
    if label is not None:
        return labels.names.get(label, f"label {label}")
    present = [labels.names.get(int(k), f"label {k}") for k in np.unique(labels.values) if k]
    return ", ".join(present) if 0 < len(present) <= 3 else "all structures"
