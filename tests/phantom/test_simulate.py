import tracemalloc

import numpy as np
import pytest

from diaphane import phantom
from diaphane.ct import (
    ConeBeam,
    ConeScan,
    Detector,
    FanBeam,
    FanScan,
    ParallelBeam,
    ParallelScan,
    rays,
)
from diaphane.errors import Cancelled, InputError, OptionError
from diaphane.phantom import Body, Box, Ellipsoid
from diaphane.progress import Cancel, listen
from diaphane.units import Quantity

DETECTOR = Detector(5, 8, 3.0, 4.0, center_row=1.5, center_column=3.9)
ANGLES = np.array([0.0, 0.4, 2.5])
BEAMS = [
    ParallelBeam(ANGLES, DETECTOR),
    FanBeam(ANGLES, DETECTOR, 300.0, 500.0),
    ConeBeam(ANGLES, DETECTOR, 300.0, 500.0),
]
LUMP = Body(
    (
        Ellipsoid((4.0, -3.0, 2.0), (9.0, 7.0, 8.0), 0.03, (10.0, 20.0, 30.0)),
        Box((6.0, -3.0, 2.0), (3.0, 4.0, 5.0), 0.09, (30.0, 0.0, 15.0)),
    )
)
NOTHING = Body(())


@pytest.mark.parametrize("beam", BEAMS)
def test_one_ray_per_pixel_without_noise_is_the_exponential_of_the_integral(beam):
    scan = phantom.scan(LUMP, beam, subrays=1)
    assert scan.quantity is Quantity.COUNTS
    for view in range(beam.n_views):
        lines = rays(beam, view)
        expected = np.exp(-LUMP.line_integrals(lines.origins_mm, lines.directions))
        assert expected.min() < 0.8
        np.testing.assert_allclose(scan.values[view], expected, rtol=1e-6)
    assert (scan.flats == 1).all()
    assert (scan.darks == 0).all()


@pytest.mark.parametrize(("beam", "kind"), list(zip(BEAMS, [ParallelScan, FanScan, ConeScan])))
def test_the_scan_is_of_the_kind_of_its_beam(beam, kind):
    scan = phantom.scan(LUMP, beam, n_flats=3, n_darks=4)
    assert type(scan) is kind
    assert scan.values.shape == (3, 5, 8)
    assert scan.values.dtype == np.float32
    assert scan.flats.shape == (3, 5, 8)
    assert scan.darks.shape == (4, 5, 8)


@pytest.mark.parametrize("subrays", [2, 3, 4])
def test_a_pixel_takes_the_mean_of_its_subrays_intensities(subrays):
    beam = BEAMS[2]
    scan = phantom.scan(LUMP, beam, subrays=subrays)
    offsets = (np.arange(subrays) + 0.5) / subrays - 0.5
    rows = np.arange(5)[:, None, None, None] + offsets[:, None]
    columns = np.arange(8)[:, None, None] + offsets
    lines = rays(beam, 1, rows=rows, columns=columns)
    expected = np.exp(-LUMP.line_integrals(lines.origins_mm, lines.directions)).mean((2, 3))
    np.testing.assert_allclose(scan.values[1], expected, rtol=1e-6)


def test_at_an_edge_the_mean_of_intensities_is_brighter_than_that_of_integrals():
    # Half of the pixel sees 3 absorption lengths, half none: -log of the mean is below the mean.
    edge = Body((Box((50.0, 0.0, 0.0), (100.0, 30.0, 100.0), 0.1),))
    beam = ParallelBeam(np.zeros(1), Detector(1, 1, 1.0, 1.0))
    seen = -np.log(phantom.scan(edge, beam, subrays=4).values[0, 0, 0])
    assert seen == pytest.approx(-np.log((1 + np.exp(-3)) / 2), rel=1e-6)
    assert seen < 1.5 / 2


def test_a_focal_spot_blurs_what_is_magnified_by_its_size_times_m_minus_1():
    # An edge halfway between source and detector: the penumbra is as wide as the spot.
    edge = Body((Box((50.0, 0.0, 0.0), (100.0, 0.01, 100.0), 500.0),))
    detector = Detector(1, 400, 1.0, 0.02)
    beam = ConeBeam(np.zeros(1), detector, 300.0, 600.0)
    sharp = phantom.scan(edge, beam, subrays=8).values[0, 0]
    blurred = phantom.scan(edge, beam, subrays=8, focal_spot_mm=2.0).values[0, 0]
    assert ((sharp > 0.02) & (sharp < 0.98)).sum() <= 1
    width = ((blurred > 0.02) & (blurred < 0.98)).sum() * 0.02
    assert width == pytest.approx(2.0, abs=0.3)
    slopes = np.gradient(blurred)
    middle = (slopes * detector.column_mm).sum() / slopes.sum()
    assert middle == pytest.approx(0, abs=0.03)


@pytest.mark.parametrize("subrays", [2, 3, 4, 5])
def test_every_part_of_the_pixel_meets_every_part_of_the_spot(subrays):
    levels = np.arange(subrays)
    row, column = (x.ravel() for x in np.meshgrid(levels, levels, indexing="ij"))
    spot_u, spot_v = (row + column) % subrays, (2 * row + column) % subrays
    for pair in ((column, spot_u), (row, spot_v), (spot_u, spot_v)):
        assert len(set(zip(*pair))) == subrays**2


