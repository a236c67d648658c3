import struct
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from made_dicom import enhanced, pattern, save, section, series
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import JPEGLosslessSV1, MediaStorageDirectoryStorage

from diaphane.errors import FormatError, OptionError
from diaphane.formats import inspect, read, read_dicom


def refused(source, match, **options):
    with pytest.raises(FormatError, match=match) as caught:
        read(source, **options)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize("part", [0.2, 0.4, 0.6, 0.8, 0.95, 0.99])
def test_a_file_that_is_cut_off_is_named(tmp_path, part):
    path = save(section(pattern(1)), tmp_path / "a.dcm")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(part * len(whole))])
    refused(path, r"a\.dcm")


def test_a_file_cut_off_in_its_pixels_is_told_from_its_size(tmp_path):
    path = save(section(np.zeros((400, 500), np.int16)), tmp_path / "a.dcm")
    path.write_bytes(path.read_bytes()[:-1000])
    refused(path, r"a\.dcm: its pixels .*")


def test_a_header_that_claims_more_than_the_file_takes_no_memory(tmp_path):
    path = save(section(pattern(1), Rows=65535, Columns=65535), tmp_path / "a.dcm")
    refused(path, "need 8589672450 bytes")


def test_empty_and_strange_files(tmp_path):
    (tmp_path / "empty.dcm").touch()
    refused(tmp_path / "empty.dcm", "is empty")
    (tmp_path / "text.dcm").write_text("not an image")
    refused(tmp_path / "text.dcm", "not a file that Diaphane reads")
    refused(tmp_path, "holds no file that Diaphane reads")
    refused(tmp_path / "nowhere", "does not exist")
    with pytest.raises(FormatError, match="are not DICOM"):
        read_dicom(tmp_path)


def test_random_bytes_after_the_magic_are_one_sentence(tmp_path):
    rng = np.random.default_rng(3)
    for k in range(30):
        path = tmp_path / f"{k}.dcm"
        path.write_bytes(bytes(128) + b"DICM" + rng.bytes(3000))
        refused(path, str(k))


def test_flipped_bytes_in_a_header_never_end_in_a_traceback(tmp_path):
    whole = save(section(pattern(1)), tmp_path / "a.dcm").read_bytes()
    rng = np.random.default_rng(4)
    for _ in range(150):
        damaged = bytearray(whole)
        for at in rng.integers(132, len(whole), 3):
            damaged[at] = rng.integers(256)
        (tmp_path / "a.dcm").write_bytes(damaged)
        with suppress(FormatError):
            read(tmp_path / "a.dcm")


@pytest.mark.parametrize("n_levels", [900, 20_000])
def test_sequences_nested_without_end_are_one_sentence(tmp_path, n_levels):
    item = b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    sequence = struct.pack("<HH", 0x0008, 0x1140) + b"SQ\0\0\xff\xff\xff\xff"
    syntax = struct.pack("<HH2sH", 2, 0x10, b"UI", 20) + b"1.2.840.10008.1.2.1\0"
    path = tmp_path / "bomb.dcm"
    path.write_bytes(bytes(128) + b"DICM" + syntax + (sequence + item) * n_levels)
    refused(path, "nested too deeply")
    with pytest.raises(FormatError, match="nested too deeply"):
        inspect(path)


@pytest.mark.parametrize("keyword", ["Rows", "Columns", "BitsAllocated"])
def test_a_missing_size_is_named(tmp_path, keyword):
    save(section(pattern(1), **{keyword: None}), tmp_path / "a.dcm")
    refused(tmp_path, r"a\.dcm: .* \(0028,0\d\d\d\) is missing")


@pytest.mark.parametrize(
    "keyword", ["ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"]
)
def test_a_missing_part_of_the_geometry_is_named(tmp_path, keyword):
    save(section(pattern(1), **{keyword: None}), tmp_path / "a.dcm")
    refused(tmp_path, r"\(00\d\d,00\d\d\) is missing, although there is")


@pytest.mark.parametrize(
    ("tags", "match"),
    [
        ({"PixelSpacing": ["0", "0.7"]}, r"Pixel Spacing \(0028,0030\) must be > 0 mm"),
        ({"PixelSpacing": ["-1", "0.7"]}, "must be > 0 mm"),
        ({"PixelSpacing": "0.7"}, "must be 2 finite numbers"),
        ({"ImagePositionPatient": ["1", "2"]}, "must be 3 finite numbers"),
        ({"ImageOrientationPatient": [1, 0, 0, 1, 0, 0]}, "at right angles"),
        ({"ImageOrientationPatient": [2, 0, 0, 0, 1, 0]}, "unit vectors"),
        ({"RescaleSlope": "0"}, "must not be 0"),
        ({"Rows": 0}, "must be a whole number >= 1"),
        ({"BitsAllocated": 12}, "must be 8, 16 or 32"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "MOSAIC"]}, "mosaic of Siemens"),
        ({"ModalityLUTSequence": Sequence([section(pattern(0))])}, "table of values"),
    ],
)
def test_a_wrong_tag_is_named(tmp_path, tags, match):
    save(section(pattern(1), **tags), tmp_path / "a.dcm")
    refused(tmp_path, match)


def test_numbers_that_are_no_numbers_are_named(tmp_path):
    path = save(section(pattern(1), PixelSpacing=["0.875", "0.625"]), tmp_path / "a.dcm")
    path.write_bytes(path.read_bytes().replace(b"0.875", b"0.8x5"))
    refused(path, r"Pixel Spacing \(0028,0030\)")


