import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_dicom import enhanced, pattern, save, section, series
from pydicom.uid import RLELossless

from diaphane.formats import inspect, read, read_dicom
from diaphane.image import Image, Slices
from diaphane.units import Quantity


def codes(value):
    return [notice.code for notice in value.history.notices]


def said(value, code):
    return next(n.values for n in value.history.notices if n.code == f"formats.{code}")


def test_a_series_is_ordered_by_position_and_not_by_name_or_number(tmp_path):
    image = read(series(tmp_path, [4.0, 0.0, 2.0, 6.0]))
    assert isinstance(image, Image)
    assert image.quantity is Quantity.HOUNSFIELD
    assert image.values.dtype == np.float32
    for k, source in enumerate([1, 2, 0, 3]):
        assert np.array_equal(image.values[k], pattern(source) - 1024.0)
    assert np.allclose(image.grid.spacing_mm, (2.0, 0.8, 0.7))
    assert image.grid.affine.origin_mm.tolist() == [0, 0, 0]
    assert codes(image) == []


def test_rows_and_columns_are_not_swapped(tmp_path):
    save(section(pattern(1), (1.0, 2.0, 3.0)), tmp_path / "a.dcm")
    image = read(tmp_path / "a.dcm")
    assert np.allclose(image.grid.to_mm((0, 3, 0)), (1.0, 2.0 + 3 * 0.8, 3.0))
    assert np.allclose(image.grid.to_mm((0, 0, 4)), (1.0 + 4 * 0.7, 2.0, 3.0))
    assert np.allclose(image.grid.to_mm((1, 0, 0)), (1.0, 2.0, 5.5))


def test_the_history_names_the_folder_and_keys_the_content(tmp_path):
    image = read(series(tmp_path / "head", [0, 1]))
    again = read(series(tmp_path / "other", [0, 1]))
    assert image.history.name == "head"
    assert image.history.key == again.history.key


def test_a_tilted_gantry_gives_a_sheared_grid(tmp_path):
    image = read(series(tmp_path, [0, 2, 4, 6], step=(0.0, -0.3)))
    assert isinstance(image, Image)
    assert image.grid.is_sheared
    assert np.allclose(image.grid.to_mm((3, 0, 0)), (0, -1.8, 6), atol=1e-9)
    assert said(image, "sheared") == {"tilt_deg": round(float(np.degrees(np.arctan(0.3))), 2)}


def test_a_missing_slice_leaves_loose_sections_and_says_where(tmp_path):
    slices = read(series(tmp_path, [0, 2, 4, 8, 10, 16]))
    assert isinstance(slices, Slices)
    expected = {"missing": 3, "after_slice": 2, "from_mm": 4.0, "to_mm": 8.0, "step_mm": 2.0}
    assert said(slices, "missing_slices") == expected
    assert slices.positions_mm[:, 2].tolist() == [0, 2, 4, 8, 10, 16]


def test_uneven_slices_keep_their_own_positions(tmp_path):
    slices = read(series(tmp_path, [0, 2, 4.5, 6, 8.25]))
    assert isinstance(slices, Slices)
    assert slices.positions_mm[:, 2].tolist() == [0, 2, 4.5, 6, 8.25]
    assert said(slices, "uneven_slices")["smallest_mm"] == 1.5


def test_slices_that_turn_or_wander_are_loose_sections(tmp_path):
    tiny = 2e-4
    turned = (1, 0, 0, 0, np.cos(tiny), np.sin(tiny))
    for k in range(3):
        tags = {"orientation": turned} if k == 1 else {}
        stored = np.zeros((400, 5), np.int16)
        save(section(stored, (0, 0, 2.0 * k), **tags), tmp_path / "turned" / f"{k}.dcm")
        save(section(stored, (0.1 * (k == 1), 0, 2.0 * k)), tmp_path / "wandering" / f"{k}.dcm")
    for name in ("turned", "wandering"):
        slices = read(tmp_path / name)
        assert isinstance(slices, Slices)
        assert said(slices, "slices_not_in_line")["deviation_mm"] > 0.01


def test_a_tolerance_makes_a_grid_of_nearly_even_slices_and_says_so(tmp_path):
    series(tmp_path, [0, 2.004, 4, 6, 8])
    assert isinstance(read(tmp_path), Slices)
    image = read(tmp_path, tolerance_mm=0.01)
    assert isinstance(image, Image)
    assert 0.001 < said(image, "positions_moved")["deviation_mm"] <= 0.004


def test_a_thousandth_of_a_millimeter_is_even(tmp_path):
    assert isinstance(read(series(tmp_path, [0, 2.0009, 4, 6])), Image)


def test_twins_are_kept_once_and_said(tmp_path):
    series(tmp_path, [0, 2, 4])
    save(section(pattern(1), (0, 0, 2)), tmp_path / "again.dcm")
    image = read(tmp_path)
    assert image.values.shape[0] == 3
    assert said(image, "twins_skipped") == {"images": 1}


