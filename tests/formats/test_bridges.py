"""NumPy, DLPack, SimpleITK and xarray: there and back, in the same place, or refused aloud."""

import sys
from typing import Any

import numpy as np
import pytest
import SimpleITK
import xarray
from hypothesis import given

from diaphane.errors import GeometryError, InputError, OptionError
from diaphane.formats import (
    from_dlpack,
    from_simpleitk,
    from_xarray,
    to_numpy,
    to_simpleitk,
    to_xarray,
)
from diaphane.image import Image, Labels, Measurement, Picture, Quantity
from diaphane.space import Affine, Grid
from diaphane.testing import grids, images, label_maps

RNG = np.random.default_rng(2)
# Slices run to the left, rows downward, columns backward: along the axes, but in no usual order.
SAGITTAL = Grid(
    (2, 3, 4),
    Affine.from_columns(np.array([(2.0, 0, 0), (0, 0, -0.5), (0, 0.7, 0)]), np.array([9.0, -8, 7])),
)
IMAGE = Image(RNG.normal(size=(2, 3, 4)).astype("f4"), SAGITTAL, Quantity.HOUNSFIELD)


def test_numpy_gets_a_copy_that_may_be_written_into() -> None:
    values = to_numpy(IMAGE)
    values[0, 0, 0] = 99
    assert IMAGE.values[0, 0, 0] != 99
    assert to_numpy(Picture(np.zeros((2, 2, 3), np.uint8))).shape == (2, 2, 3)
    with pytest.raises(InputError, match="no single array"):
        to_numpy(Measurement(1.0, "mm"))


def test_dlpack_tensors_come_in_as_copies() -> None:
    tensor = RNG.normal(size=(2, 3, 4))
    image = from_dlpack(tensor, grid=SAGITTAL, quantity=Quantity.ATTENUATION)
    tensor[0, 0, 0] = 99
    assert image.values[0, 0, 0] != 99
    assert image.history.name == "numpy tensor"
    with pytest.raises(InputError, match="DLPack"):
        from_dlpack([1, 2], grid=SAGITTAL, quantity=Quantity.ATTENUATION)

    class OnAnotherDevice:
        def __dlpack__(self, **_: Any) -> None:
            raise BufferError("on the GPU")

        def __dlpack_device__(self) -> tuple[int, int]:
            return (2, 0)

    with pytest.raises(InputError, match="processor's memory"):
        from_dlpack(OnAnotherDevice(), grid=SAGITTAL, quantity=Quantity.ATTENUATION)


@given(image=images())
def test_simpleitk_holds_any_image_in_its_place(image: Image) -> None:
    itk = to_simpleitk(image)
    last = np.array(image.grid.shape) - 1.0
    for index in (0 * last, last, last * (1, 0, 0.5)):
        place = itk.TransformContinuousIndexToPhysicalPoint(index[::-1].tolist())
        assert np.allclose(place, image.grid.to_mm(index), atol=1e-6)
    came = from_simpleitk(itk)
    assert np.array_equal(came.values, image.values)
    assert came.grid.is_close(image.grid, tolerance=1e-6)
    assert came.quantity is image.quantity


@given(labels=label_maps())
def test_simpleitk_holds_labels(labels: Labels) -> None:
    came = from_simpleitk(to_simpleitk(labels), as_labels=True)
    assert isinstance(came, Labels)
    assert np.array_equal(came.values, labels.values)
    assert came.grid.is_close(labels.grid, tolerance=1e-6)


