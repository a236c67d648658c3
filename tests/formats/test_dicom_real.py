"""Real series against their headers as pydicom reads them."""

import tarfile

import numpy as np
import pydicom
import pytest

from diaphane.errors import FormatError
from diaphane.formats import inspect, read
from diaphane.image import Cine, Image, Slices
from diaphane.units import Quantity

SKULL = "dcm_qa_ct_Philips_bone1mm_S2030.tar.xz"


def test_every_slice_of_the_tilted_head_lies_where_its_header_says(data):
    slices = read(data / "ct" / "ge_head_ct")
    assert isinstance(slices, Slices)
    assert slices.quantity is Quantity.HOUNSFIELD
    headers = [pydicom.dcmread(f) for f in (data / "ct" / "ge_head_ct").glob("*.dcm")]
    headers.sort(key=lambda h: float(h.ImagePositionPatient[2]))
    assert slices.values.shape == (28, 512, 512)
    for k, header in enumerate(headers):
        along_row, along_column = np.reshape(np.float64(header.ImageOrientationPatient), (2, 3))
        for row, column in ((0, 0), (511, 0), (0, 511), (511, 511)):
            said = (
                np.float64(header.ImagePositionPatient)
                + along_column * float(header.PixelSpacing[0]) * row
                + along_row * float(header.PixelSpacing[1]) * column
            )
            ours = (
                slices.positions_mm[k]
                + slices.row_steps_mm[k] * row
                + slices.column_steps_mm[k] * column
            )
            assert np.linalg.norm(said - ours) < 0.001
        assert np.array_equal(slices.values[k], header.pixel_array)
    notices = {n.code: n.values for n in slices.history.notices}
    assert notices["formats.uneven_slices"]["smallest_mm"] == pytest.approx(1.08, abs=0.01)
    assert notices["formats.padding_kept"]["value"] == -1500


def test_the_skull_is_a_grid_within_a_thousandth_of_its_headers(data, tmp_path):
    with tarfile.open(data / "anatomy" / SKULL) as archive:
        archive.extractall(tmp_path, filter="data")
    image = read(tmp_path)
    assert isinstance(image, Image)
    assert image.values.shape == (140, 512, 512)
    assert not image.grid.is_sheared
    for file in sorted(tmp_path.rglob("I*0")):
        header = pydicom.dcmread(file)
        at = image.grid.to_index(np.float64(header.ImagePositionPatient))
        k = round(float(at[0]))
        apart = image.grid.to_mm((k, 0, 0)) - np.float64(header.ImagePositionPatient)
        assert np.linalg.norm(apart) < 0.001
        if k % 20 == 0:
            assert np.array_equal(image.values[k], header.pixel_array - 1024.0)


@pytest.mark.slow
def test_the_skull_is_read_from_its_archive(data):
    image = read(data / "anatomy" / SKULL)
    assert image.values.shape == (140, 512, 512)
    assert image.history.name == SKULL


def test_three_slices_in_a_zip(data):
    image = read(data / "anatomy" / "pyvista_vtkdata" / "data.zip")
    assert isinstance(image, Image)
    assert image.values.shape == (3, 512, 512)
    assert image.quantity is Quantity.AMPLITUDE
    assert np.allclose(image.grid.spacing_mm, (12, 0.9765625, 0.9765625))


def test_a_coronal_mr_series_runs_from_front_to_back(data):
    image = read(data / "mri" / "dicom" / "dcm4che_MR")
    assert image.values.shape == (16, 256, 256)
    assert [far for far, _ in image.grid.letters] == ["P", "F", "L"]
    assert image.grid.spacing_mm[0] == pytest.approx(2.0, abs=1e-5)


def test_an_enhanced_mr_image_in_gz_has_176_slices(data):
    image = read(data / "mri" / "nibabel" / "philips_mprage.dcm.gz")
    assert image.values.shape == (176, 256, 256)
    assert np.allclose(image.grid.spacing_mm, 1, atol=1e-4)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("US-PAL-8-10x-echo.dcm", Cine),
        ("US-RGB-8-epicard.dcm", Image),
        ("US-RGB-8-esopecho.dcm", Image),
        ("US-YBR_FULL_422-EVRLE.dcm", Image),
        ("US1_UNCR.dcm", Image),
        ("dicomParser_IM00001_multiframe.dcm", Cine),
        ("gdcm-US-ALOKA-16.dcm", Image),
        ("pydicom_examples_jpeg2k.dcm", Image),
        ("pydicom_examples_palette.dcm", Image),
        ("pydicom_examples_ybr_color.dcm", Cine),
    ],
)
def test_ultrasound_pictures_are_colors_in_pixels(data, name, kind):
    value = read(data / "us" / "dicom" / name)
    assert isinstance(value, kind)
    assert value.quantity is Quantity.COLOR
    assert value.values.dtype == np.uint8
    assert value.grid.unit == "pixel"
    if kind is Cine:
        assert (np.diff(value.times_s) > 0).all()


def test_one_picture_compressed_and_plain_is_the_same(data):
    plain = read(data / "us" / "dicom" / "US1_UNCR.dcm")
    packed = read(data / "us" / "dicom" / "pydicom_examples_jpeg2k.dcm")
    assert np.array_equal(plain.values, packed.values)


@pytest.mark.parametrize(
    ("path", "match"),
    [
        ("mri/nibabel/0.dcm", "mosaic"),
        ("mri/nibabel/siemens_dwi_0.dcm.gz", "mosaic"),
        ("mri/dicom/emri_small.dcm", "neither positions"),
        ("mri/dicom", "holds 4 series"),
        ("us/dicom", "holds 9 series"),
        ("anatomy/pyvista_vtkdata/blood_vessels.zip", "holds no file that Diaphane reads"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(data, path, match):
    with pytest.raises(FormatError, match=match) as caught:
        read(data / path)
    assert "\n" not in str(caught.value)


def test_every_real_series_can_be_inspected(data):
    contents = inspect(data / "ct" / "ge_head_ct")
    (item,) = contents.items
    assert (item.kind, item.quantity, item.facts["images"]) == ("Slices", "hounsfield", 28)
    assert item.facts["gantry_tilt_deg"] == 18.5
    assert len(inspect(data / "us" / "dicom").items) == 9
