"""The types that flow: shapes that fit, arrays that nobody writes into, histories that drop."""

from dataclasses import replace

import numpy as np
import pytest

from diaphane.errors import GeometryError, InputError
from diaphane.history import history_of
from diaphane.image import (
    Cine,
    Field,
    Image,
    Labels,
    Measurement,
    Picture,
    Quantity,
    Slices,
    Surface,
)
from diaphane.space import Grid

GRID = Grid.centered((2, 3, 4), 1)


def _slices(n=3, **changes):
    parts = {
        "values": np.zeros((n, 4, 5)),
        "positions_mm": np.zeros((n, 3)),
        "row_steps_mm": np.zeros((n, 3)),
        "column_steps_mm": np.zeros((n, 3)),
        "quantity": Quantity.HOUNSFIELD,
    }
    return Slices(**{**parts, **changes})


MAKERS = {
    "image": lambda: Image(np.zeros((2, 3, 4)), GRID, Quantity.HOUNSFIELD),
    "slices": _slices,
    "cine": lambda: Cine(np.zeros((5, 2, 3, 4)), GRID, np.arange(5.0), Quantity.AMPLITUDE),
    "labels": lambda: Labels(np.zeros((2, 3, 4), np.uint8), GRID, {1: "bone"}),
    "surface": lambda: Surface(np.zeros((3, 3), np.float32), np.array([[0, 1, 2]], np.int32)),
    "field": lambda: Field(np.zeros((2, 3, 4, 3), np.float32), GRID, Quantity.VELOCITY),
    "picture": lambda: Picture(np.zeros((4, 5, 3), np.uint8)),
}


@pytest.mark.parametrize("name", MAKERS)
def test_nobody_writes_into_a_flowing_value(name):
    value = MAKERS[name]()
    arrays = [x for x in vars(value).values() if isinstance(x, np.ndarray)]
    assert arrays
    for array in arrays:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 1


@pytest.mark.parametrize("name", MAKERS)
def test_a_changed_value_has_no_history(name):
    value = MAKERS[name]()
    assert value.history is None
    assert history_of(value) is value.history
    assert replace(value).history is None


def test_values_have_the_shape_of_their_grid():
    with pytest.raises(GeometryError, match=r"Image.values must have shape \(2, 3, 4\)"):
        Image(np.zeros((2, 3, 5)), GRID, Quantity.HOUNSFIELD)
    with pytest.raises(GeometryError, match=r"shape \(2, 3, 4, 2\), got \(2, 3, 4\)"):
        Image(np.zeros((2, 3, 4)), GRID, Quantity.AMPLITUDE, channels=("water", "fat"))
    with pytest.raises(GeometryError, match=r"Labels.values must have shape"):
        Labels(np.zeros((3, 4), np.uint8), GRID)
    with pytest.raises(GeometryError, match=r"Field.values must have shape \(2, 3, 4, 3\)"):
        Field(np.zeros((2, 3, 4), np.float32), GRID, Quantity.VELOCITY)
    with pytest.raises(GeometryError, match=r"Cine.values must have shape \(2, 2, 3, 4\)"):
        Cine(np.zeros((3, 2, 3, 4)), GRID, np.arange(2.0), Quantity.AMPLITUDE)


def test_a_color_has_its_three_channels_by_itself():
    color = Image(np.zeros((1, 3, 4, 3), np.uint8), Grid.of_pixels(3, 4), Quantity.COLOR)
    assert color.channels == ("red", "green", "blue")


def test_what_is_no_number_is_refused():
    with pytest.raises(InputError, match="must be numbers"):
        Image(np.full((2, 3, 4), "a"), GRID, Quantity.UNKNOWN)
    with pytest.raises(InputError, match="whole numbers, got float64"):
        Labels(np.zeros((2, 3, 4)), GRID)


def test_every_section_has_its_place():
    with pytest.raises(InputError, match="3 axes"):
        _slices(values=np.zeros((4, 5)))
    with pytest.raises(GeometryError, match=r"Slices.positions_mm must have shape \(3, 3\)"):
        _slices(positions_mm=np.zeros((2, 3)))


def test_times_grow():
    for times in ((0.0, 1.0, 1.0), (2.0, 1.0, 3.0)):
        with pytest.raises(InputError, match="growing list of times"):
            Cine(np.zeros((3, 2, 3, 4)), GRID, np.array(times), Quantity.AMPLITUDE)


def test_triangles_name_points_that_exist():
    points = np.zeros((3, 3), np.float32)
    for bad in (3, -1):
        with pytest.raises(InputError, match="points that do not exist"):
            Surface(points, np.array([[0, 1, bad]], np.int32))


def test_pictures_are_bytes_in_color():
    with pytest.raises(InputError, match="3 or 4"):
        Picture(np.zeros((4, 5), np.uint8))
    with pytest.raises(InputError, match="3 or 4"):
        Picture(np.zeros((4, 5, 2), np.uint8))


def test_a_measurement_is_told_with_its_unit_and_interval():
    assert str(Measurement(412, "HU", (406, 418))) == "412 HU [406, 418]"
    assert str(Measurement(0.87654, "")) == "0.8765"
