"""A writer or a bridge given a value that it does not take says so, with the mend."""

from inspect import unwrap
from typing import Any

import numpy as np
import pytest

from diaphane import formats
from diaphane.errors import InputError
from diaphane.image import Image, Picture, Slices
from diaphane.space import Grid
from diaphane.units import Quantity

UNEVEN = Slices(
    values=np.zeros((2, 3, 4), np.float32),
    positions_mm=np.array([[0.0, 0, 0], [0, 0, 2]]),
    row_steps_mm=np.array([[0.0, 1, 0]] * 2),
    column_steps_mm=np.array([[1.0, 0, 0]] * 2),
    quantity=Quantity.HOUNSFIELD,
)
GRID = Grid.centered((2, 3, 4), 0.5)
IMAGE = Image(np.zeros((2, 3, 4), np.float32), GRID, Quantity.HOUNSFIELD)
PICTURE = Picture(np.zeros((2, 2, 3), np.uint8))


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("to_simpleitk", UNEVEN, "takes Image or Labels, got Slices; image.from_slices makes"),
        ("to_simpleitk", PICTURE, "to_simpleitk takes Image or Labels, got Picture$"),
        ("to_xarray", UNEVEN, "takes Image or Labels, got Slices; image.from_slices makes"),
        ("from_simpleitk", IMAGE, "takes a SimpleITK image, got Image"),
        ("write_nifti", UNEVEN, "takes Image, Labels or Cine, got Slices; image.from_slices makes"),
        ("write_nifti", PICTURE, "got Picture; write_store holds every value"),
        ("write_stl", IMAGE, "takes Surface, got Image; surface.isosurface makes"),
        ("write_ply", IMAGE, "takes Surface, got Image; surface.isosurface makes"),
        ("write_gltf", IMAGE, "takes Surface, got Image; surface.isosurface makes"),
        ("write_png", IMAGE, "takes Picture, got Image; render.plane makes"),
        ("write_dicom", PICTURE, "takes Image or Slices, got Picture"),
    ],
)
def test_a_value_of_another_type_is_refused(
    name: str, value: Any, sentence: str, tmp_path: Any
) -> None:
    function: Any = unwrap(getattr(formats, name))  # without the checks of types in tests
    places = (tmp_path / "a.nii",) if name.startswith("write_") else ()
    with pytest.raises(InputError, match=sentence):
        function(value, *places)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("quantity", [Quantity.AMPLITUDE, Quantity.UNKNOWN, Quantity.ATTENUATION])
def test_dicom_takes_hounsfield_units_only_and_says_what_to_write(
    quantity: Quantity, tmp_path: Any
) -> None:
    image = Image(IMAGE.values, GRID, quantity)
    with pytest.raises(InputError, match=r"only CT in Hounsfield units.*as \.nii\.gz or \.h5"):
        formats.write_dicom(image, tmp_path / "out")
    assert not list(tmp_path.iterdir())