def test_counts_scatter_as_photons_and_electronics_do():
    beam = ParallelBeam(np.zeros(40), Detector(20, 20, 1.0, 1.0))
    water = Body((Box((0.0, 0.0, 0.0), (500.0, 50.0, 500.0), 0.02),))
    scan = phantom.scan(
        water, beam, photons=2000.0, electronic_noise=15.0, dark_counts=100.0, seed=4, subrays=1
    )
    expected = 2000 * np.exp(-1.0)
    n = scan.values.size
    assert scan.values.mean() == pytest.approx(100 + expected, abs=5 * np.sqrt(960 / n))
    variance = expected + 15**2
    assert scan.values.var() == pytest.approx(variance, abs=5 * variance * np.sqrt(2 / n))
    flats = phantom.scan(
        NOTHING, beam, photons=2000.0, electronic_noise=15.0, dark_counts=100.0, n_flats=100
    )
    assert flats.flats.mean() == pytest.approx(2100, abs=1.5)
    assert flats.flats.var() == pytest.approx(2225, rel=0.04)
    assert flats.darks.mean() == pytest.approx(100, abs=1.2)
    assert flats.darks.std() == pytest.approx(15, rel=0.06)


def test_neighboring_pixels_and_views_have_noise_of_their_own():
    beam = ParallelBeam(np.zeros(30), Detector(30, 30, 1.0, 1.0))
    noise = phantom.scan(NOTHING, beam, photons=1e4, seed=2).values - 1e4
    variance = (noise**2).mean()
    for other in (
        noise[1:] * noise[:-1],
        noise[:, 1:] * noise[:, :-1],
        noise[..., 1:] * noise[..., :-1],
    ):
        assert abs(other.mean()) < 5 * variance / np.sqrt(other.size)


def test_the_same_seed_gives_the_same_noise_and_another_does_not():
    options = {"photons": 500.0, "electronic_noise": 3.0, "dark_counts": 50.0}
    first, again = (phantom.scan(LUMP, BEAMS[2], seed=7, **options) for _ in range(2))
    other = phantom.scan(LUMP, BEAMS[2], seed=8, **options)
    np.testing.assert_array_equal(first.values, again.values)
    np.testing.assert_array_equal(first.flats, again.flats)
    assert (first.values != other.values).mean() > 0.5


def test_gains_are_the_same_in_flats_and_views_so_that_flats_undo_them():
    scan = phantom.scan(LUMP, BEAMS[0], gain_spread=0.1, subrays=1)
    plain = phantom.scan(LUMP, BEAMS[0], subrays=1)
    assert 0.05 < scan.flats[0].std() < 0.15
    np.testing.assert_array_equal(scan.flats[0], scan.flats[-1])
    np.testing.assert_allclose(scan.values / scan.flats[0], plain.values, rtol=1e-5)


def test_readings_below_zero_are_cut_off_and_this_is_said():
    scan = phantom.scan(NOTHING, BEAMS[0], photons=1.0, electronic_noise=5.0)
    assert scan.values.min() == 0
    (said,) = scan.history.notices
    assert said.code == "phantom.clipped"
    assert said.values["readings"] > 10


def test_the_history_tells_body_beam_and_every_option():
    body = phantom.water_cylinder()
    history = phantom.scan(body, BEAMS[1], photons=100.0, seed=3).history
    assert [p.step or p.name for p in history.parents] == ["phantom.water_cylinder", "FanBeam"]
    assert (history.options["photons"], history.options["seed"]) == (100, 3)
    assert history.key == phantom.scan(body, BEAMS[1], photons=100.0, seed=3).history.key
    assert history.key != phantom.scan(body, BEAMS[2], photons=100.0, seed=3).history.key


def test_options_that_contradict_each_other_are_refused():
    with pytest.raises(InputError, match="a parallel beam, which has no focal spot"):
        phantom.scan(LUMP, BEAMS[0], focal_spot_mm=1.0)
    with pytest.raises(InputError, match="give photons too"):
        phantom.scan(LUMP, BEAMS[0], electronic_noise=1.0)
    with pytest.raises(OptionError, match="subrays must be >= 1"):
        phantom.scan(LUMP, BEAMS[0], subrays=0)
    with pytest.raises(OptionError, match="photons"):
        phantom.scan(LUMP, BEAMS[0], photons=float("nan"))


def test_a_scan_can_be_watched_and_stopped():
    beam = ParallelBeam(np.linspace(0, 3, 40), Detector(200, 200, 1.0, 1.0))
    cancel, told = Cancel(), []

    def tell(news):
        told.append((news.label, news.done, news.total))
        cancel.set()

    with listen(tell, cancel), pytest.raises(Cancelled):
        phantom.scan(LUMP, beam)
    assert told[0][0] == "phantom.scan"
    assert told[0][2] > 5


def test_memory_stays_near_that_of_the_counts():
    beam = ConeBeam(np.linspace(0, 6, 60), Detector(150, 160, 1.0, 1.0), 300.0, 500.0)
    phantom.scan(LUMP, BEAMS[2])
    tracemalloc.start()
    scan = phantom.scan(LUMP, beam, photons=1e5)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < scan.values.nbytes + 160e6
