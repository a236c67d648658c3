import errno
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_dicom import pattern, save, section
from scipy.spatial.transform import Rotation

from diaphane.errors import (
    FormatError,
    GeometryError,
    InputError,
    OptionError,
    OutputError,
    QuantityError,
)
from diaphane.formats import read, write_dicom
from diaphane.history import History, record
from diaphane.image import Image, Slices
from diaphane.notices import Notice, collect_notices
from diaphane.space import Affine, Grid
from diaphane.units import Quantity

needs_dciodvfy = pytest.mark.skipif(
    shutil.which("dciodvfy") is None, reason="the judge dciodvfy (Debian: dicom3tools) is missing"
)
needs_dcmtk = pytest.mark.skipif(
    shutil.which("dcmdump") is None, reason="the judge dcmdump (Debian: dcmtk) is missing"
)


def ct(shape=(3, 4, 5), affine=None, *, low=-1000, high=3000, whole=True, seed=0) -> Image:
    values = np.random.default_rng(seed).uniform(low, high, shape)
    values = np.rint(values) if whole else values
    affine = affine or Affine.from_spacing((2.5, 0.8, 0.7), (-10, 20, 30))
    return Image(values.astype(np.float32), Grid(shape, affine), Quantity.HOUNSFIELD)


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.dcm"))


def errors_of_dciodvfy(file: Path) -> list[str]:
    run = subprocess.run(["dciodvfy", file], capture_output=True, text=True, check=False)
    assert "CTImage" in run.stdout + run.stderr
    return [line for line in (run.stdout + run.stderr).splitlines() if line.startswith("Error")]


TILTED = Affine.from_columns([(0, 0, 3), (0, 0.9 * 0.8, -0.3 * 0.8), (0.7, 0, 0)], (1, 2, 3))
TURN = Rotation.from_euler("xyz", [20, -35, 70], degrees=True).as_matrix()
OBLIQUE = Affine.from_columns([2 * TURN[:, 2], 0.9 * TURN[:, 1], 0.7 * TURN[:, 0]], (5, -6, 7))


@needs_dciodvfy
@pytest.mark.parametrize(
    "image",
    [ct(), ct(whole=False), ct(affine=TILTED), ct(affine=OBLIQUE), ct((1, 2, 3)), ct(high=60_000)],
    ids=["whole", "rounded", "tilted", "oblique", "one slice", "wide"],
)
def test_dciodvfy_finds_no_error_in_any_file(tmp_path, image):
    write_dicom(image, tmp_path / "out", patient_name="Ünal^Zoë", patient_id="17")
    found = {f.name: errors_of_dciodvfy(f) for f in files(tmp_path / "out")}
    assert len(found) == image.grid.shape[0]
    assert not any(found.values()), found


@needs_dciodvfy
def test_a_real_head_is_written_without_error_and_read_back_unchanged(tmp_path, data):
    head = read(data / "ct" / "ge_head_ct")
    write_dicom(head, tmp_path / "out")
    found = [error for f in files(tmp_path / "out") for error in errors_of_dciodvfy(f)]
    assert found == []
    back = read(tmp_path / "out")
    assert np.array_equal(back.values, head.values)
    assert np.abs(back.positions_mm - head.positions_mm).max() < 1e-9


@needs_dcmtk
def test_dcmtk_reads_the_same_pixels_and_positions(tmp_path):
    image = ct((3, 7, 6), TILTED)
    write_dicom(image, tmp_path / "out")
    for k, file in enumerate(files(tmp_path / "out")):
        dump = ["dcmdump", "+W", str(tmp_path), str(file)]
        subprocess.run(dump, capture_output=True, check=True)
        raw = np.fromfile(tmp_path / f"{file.name}.0.raw", "<i2").reshape(7, 6)
        assert np.array_equal(raw, image.values[k])
        said = subprocess.run(
            ["dcmdump", "+P", "0020,0032", "+P", "0028,0030", str(file)],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        position, spacing = (
            [float(x) for x in line[line.index("[") + 1 : line.index("]")].split("\\")]
            for line in said.splitlines()
        )
        assert np.allclose(position, image.grid.to_mm((k, 0, 0)), atol=1e-9)
        assert np.allclose(spacing, image.grid.spacing_mm[1:], atol=1e-9)


def test_pydicom_reads_the_same_values(tmp_path):
    image = ct()
    write_dicom(image, tmp_path / "out")
    for k, file in enumerate(files(tmp_path / "out")):
        dataset = pydicom.dcmread(file)
        assert dataset.InstanceNumber == k + 1
        assert (dataset.RescaleSlope, dataset.RescaleIntercept) == (1, 0)
        assert np.array_equal(dataset.pixel_array, image.values[k])
        assert "not for diagnosis" in dataset.ImageComments


def test_simpleitk_reads_the_same_volume(tmp_path):
    sitk = pytest.importorskip("SimpleITK")
    image = ct((4, 5, 6), OBLIQUE)
    write_dicom(image, tmp_path / "out")
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(tmp_path / "out")))
    volume = reader.Execute()
    assert np.array_equal(sitk.GetArrayFromImage(volume), image.values)
    for index in ((0, 0, 0), (3, 4, 5), (1, 0, 5)):
        theirs = volume.TransformIndexToPhysicalPoint(index[::-1])
        assert np.allclose(theirs, image.grid.to_mm(index), atol=1e-4)


