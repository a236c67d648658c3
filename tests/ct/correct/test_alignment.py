import numpy as np
import pytest
from ct_truth import BODY, fan, full_turn, half_turn, parallel, scan_of

from diaphane.ct import ConeBeam, ConeScan, Detector, ParallelBeam, ParallelScan
from diaphane.ct.analytic.filtered_backprojection import fbp
from diaphane.ct.correct.alignment import select_rows, shift_center
from diaphane.errors import GeometryError, InputError, OptionError
from diaphane.units import Quantity


@pytest.mark.parametrize("make", [parallel, fan])
def test_a_corrected_center_gives_the_picture_of_the_true_geometry(make):
    true = scan_of(BODY, make(full_turn(180), 100, 0.9, center_column=46.2))
    assumed = make(full_turn(180), 100, 0.9)
    wrong = type(true)(true.values, assumed, true.quantity)
    mended = shift_center(wrong, center_column=46.2)
    assert mended.beam.detector == true.beam.detector
    assert mended.history.parents[0].step == ""
    np.testing.assert_array_equal(fbp(mended).values, fbp(true).values)
    assert np.abs(fbp(wrong).values - fbp(true).values).max() > 0.005


def test_a_center_beyond_the_detector_is_refused():
    scan = scan_of(BODY, parallel(half_turn(4), 11))
    with pytest.raises(GeometryError, match=r"at most the last column, 10, got 10\.5"):
        shift_center(scan, center_column=10.5)
    for bad in (-1, float("nan")):
        with pytest.raises(OptionError, match=r"ct\.shift_center: center_column"):
            shift_center(scan, center_column=bad)


def test_selected_rows_stay_at_their_heights():
    values = np.arange(2 * 6 * 3, dtype=np.float32).reshape(2, 6, 3)
    detector = Detector(6, 3, 2.0, 1.0, center_row=1.5)
    for scan in (
        ParallelScan(values, ParallelBeam(half_turn(2), detector), Quantity.COUNTS, values[:1]),
        ConeScan(values, ConeBeam(half_turn(2), detector, 5, 9), Quantity.COUNTS, values[:1]),
    ):
        part = select_rows(scan, first_row=2, n_rows=3)
        np.testing.assert_array_equal(part.values, values[:, 2:5])
        np.testing.assert_array_equal(part.flats, values[:1, 2:5])
        assert part.darks is None
        np.testing.assert_array_equal(part.beam.detector.row_mm, detector.row_mm[2:5])


def test_rows_beyond_the_detector_are_refused():
    scan = scan_of(BODY, parallel(half_turn(4), 11))
    with pytest.raises(InputError, match="rows 0 to 1 must lie within the detector's 1 rows"):
        select_rows(scan, n_rows=2)
