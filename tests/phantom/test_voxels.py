import numpy as np
import pytest

from diaphane import phantom
from diaphane.errors import InputError
from diaphane.phantom import Body, Box, Cylinder, Ellipsoid
from diaphane.space import Affine, Grid
from diaphane.units import Quantity

BODY = Body(
    (
        Ellipsoid((2.0, -3.0, 1.0), (9.0, 12.0, 7.0), 0.02, (10.0, 20.0, 30.0)),
        Box((5.0, -3.0, 1.0), (4.0, 5.0, 6.0), 0.06, (30.0, 0.0, 15.0)),
        Cylinder((-3.0, 0.0, 0.0), (2.0, 3.0), 40.0, 0.0, (60.0, 0.0, 0.0)),
    )
)
SHEARED = Grid(
    (15, 14, 17),
    Affine.from_columns(
        [(0.3, -0.6, 1.9), (0.2, 2.1, 0.4), (-1.7, 0.3, 0.2)], (14.0, -16.0, -14.0)
    ),
)


def sampled(body, grid, n):
    """Return the mean over n³ points of each voxel."""
    inside = (np.arange(n) + 0.5) / n - 0.5
    index = np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), -1)[..., None, :]
    offsets = np.stack(np.meshgrid(inside, inside, inside, indexing="ij"), -1).reshape(-1, 3)
    return body.attenuation_at(grid.to_mm(index + offsets)).mean(-1)


@pytest.mark.parametrize("combine", ["replace", "add"])
@pytest.mark.parametrize("grid", [Grid.centered((12, 15, 14), (2.0, 1.7, 1.9)), SHEARED])
def test_voxels_hold_the_mean_over_many_points(grid, combine):
    body = Body(BODY.parts, combine=combine)
    image = phantom.voxelize(body, grid, subvoxels=9)
    assert image.quantity is Quantity.ATTENUATION
    assert image.values.dtype == np.float32
    truth = sampled(body, grid, 9)
    assert truth.max() > 0.05
    assert np.abs(image.values - truth).max() < 0.004
    assert np.abs(image.values - truth).mean() < 1e-4


def test_along_a_row_of_voxels_the_mean_is_exact():
    ball = Body((Box((0.37, 0.0, 0.0), (5.0, 50.0, 50.0), 1.0),))
    values = phantom.voxelize(ball, Grid.centered((1, 1, 9), 1.0), subvoxels=1).values[0, 0]
    expected = [0, 0, 0.63, 1, 1, 1, 1, 0.37, 0]
    np.testing.assert_allclose(values, expected, atol=1e-6)


def test_all_voxels_together_weigh_the_body():
    image = phantom.voxelize(Body(BODY.parts[:1]), Grid.centered((30, 40, 40), 1.0), subvoxels=3)
    assert image.values.sum() == pytest.approx(0.02 * 4 / 3 * np.pi * 9 * 12 * 7, rel=1e-3)


def test_the_image_is_a_source_with_the_name_of_the_body():
    image = phantom.voxelize(phantom.water_cylinder(), Grid.centered((1, 4, 4), 5.0))
    assert image.history is not None
    assert image.history.name == "water cylinder, voxelized"
    assert not phantom.voxelize(Body(()), Grid.centered((2, 3, 4), 5.0)).values.any()


def test_grids_and_options_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="subvoxels must be in 1…16, got 0"):
        phantom.voxelize(BODY, SHEARED, subvoxels=0)
    with pytest.raises(InputError, match="millimeters"):
        phantom.voxelize(BODY, Grid.of_pixels(3, 4))