@st.composite
def ct_images(draw) -> Image:
    """Images of odd and even sizes, turned any way, tilted or not, whole or not."""
    shape = tuple(draw(st.tuples(st.integers(2, 5), st.integers(1, 6), st.integers(1, 6))))
    turn = Rotation.random(random_state=draw(st.integers(0, 2**31))).as_matrix()
    spacing = [draw(st.floats(0.05, 9.0)) for _ in range(3)]
    tilt = draw(st.sampled_from([0.0, 0.0, 0.3, -0.5]))
    slices, rows, columns = np.eye(3)[::-1]
    steps = [spacing[0] * (slices + tilt * rows), spacing[1] * rows, spacing[2] * columns]
    handed = draw(st.sampled_from([1, -1]))
    steps[0] = handed * steps[0]
    origin = [draw(st.floats(-500, 500)) for _ in range(3)]
    affine = Affine.from_columns([turn @ step for step in steps], origin)
    whole = draw(st.booleans())
    high = draw(st.sampled_from([100, 3000, 40_000, 90_000]))
    return ct(shape, affine, high=high, whole=whole, seed=draw(st.integers(0, 99)))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ct_images())
def test_what_is_written_is_read_back_in_its_place(tmp_path_factory, image):
    folder = tmp_path_factory.mktemp("series") / "out"
    with collect_notices() as notices:
        write_dicom(image, folder)
    rounding = [n for n in notices if n.code == "formats.rounded_to_store"]
    allowed = rounding[0].values["error_hu"] + 1e-6 if rounding else 0
    back = read(folder)
    assert isinstance(back, Image)
    assert back.grid.shape == image.grid.shape
    every = np.moveaxis(np.indices(image.grid.shape), 0, -1)
    at = back.grid.to_index(image.grid.to_mm(every))
    apart_mm = np.linalg.norm(back.grid.to_mm(np.rint(at)) - image.grid.to_mm(every), axis=-1)
    assert apart_mm.max() < 1e-6
    values = back.values[tuple(np.rint(at).astype(int)[..., i] for i in range(3))]
    assert np.abs(values - image.values).max() <= allowed


@pytest.mark.parametrize(
    ("low", "high", "slope", "intercept"),
    [
        (-1024, 3071, 1, 0),
        (-32768, 32767, 1, 0),
        (0, 65535, 1, 32768),
        (-1, 65534, 1, 32767),
        (-1000, 70_000, 2, 34_500),
    ],
)
def test_whole_values_are_stored_exactly_where_16_bits_hold_them(
    tmp_path, low, high, slope, intercept
):
    image = ct((1, 2, 2))
    image = replace(image, values=np.array([[[low, high], [0, 1]]], np.int32))
    with collect_notices() as notices:
        write_dicom(image, tmp_path / "out")
    dataset = pydicom.dcmread(files(tmp_path / "out")[0])
    assert (dataset.RescaleSlope, dataset.RescaleIntercept) == (slope, intercept)
    assert bool(notices) is (slope != 1)
    if slope == 1:
        assert np.array_equal(read(tmp_path / "out").values, image.values)


def test_rounding_is_said_with_its_step(tmp_path):
    with collect_notices() as notices:
        write_dicom(ct(whole=False), tmp_path / "out")
    (said,) = notices
    assert said.code == "formats.rounded_to_store"
    assert said.values["step_hu"] == 1 / 16
    assert 0 < said.values["error_hu"] <= 1 / 32


def test_the_tilt_has_the_sign_that_scanners_write(tmp_path, data):
    head = read(data / "ct" / "ge_head_ct")
    steps = [(0, 0, 4.22), head.row_steps_mm[0], head.column_steps_mm[0]]
    affine = Affine.from_columns(steps, head.positions_mm[0])
    write_dicom(ct((2, 3, 4), affine), tmp_path / "out")
    assert pydicom.dcmread(files(tmp_path / "out")[0]).GantryDetectorTilt == pytest.approx(18.5)


def test_loose_sections_are_written_with_their_own_positions(tmp_path):
    slices = Slices(
        values=np.stack([pattern(k) for k in range(4)]).astype(np.float32),
        positions_mm=np.array([[0, 0, 0], [0, 0, 1], [0, 0, 3.5], [0, 0, 4]]),
        row_steps_mm=np.tile([0, 0.8, 0], (4, 1)),
        column_steps_mm=np.tile([0.7, 0, 0], (4, 1)),
        quantity=Quantity.HOUNSFIELD,
    )
    write_dicom(slices, tmp_path / "out")
    back = read(tmp_path / "out")
    assert isinstance(back, Slices)
    assert np.array_equal(back.values, slices.values)
    assert np.allclose(back.positions_mm, slices.positions_mm)