def test_files_that_are_not_dicom_are_left_aside_and_said(tmp_path):
    series(tmp_path, [0, 2])
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / ".hidden").write_text("x")
    assert said(read(tmp_path), "files_skipped") == {"files": 1, "first": "notes.txt"}


def test_localizers_are_left_aside_and_said(tmp_path):
    series(tmp_path, [0, 2])
    scout = section(
        pattern(9), orientation=(0, 1, 0, 0, 0, -1), ImageType="ORIGINAL\\PRIMARY\\LOCALIZER"
    )
    save(scout, tmp_path / "scout.dcm")
    image = read(tmp_path)
    assert image.values.shape[0] == 2
    assert said(image, "localizers_skipped") == {"images": 1}


def test_a_localizer_alone_is_read_but_is_not_hounsfield(tmp_path):
    save(section(pattern(1), ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"]), tmp_path / "a.dcm")
    assert read(tmp_path).quantity is Quantity.UNKNOWN


@pytest.mark.parametrize("asked", [8, "8", "1.2.3.5"])
def test_one_of_several_series_is_asked_for(tmp_path, asked):
    series(tmp_path / "a", [0, 2])
    series(tmp_path / "b", [0, 2, 4], SeriesInstanceUID="1.2.3.5", SeriesNumber=8)
    assert read(tmp_path, series=asked).values.shape[0] == 3


def test_a_series_of_two_orientations_is_two_stacks(tmp_path):
    series(tmp_path / "a", [0, 2])
    save(section(pattern(5), orientation=(0, 1, 0, 0, 0, -1)), tmp_path / "b.dcm")
    names = [item.name for item in inspect(tmp_path).items]
    assert names == ["1.2.3.4#1", "1.2.3.4#2"]
    sagittal = read(tmp_path, series="1.2.3.4#2")
    assert [near for near, _ in sagittal.grid.letters] == ["R", "F", "P"]


def test_padding_is_kept_and_said_or_set(tmp_path):
    stored = pattern(1)
    stored[0, :2] = -2000
    tags = {"PixelPaddingValue": -2000}
    save(section(stored, **tags), tmp_path / "a.dcm")
    kept = read(tmp_path)
    assert kept.values[0, 0, 0] == -3024
    assert said(kept, "padding_kept") == {"percent": 10.0, "value": -3024.0}
    replaced = read(tmp_path, padding=-1000.0)
    assert replaced.values[0, 0, :3].tolist() == [-1000, -1000, stored[0, 2] - 1024]
    assert said(replaced, "padding_replaced") == {"percent": 10.0, "value": -1000.0}


def test_negative_padding_written_as_unsigned_is_understood(tmp_path):
    stored = pattern(1)
    stored[0, :2] = -2000
    dataset = section(stored)
    dataset.add_new("PixelPaddingValue", "US", 63536)
    save(dataset, tmp_path / "a.dcm")
    assert said(read(tmp_path), "padding_kept") == {"percent": 10.0, "value": -3024.0}


def test_a_range_of_padding_is_padding(tmp_path):
    save(section(pattern(0), PixelPaddingValue=0, PixelPaddingRangeLimit=2), tmp_path / "a.dcm")
    assert said(read(tmp_path), "padding_kept")["percent"] == 15.0


def test_monochrome1_keeps_its_values_and_says_so(tmp_path):
    save(section(pattern(1), PhotometricInterpretation="MONOCHROME1"), tmp_path / "a.dcm")
    image = read(tmp_path)
    assert np.array_equal(image.values[0], pattern(1) - 1024.0)
    assert "formats.monochrome1" in codes(image)


def test_overlay_bits_beside_the_pixels_are_no_values(tmp_path):
    stored = pattern(1).astype(np.uint16)
    tags = {"BitsStored": 12, "HighBit": 11}
    save(section(stored | 0x1000, **tags), tmp_path / "a.dcm")
    assert np.array_equal(read(tmp_path).values[0], stored - 1024.0)


def test_negative_numbers_of_twelve_bits_stay_negative(tmp_path):
    stored = (pattern(1) - 120).astype(np.int16)
    packed = (stored.astype(np.uint16) & 0x0FFF).view(np.int16)
    save(section(packed, BitsStored=12, HighBit=11), tmp_path / "a.dcm")
    assert np.array_equal(read(tmp_path).values[0], stored - 1024.0)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16])
def test_unsigned_and_signed_numbers(tmp_path, dtype):
    save(section(pattern(1).astype(dtype)), tmp_path / "a.dcm")
    assert np.array_equal(read(tmp_path).values[0], pattern(1) - 1024.0)


