import numpy as np
import pytest
from ct_truth import Ellipse, full_turn, parallel, scan_of

from diaphane.ct import ParallelScan
from diaphane.ct.analytic.filtered_backprojection import fbp
from diaphane.ct.correct.calibration import hounsfield, water_attenuation
from diaphane.errors import InputError, OptionError, QuantityError
from diaphane.image import Image, Measurement
from diaphane.space import Affine, Grid
from diaphane.units import Quantity

GRID = Grid.centered((9, 11, 12), (2.0, 1.0, 1.0), (5.0, -3.0, 20.0))


def image_of(values, grid=GRID):
    return Image(np.asarray(values, np.float32), grid, Quantity.ATTENUATION)


def noisy(seed=0, sigma=0.001):
    noise = np.random.default_rng(seed).normal(0, sigma, GRID.shape)
    return image_of(0.02 + noise)


def codes(value):
    return [n.code for n in value.history.notices]


def test_water_is_0_and_air_is_minus_1000():
    values = np.zeros(GRID.shape)
    values[0, 0, :3] = 0.02, 0.03, -0.001
    result = hounsfield(image_of(values), water_per_mm=0.02)
    assert result.quantity is Quantity.HOUNSFIELD
    assert result.values.dtype == np.float32
    np.testing.assert_allclose(result.values[0, 0, :4], [0, 500, -1050, -1000], atol=1e-3)
    assert codes(result) == []


def test_assumed_water_is_told():
    result = hounsfield(image_of(np.full(GRID.shape, 0.02059)))
    np.testing.assert_allclose(result.values, 0, atol=1e-3)
    assert codes(result) == ["ct.water_assumed"]


def test_measured_water_flows_into_the_scale():
    image = noisy()
    water = water_attenuation(image, radius_mm=4)
    by_measurement = hounsfield(image, water)
    by_number = hounsfield(image, water_per_mm=water.value)
    np.testing.assert_array_equal(by_measurement.values, by_number.values)
    assert by_measurement.history.parents[1].step == "ct.water_attenuation"


def test_water_given_twice_or_in_another_unit_is_refused():
    water = Measurement(0.02, "1/mm")
    with pytest.raises(InputError, match="leave one out"):
        hounsfield(noisy(), water, water_per_mm=0.02)
    with pytest.raises(QuantityError, match="must be measured in 1/mm, got 3 HU"):
        hounsfield(noisy(), Measurement(3.0, "HU"))
    with pytest.raises(InputError, match=r"water must attenuate, got -0\.1 1/mm"):
        hounsfield(noisy(), Measurement(-0.1, "1/mm"))
    with pytest.raises(OptionError, match=r"ct\.hounsfield: water_per_mm"):
        hounsfield(noisy(), water_per_mm=float("nan"))


def test_the_ball_of_water_is_where_it_was_asked_on_sheared_grids_too():
    steps = [(0.0, 0.4, 2.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)]
    grid = Grid((9, 30, 31), Affine.from_columns(steps, (-10.0, -12.0, 3.0)))
    index = np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), -1)
    away = np.linalg.norm(grid.to_mm(index) - (2.0, 3.0, 9.0), axis=-1)
    image = image_of(np.where(away <= 5, 0.02, 9.0), grid)
    water = water_attenuation(image, center_mm=(2.0, 3.0, 9.0), radius_mm=5)
    assert water.value == pytest.approx(0.02, rel=1e-6)
    assert water.interval == pytest.approx((0.02, 0.02), rel=1e-6)
    with pytest.raises(InputError, match="place it within the water or enlarge it"):
        water_attenuation(image, center_mm=(2.0, 300.0, 9.0))


def test_95_percent_of_the_intervals_hold_the_truth():
    hits = 0
    for seed in range(200):
        low, high = water_attenuation(noisy(seed), radius_mm=5).interval
        hits += low <= 0.02 <= high
    assert 180 <= hits <= 198


def test_a_place_without_water_is_refused():
    with pytest.raises(InputError, match=r"must be > 0, got 0 1/mm: place the ball within"):
        water_attenuation(image_of(np.zeros(GRID.shape)), radius_mm=4)


def test_calibration_from_a_noisy_scan_of_a_water_phantom_holds_its_truth():
    scan = scan_of([Ellipse(0, 0, 30, 30, 0.0193)], parallel(full_turn(360), 141))
    noise = np.random.default_rng(4).normal(0, 0.01, scan.values.shape)
    noisy_scan = ParallelScan((scan.values + noise).astype(np.float32), scan.beam, scan.quantity)
    image = fbp(noisy_scan)
    water = water_attenuation(image, radius_mm=20)
    assert water.interval[0] < 0.0193 < water.interval[1]
    assert water.interval[1] - water.interval[0] < 0.01 * 0.0193
    assert str(water).startswith("0.0193")
    assert abs(hounsfield(image, water).values[0, 60:80, 60:80].mean()) < 3