def test_how_it_was_made_is_written_without_names_of_files(tmp_path):
    image = ct()
    scan = History(key="a" * 64, name="Jane_Doe.h5")
    notices = (Notice("ct.truncated", {"views": 3}),)
    options = {"window": "hann"}
    record(image, History("b" * 64, "ct.fdk", 1, options, (scan,), notices))
    write_dicom(image, tmp_path / "out")
    dataset = pydicom.dcmread(files(tmp_path / "out")[0])
    assert "ct.fdk(window=hann)" in dataset.DerivationDescription
    assert "ct.truncated" in dataset.ImageComments
    assert "b" * 64 in dataset.ImageComments
    assert "Jane" not in str(dataset)


def test_identifiers_are_new_each_time_or_from_the_content(tmp_path):
    image = ct()
    for name in ("a", "b"):
        write_dicom(image, tmp_path / name)
    for name in ("c", "d"):
        write_dicom(image, tmp_path / name, identifiers="from_content")
    write_dicom(image, tmp_path / "e", identifiers="from_content", patient_id="other")
    first = {name: files(tmp_path / name)[0].read_bytes() for name in "abcde"}
    uids = {name: pydicom.dcmread(files(tmp_path / name)[0]).SOPInstanceUID for name in "abcde"}
    assert first["c"] == first["d"]
    assert len({uids[name] for name in "abce"}) == 4
    assert all(uid.startswith("2.25.") and len(uid) <= 64 for uid in uids.values())
    within = [pydicom.dcmread(f) for f in files(tmp_path / "a")]
    assert len({d.SOPInstanceUID for d in within}) == 3
    assert len({(d.StudyInstanceUID, d.SeriesInstanceUID) for d in within}) == 1


def test_a_template_lends_patient_study_and_frame_of_reference(tmp_path):
    source = section(pattern(0), StudyInstanceUID="1.2.3", StudyID="9", FrameOfReferenceUID="1.9")
    template = save(source, tmp_path / "source.dcm")
    write_dicom(ct(), tmp_path / "out", template=template, patient_id="overruled")
    dataset = pydicom.dcmread(files(tmp_path / "out")[0])
    assert (dataset.PatientName, dataset.PatientID) == ("Secret^Person", "overruled")
    assert (dataset.StudyInstanceUID, dataset.FrameOfReferenceUID) == ("1.2.3", "1.9")
    assert dataset.SeriesInstanceUID != "1.2.3.4"
    (tmp_path / "no.dcm").write_text("no")
    with pytest.raises(FormatError, match="template"):
        write_dicom(ct(), tmp_path / "other", template=tmp_path / "no.dcm")


def test_what_cannot_be_ct_is_refused(tmp_path):
    image = ct()
    out = tmp_path / "out"
    with pytest.raises(QuantityError, match="must carry hounsfield, got attenuation"):
        write_dicom(replace(image, quantity=Quantity.ATTENUATION), out)
    with pytest.raises(GeometryError, match="nobody knows the millimeters"):
        write_dicom(replace(image, grid=replace(image.grid, unit="pixel")), out)
    skewed = Affine.from_columns([(0, 0, 1), (0.3, 1, 0), (1, 0, 0)], (0, 0, 0))
    with pytest.raises(GeometryError, match="rows and columns must be at right angles"):
        write_dicom(ct(affine=skewed), out)
    holed = np.array(image.values)
    holed[1, 2, 3] = np.nan
    with pytest.raises(InputError, match=r"got nan at \(1, 2, 3\)"):
        write_dicom(replace(image, values=holed), out)
    with pytest.raises(OptionError, match="at most 64 characters"):
        write_dicom(image, out, patient_name="x" * 65)
    with pytest.raises(OptionError, match="no backslash"):
        write_dicom(image, out, patient_id="a\\b")
    with pytest.raises(OptionError, match="series_number"):
        write_dicom(image, out, series_number=-1)
    assert not out.exists()


def test_a_folder_that_is_not_empty_is_refused_unless_told(tmp_path):
    write_dicom(ct(), tmp_path / "out")
    with pytest.raises(OutputError, match="not empty"):
        write_dicom(ct(), tmp_path / "out")
    write_dicom(ct((2, 4, 5)), tmp_path / "out", overwrite=True)
    assert len(files(tmp_path / "out")) == 2


@pytest.mark.parametrize(
    ("stop", "error"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), OutputError),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ],
)
def test_a_full_disk_or_ctrl_c_leaves_nothing(tmp_path, monkeypatch, stop, error):
    whole = pydicom.Dataset.save_as

    def save_two(self, path, **options):
        if path.name == "IM0003.dcm":
            raise stop
        whole(self, path, **options)

    monkeypatch.setattr(pydicom.Dataset, "save_as", save_two)
    with pytest.raises(error):
        write_dicom(ct(), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
