"""Colors that eyes can tell, bars of round length."""

import numpy as np
import pytest

from diaphane.errors import InputError
from diaphane.render.colors import LABEL_COLORS, label_color, map_colors, to_light, to_srgb
from diaphane.render.marks import bar_length_mm
from diaphane.render.transfer import Stop, Transfer


@pytest.mark.parametrize(
    ("width_mm", "length_mm"), [(231.0, 50.0), (81.0, 20.0), (400.0, 100.0), (3.9, 0.5), (1.0, 0.2)]
)
def test_the_scale_bar_is_round_and_takes_at_most_a_quarter(width_mm, length_mm):
    assert bar_length_mm(width_mm) == pytest.approx(length_mm)


def test_light_and_srgb_are_inverse():
    values = np.linspace(0, 1, 101)
    np.testing.assert_allclose(to_srgb(to_light(values)), values, atol=1e-12)
    assert to_light("#808080")[0] == pytest.approx(0.2159, abs=1e-3)


@pytest.mark.parametrize("name", ["gray", "cividis", "viridis"])
def test_maps_grow_evenly_brighter(name):
    colors = to_light(map_colors(np.linspace(0, 1, 64), name) / 255)
    lightness = np.cbrt(colors @ np.array([0.2126, 0.7152, 0.0722]))
    steps = np.diff(lightness)
    assert (steps > 0).all() or name == "gray"
    assert steps[8:].max() < 3 * steps[8:].min()


def test_the_diverging_map_is_dark_in_the_middle_and_as_bright_at_both_ends():
    ends = map_colors(np.array([0.0, 0.5, 1.0]), "diverging").astype(int)
    assert ends[1].max() < 20
    assert abs(ends[0].sum() - ends[2].sum()) < 60


def test_labels_have_seven_colors_round_and_round():
    assert len(set(LABEL_COLORS)) == 7
    np.testing.assert_array_equal(label_color(1), label_color(8))


def test_the_tables_of_a_transfer_are_the_integrals_of_its_stops():
    transfer = Transfer((Stop(0, 0.0, "#ffffff"), Stop(100, 2.0, "#ffffff")))
    whole = transfer.integrals[-1] - transfer.integrals[0]
    beyond = 2.0 * (transfer.bins_hu[-1] - 100)
    np.testing.assert_allclose(whole, 100 * 2.0 / 2 + beyond)
    assert -8 <= transfer.first_visible_hu <= 0


def test_stops_out_of_order_are_refused():
    with pytest.raises(InputError, match="two stops or more, growing"):
        Transfer((Stop(100, 0.0, "#ffffff"), Stop(0, 2.0, "#ffffff")))
    with pytest.raises(InputError, match="opacity_per_mm must be >= 0"):
        Transfer((Stop(0, -1.0, "#ffffff"), Stop(9, 2.0, "#ffffff")))