def test_an_unknown_compression_names_itself_and_the_mend(tmp_path):
    dataset = section(pattern(1))
    save(dataset, tmp_path / "a.dcm")
    dataset.PixelData = encapsulate([b"\xff\xd8\xff\xd9"])
    dataset["PixelData"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = JPEGLosslessSV1
    save(dataset, tmp_path / "a.dcm")
    refused(tmp_path, "compressed as JPEG Lossless.*decompress")


def test_several_series_are_listed(tmp_path):
    series(tmp_path / "a", [0, 2])
    series(tmp_path / "b", [0, 2], SeriesInstanceUID="1.2.3.5", SeriesNumber=8)
    message = refused(tmp_path, "holds 2 series; say which one by series=")
    assert "number 7 (CT made, 2 of 4×5, 1.2.3.4)" in message
    assert "number 8 (CT made, 2 of 4×5, 1.2.3.5)" in message
    refused(tmp_path, "has no series '9'", series=9)


def test_two_series_of_one_number_are_asked_for_by_uid(tmp_path):
    series(tmp_path / "a", [0, 2])
    series(tmp_path / "b", [0, 2], SeriesInstanceUID="1.2.3.5")
    said = "holds 2 series of the number 7, which does not tell them apart; say.*series=UID"
    refused(tmp_path, said, series=7)
    assert read_dicom(tmp_path, series="1.2.3.5").values.shape == (2, 4, 5)


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ({"PatientID": "OTHER7"}, r"a.dcm and b.dcm .* not of one patient: their Patient ID"),
        ({"PatientName": "Other^Person"}, r"not of one patient: their Patient's Name"),
    ],
)
def test_a_series_of_two_patients_is_refused_and_names_nobody(tmp_path, tags: Any, said):
    save(section(pattern(0), (0, 0, 0)), tmp_path / "a.dcm")
    save(section(pattern(1), (0, 0, 2), **tags), tmp_path / "b.dcm")
    message = refused(tmp_path, said)
    assert not any(word in message for word in ("SECRET", "Secret", "OTHER7", "Other^"))
    (item,) = inspect(tmp_path).items
    assert item.kind == ""
    assert "not of one patient" in str(item.facts["refused"])


@pytest.mark.parametrize(
    "tags", [{"PatientName": "SECRET^Person^^"}, {"PatientName": None}, {"PatientID": ""}]
)
def test_a_name_written_otherwise_or_left_out_is_no_other_patient(tmp_path, tags: Any):
    save(section(pattern(0), (0, 0, 0)), tmp_path / "a.dcm")
    save(section(pattern(1), (0, 0, 2), **tags), tmp_path / "b.dcm")
    assert read_dicom(tmp_path).values.shape == (2, 4, 5)


def test_two_images_of_one_plane_are_told_with_what_differs(tmp_path):
    series(tmp_path, [0, 2])
    save(section(pattern(5), (0, 0, 2), EchoTime="4.6"), tmp_path / "other.dcm")
    message = refused(tmp_path, "different images of one plane")
    assert "other.dcm" in message
    assert "echo_time_ms None and 4.6" in message
    assert inspect(tmp_path).items[0].kind == ""


def test_two_images_beside_each_other_in_one_plane_are_refused(tmp_path):
    save(section(pattern(1), (0, 0, 2)), tmp_path / "a.dcm")
    save(section(pattern(1), (50, 0, 2)), tmp_path / "b.dcm")
    refused(tmp_path, "different images of one plane")


def test_images_without_positions_have_no_order(tmp_path):
    tags = {"ImagePositionPatient": None, "ImageOrientationPatient": None}
    for k in range(2):
        save(section(pattern(k), **tags), tmp_path / f"{k}.dcm")
    refused(tmp_path, "nobody knows their order")


def test_frames_with_neither_positions_nor_times_are_refused(tmp_path):
    dataset = enhanced(3)
    del dataset["PerFrameFunctionalGroupsSequence"]
    del dataset["SharedFunctionalGroupsSequence"]
    save(dataset, tmp_path / "a.dcm")
    refused(tmp_path, "neither positions nor growing times")
    assert "neither positions" in str(inspect(tmp_path).items[0].facts["refused"])


def test_an_enhanced_image_with_a_frame_too_few_is_refused(tmp_path):
    dataset = enhanced(3)
    dataset.PerFrameFunctionalGroupsSequence = dataset.PerFrameFunctionalGroupsSequence[:2]
    save(dataset, tmp_path / "a.dcm")
    refused(tmp_path, "must have 3 items")


def test_one_damaged_file_among_good_ones_is_refused_but_inspected(tmp_path):
    series(tmp_path, [0, 2, 4])
    bad = tmp_path / "99.dcm"
    bad.write_bytes((tmp_path / "00.dcm").read_bytes()[:300])
    refused(tmp_path, r"99\.dcm")
    contents = inspect(tmp_path)
    assert len(contents.items) == 1
    assert "99.dcm" in contents.remarks[0]


def test_a_folder_of_directories_alone_holds_no_image(tmp_path):
    dataset = section(pattern(0))
    for keyword in ("Rows", "Columns", "BitsAllocated"):
        del dataset[keyword]
    dataset.SOPClassUID = MediaStorageDirectoryStorage
    save(dataset, tmp_path / "DICOMDIR")
    refused(tmp_path, "holds no DICOM image")


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"tolerance_mm": 0.0}, "tolerance_mm must be >= 0.001"),
        ({"tolerance_mm": float("nan")}, "tolerance_mm must be"),
        ({"padding": float("nan")}, "padding must be"),
        ({"serie": 3}, "did you mean 'series'"),
    ],
)
def test_options_out_of_bounds(tmp_path, options, match):
    series(tmp_path, [0, 2])
    with pytest.raises(OptionError, match=match):
        read(tmp_path, **options)