def test_simpleitk_channels_flat_images_and_complex_numbers() -> None:
    grid = Grid.of_pixels(3, 4)
    color = Image(RNG.integers(0, 255, (1, 3, 4, 3)).astype("u1"), grid, Quantity.COLOR)
    came = from_simpleitk(to_simpleitk(color))
    assert (came.quantity, came.grid.unit) == (Quantity.COLOR, "pixel")
    assert np.array_equal(came.values, color.values)
    waves = Image((1 + 1j) * IMAGE.values, SAGITTAL, Quantity.AMPLITUDE)
    assert np.array_equal(from_simpleitk(to_simpleitk(waves)).values, waves.values)
    mask = Image(IMAGE.values > 0, SAGITTAL, Quantity.PROBABILITY)
    assert from_simpleitk(to_simpleitk(mask)).values.dtype == np.uint8
    flat = SimpleITK.GetImageFromArray(np.arange(6, dtype="i2").reshape(2, 3))
    assert from_simpleitk(flat, quantity="hounsfield").values.shape == (1, 2, 3)
    with pytest.raises(InputError, match="2 or 3 axes"):
        from_simpleitk(SimpleITK.Image([2, 2, 2, 2], SimpleITK.sitkUInt8))
    with pytest.raises(OptionError, match="quantity"):
        from_simpleitk(flat, quantity="density")


def test_xarray_has_the_patients_coordinates() -> None:
    array = to_xarray(IMAGE)
    assert array.dims == ("x", "z", "y")
    assert array.x.values.tolist() == [9, 11]
    assert array.z.values.tolist() == [7, 6.5, 6]
    assert array.attrs["units"] == "HU"
    there = array.sel(x=11, z=6.5, y=-8 + 0.7, method="nearest")
    assert float(there) == IMAGE.values[1, 1, 1]


@given(image=images(grids(sheared=False)))
def test_xarray_holds_upright_images_and_refuses_the_others(image: Image) -> None:
    steps = np.abs(image.grid.affine.steps_mm)
    if np.count_nonzero(steps > 1e-12) == 3:
        came = from_xarray(to_xarray(image))
        assert np.array_equal(came.values, image.values)
        assert came.grid.is_close(image.grid, tolerance=1e-6)
        assert came.quantity is image.quantity
    elif np.sort(steps, axis=1)[:, 1].min() > 0.1 and min(image.grid.shape) > 1:
        with pytest.raises(GeometryError, match=r"resample it first with image\.resample"):
            to_xarray(image)


def test_xarray_holds_labels_channels_and_single_slices() -> None:
    labels = Labels(RNG.integers(0, 3, (2, 3, 4)).astype("u2"), SAGITTAL, {2: "bone"})
    came = from_xarray(to_xarray(labels))
    assert isinstance(came, Labels)
    assert dict(came.names) == {2: "bone"}
    channels = Image(RNG.normal(size=(2, 3, 4, 2)), SAGITTAL, Quantity.VELOCITY, ("a", "b"))
    assert from_xarray(to_xarray(channels)).channels == ("a", "b")
    single = Image(IMAGE.values[:1, :1], Grid((1, 1, 4), SAGITTAL.affine), Quantity.HOUNSFIELD)
    assert from_xarray(to_xarray(single)).grid.is_close(single.grid)


def test_xarrays_that_are_no_grid_are_refused() -> None:
    array = xarray.DataArray(np.ones((2, 3)), {"y": [0, 1], "x": [0, 1, 5]}, ("y", "x"))
    with pytest.raises(GeometryError, match="x must be evenly spaced"):
        from_xarray(array)
    assert from_xarray(array[:, :2], quantity="hounsfield").grid.shape == (1, 2, 2)
    with pytest.raises(GeometryError, match="no coordinates"):
        from_xarray(xarray.DataArray(np.ones((2, 3)), dims=("y", "x")))
    with pytest.raises(GeometryError, match="two or three of x, y and z"):
        from_xarray(xarray.DataArray(np.ones((2, 3)), dims=("row", "x")))
    with pytest.raises(InputError, match="DataArray"):
        from_xarray(np.ones((2, 3)))
    sheared = SAGITTAL.affine.matrix.copy()
    sheared[2, 0] = 0.5
    with pytest.raises(GeometryError, match="oblique or sheared"):
        to_xarray(Image(IMAGE.values, Grid((2, 3, 4), Affine(sheared)), Quantity.HOUNSFIELD))


@pytest.mark.parametrize(("name", "bridge"), [("SimpleITK", to_simpleitk), ("xarray", to_xarray)])
def test_a_missing_library_is_named_with_the_mend(
    name: str, bridge: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(InputError, match=rf"{name} is not installed: pip install 'diaphane\[brid"):
        bridge(IMAGE)
