"""Where things are: affines, grids, anatomical axes. No pixels here.

The world is **LPS+ in millimeters**, as in DICOM: x grows toward the patient's left, y toward the
back (posterior), z toward the head (superior). Indices are in array order, ``(slice, row,
column)``; index 0 is the *center* of the first voxel. A :class:`Grid` maps one to the other::

    point_mm = A @ (slice, row, column, 1)

and the columns of ``A`` may be sheared, as a tilted gantry makes them.
"""

from diaphane.space.affine import Affine
from diaphane.space.axes import axis_letters, flip_ras_lps, upright_spacing_mm
from diaphane.space.grid import Grid
from diaphane.space.options import GridOptions

__all__ = ["Affine", "Grid", "GridOptions", "axis_letters", "flip_ras_lps", "upright_spacing_mm"]