def test_numbers_of_32_bits_that_float32_rounds_are_said(tmp_path):
    stored = pattern(1).astype(np.int32) + 2**24
    save(section(stored, RescaleIntercept="0"), tmp_path / "a.dcm")
    assert "formats.rounded_to_float" in codes(read(tmp_path))


def test_pixels_compressed_by_rle_are_read(tmp_path):
    dataset = section(pattern(1))
    save(dataset, tmp_path / "a.dcm")
    dataset.compress(RLELossless)
    save(dataset, tmp_path / "a.dcm")
    assert np.array_equal(read(tmp_path).values[0], pattern(1) - 1024.0)


def test_an_enhanced_image_of_many_frames_is_a_series(tmp_path):
    save(enhanced(4, slopes=[1, 2, 1, 1]), tmp_path / "a.dcm")
    image = read(tmp_path / "a.dcm")
    assert image.quantity is Quantity.HOUNSFIELD
    assert np.allclose(image.grid.affine.origin_mm, (1, 2, -6))
    assert np.array_equal(image.values[0], pattern(3) - 1024.0)
    assert np.array_equal(image.values[2], 2 * pattern(1) - 1024.0)
    assert said(image, "rescale_varies") == {"different": 2}


@pytest.mark.parametrize(
    ("tags", "quantity"),
    [
        ({}, Quantity.HOUNSFIELD),
        ({"RescaleType": "HU"}, Quantity.HOUNSFIELD),
        ({"RescaleType": "US"}, Quantity.UNKNOWN),
        ({"RescaleIntercept": None}, Quantity.UNKNOWN),
        ({"Modality": "MR"}, Quantity.AMPLITUDE),
        ({"Modality": "MR", "ImageType": ["ORIGINAL", "PRIMARY", "P", "ND"]}, Quantity.UNKNOWN),
        ({"Modality": "PT"}, Quantity.UNKNOWN),
    ],
)
def test_the_header_says_what_values_measure(tmp_path, tags, quantity):
    save(section(pattern(1), **tags), tmp_path / "a.dcm")
    image = read(tmp_path)
    assert image.quantity is quantity
    assert ("formats.dicom_quantity_unknown" in codes(image)) is (quantity is Quantity.UNKNOWN)


def test_a_picture_without_a_place_says_so(tmp_path):
    tags = {"ImagePositionPatient": None, "ImageOrientationPatient": None}
    save(section(pattern(1), **tags), tmp_path / "a.dcm")
    placeless = read(tmp_path)
    assert placeless.grid.unit == "mm"
    assert codes(placeless) == ["formats.no_position"]
    save(section(pattern(1), PixelSpacing=None, **tags), tmp_path / "a.dcm")
    unmeasured = read(tmp_path)
    assert unmeasured.grid.unit == "pixel"
    assert codes(unmeasured) == ["formats.no_millimeters"]


def test_a_lone_section_of_unknown_thickness_says_so(tmp_path):
    save(section(pattern(1), SliceThickness=None), tmp_path / "a.dcm")
    assert said(read(tmp_path), "thickness_unknown") == {"assumed_mm": 1}


def test_a_list_of_files_is_read(tmp_path):
    series(tmp_path, [0, 2, 4])
    files = sorted(tmp_path.iterdir())
    image = read(files)
    assert image.values.shape[0] == 3
    assert image.history.name == f"{tmp_path.name} (3 files)"
    assert read_dicom([str(f) for f in files]).values.shape[0] == 3


def test_inspect_tells_what_reading_would_give_and_names_nobody(tmp_path):
    series(tmp_path / "even", [0, 2, 4], step=(0, 0.1))
    series(tmp_path / "uneven", [0, 2, 5, 5.5], SeriesInstanceUID="1.2.3.5", SeriesNumber=8)
    contents = inspect(tmp_path)
    even, uneven = contents.items
    assert (even.kind, even.shape, even.quantity) == ("Image", (3, 4, 5), "hounsfield")
    assert even.facts["tilt_deg"] == pytest.approx(5.71)
    assert (uneven.kind, uneven.facts["smallest_gap_mm"]) == ("Slices", 0.5)
    assert "secret" not in str(contents).lower()


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_each_slice_is_rescaled_by_its_own_numbers(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("rescale")
    n = data.draw(st.integers(2, 4))
    slopes = data.draw(st.lists(st.integers(1, 9999), min_size=n, max_size=n))
    intercepts = data.draw(st.lists(st.integers(-2000, 2000), min_size=n, max_size=n))
    for k in range(n):
        slope, intercept = f"{slopes[k] / 1000:g}", str(intercepts[k])
        tags = {"RescaleSlope": slope, "RescaleIntercept": intercept}
        save(section(pattern(k), (0, 0, 2.0 * k), **tags), folder / f"{k}.dcm")
    image = read(folder)
    for k in range(n):
        expected = pattern(k) * (slopes[k] / 1000) + intercepts[k]
        assert np.array_equal(image.values[k], expected.astype(np.float32))
