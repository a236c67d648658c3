"""NIfTI: the round trip of any grid, units, scales, two statements of place, and bad files."""

import contextlib
import warnings
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from hypothesis import given

from diaphane.errors import FormatError, InputError, OptionError
from diaphane.formats import read, read_nifti, write_nifti
from diaphane.image import Cine, Image, Labels, Quantity, Surface
from diaphane.space import Affine, Grid
from diaphane.testing import grids, images

RNG = np.random.default_rng(3)
NUMBERS = ("u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8", "c8", "c16")
OBLIQUE = Grid(
    (3, 4, 5),
    Affine.from_columns(
        np.array([(0.2, 0.1, 2.0), (0.05, 0.6, -0.02), (0.7, -0.04, 0.01)]), np.array([9.0, -7, 5])
    ),
)


def _save(path: Path, values: Any, affine: Any = None, **fields: Any) -> Path:
    affine = np.diag([0.5, 0.6, 2, 1]) if affine is None else affine
    image = nibabel.Nifti1Image(values, affine, dtype=values.dtype)
    image.header.set_xyzt_units("mm", "sec")
    for name, value in fields.items():
        image.header[name] = value
    nibabel.save(image, path)
    return path


def _codes(value: Any) -> list[str]:
    return [n.code for n in value.history.notices]


@given(image=images(grids()))
def test_any_image_comes_back(image: Image, tmp_path_factory: Any) -> None:
    path = tmp_path_factory.mktemp("nifti") / "image.nii"
    write_nifti(image, path)
    came = read(path)
    assert came.values.dtype == image.values.dtype
    assert np.array_equal(came.values, image.values)
    assert came.quantity is image.quantity
    # NIfTI holds affines in single precision.
    assert came.grid.is_close(image.grid, tolerance=1e-3)


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize("ending", ["nii", "nii.gz"])
def test_every_kind_of_number_comes_back_as_it_was(dtype: str, ending: str, tmp_path: Path) -> None:
    values = RNG.normal(scale=50, size=OBLIQUE.shape).astype(dtype)
    write_nifti(Image(values, OBLIQUE, Quantity.AMPLITUDE), tmp_path / f"x.{ending}")
    came = read(tmp_path / f"x.{ending}")
    assert came.values.dtype == values.dtype
    assert np.array_equal(came.values, values)


def test_labels_and_their_names_come_back(tmp_path: Path) -> None:
    values = RNG.integers(0, 3, OBLIQUE.shape).astype(np.uint16)
    write_nifti(Labels(values, OBLIQUE, {1: "bone", 2: "dent de sagesse"}), tmp_path / "l.nii.gz")
    came = read(tmp_path / "l.nii.gz")
    assert isinstance(came, Labels)
    assert np.array_equal(came.values, values)
    assert dict(came.names) == {1: "bone", 2: "dent de sagesse"}
    assert isinstance(read(tmp_path / "l.nii.gz", as_labels=False), Image)


def test_channels_colors_and_times_come_back(tmp_path: Path) -> None:
    channels = Image(RNG.normal(size=(*OBLIQUE.shape, 2)), OBLIQUE, Quantity.VELOCITY, ("a", "b"))
    color = Image(RNG.integers(0, 255, (*OBLIQUE.shape, 3)).astype("u1"), OBLIQUE, Quantity.COLOR)
    cine = Cine(
        RNG.normal(size=(4, *OBLIQUE.shape)), OBLIQUE, 0.5 + 0.25 * np.arange(4), Quantity.AMPLITUDE
    )
    for i, value in enumerate((channels, color, cine)):
        write_nifti(value, tmp_path / f"{i}.nii")
        came = read(tmp_path / f"{i}.nii")
        assert type(came) is type(value)
        assert np.array_equal(came.values, value.values)
        assert came.channels == value.channels
    assert np.allclose(came.times_s, cine.times_s, atol=1e-6)


def test_red_green_blue_voxels_are_a_color_image(tmp_path: Path) -> None:
    rgb = np.zeros((5, 4, 3), [("R", "u1"), ("G", "u1"), ("B", "u1")])
    rgb["G"][4, 0, 1] = 7
    image = read(_save(tmp_path / "rgb.nii", rgb))
    assert image.quantity is Quantity.COLOR
    assert image.values.shape == (3, 4, 5, 3)
    assert image.values[1, 0, 4].tolist() == [0, 7, 0]


def test_a_grid_without_millimeters_gets_no_position(tmp_path: Path) -> None:
    write_nifti(
        Image(np.ones((1, 3, 4)), Grid.of_pixels(3, 4), Quantity.UNKNOWN), tmp_path / "p.nii"
    )
    assert "formats.position_unknown" in _codes(read(tmp_path / "p.nii"))


@pytest.mark.parametrize(("unit", "factor"), [("mm", 1), ("meter", 1000), ("micron", 0.001)])
def test_units_become_millimeters(unit: str, factor: float, tmp_path: Path) -> None:
    path = _save(tmp_path / "u.nii", np.ones((2, 3, 4), "f4"))
    image = nibabel.load(path)
    image.header.set_xyzt_units(unit)
    nibabel.save(image, tmp_path / "v.nii")
    assert read(tmp_path / "v.nii").grid.spacing_mm == pytest.approx(
        (2 * factor, 0.6 * factor, 0.5 * factor)
    )


def test_an_unknown_unit_is_said(tmp_path: Path) -> None:
    path = _save(tmp_path / "u.nii", np.ones((2, 3, 4), "f4"), xyzt_units=0)
    assert "formats.unit_assumed" in _codes(read(path))


def test_a_scale_is_applied(tmp_path: Path) -> None:
    image = nibabel.Nifti1Image(np.arange(24, dtype="i2").reshape(2, 3, 4), np.eye(4))
    image.header.set_slope_inter(2, -1000)
    nibabel.save(image, tmp_path / "s.nii")
    came = read(tmp_path / "s.nii")
    assert came.values.dtype == np.float32
    assert np.allclose(came.values.T, nibabel.load(tmp_path / "s.nii").get_fdata())
    assert came.values.max() > 10 or came.values.min() < 0


@pytest.mark.parametrize(("shift_mm", "outcome"), [(0.0, ""), (0.3, "notice"), (20.0, "refused")])
def test_two_statements_of_place_that_differ(shift_mm: float, outcome: str, tmp_path: Path) -> None:
    path = tmp_path / "f.nii"
    image = nibabel.Nifti1Image(np.ones((2, 3, 4), "f4"), np.diag([0.5, 0.6, 2, 1]))
    shifted = image.affine.copy()
    shifted[0, 3] += shift_mm
    image.set_sform(image.affine, 2)
    image.set_qform(shifted, 1)
    nibabel.save(image, path)
    if outcome == "refused":
        with pytest.raises(FormatError, match="20 mm apart; say which to take, form='sform'"):
            read(path)
    else:
        assert ("formats.forms_differ" in _codes(read(path))) == (outcome == "notice")
    by_sform, by_qform = read(path, form="sform"), read(path, form="qform")
    apart = by_sform.grid.affine.origin_mm - by_qform.grid.affine.origin_mm
    assert apart == pytest.approx((shift_mm, 0, 0), abs=1e-5)


def test_volumes_without_known_times_are_refused_until_the_time_is_given(tmp_path: Path) -> None:
    path = _save(tmp_path / "t.nii", np.ones((2, 3, 4, 5), "f4"), xyzt_units=2)
    with pytest.raises(FormatError, match="give time_step_s="):
        read(path)
    assert read(path, time_step_s=0.5).times_s.tolist() == [0, 0.5, 1, 1.5, 2]
    with pytest.raises(OptionError, match="time_step_s must be > 0"):
        read(path, time_step_s=-1.0)


def test_pairs_big_endian_files_and_nifti_2_are_read(tmp_path: Path) -> None:
    values = RNG.integers(0, 999, (3, 4, 5)).astype(">i2")
    affine = np.diag([0.5, 0.6, 2, 1])
    nibabel.save(nibabel.Nifti2Image(values, affine, dtype=values.dtype), tmp_path / "two.nii")
    nibabel.save(nibabel.Nifti1Pair(values, affine, dtype=values.dtype), tmp_path / "pair.img")
    header = nibabel.Nifti1Header(endianness=">")
    header.set_data_dtype(values.dtype)
    nibabel.save(nibabel.Nifti1Image(values, affine, header), tmp_path / "big.nii.gz")
    for name in ("two.nii", "pair.hdr", "big.nii.gz"):
        came = read(tmp_path / name)
        assert came.values.dtype == np.dtype("i2")
        assert np.array_equal(came.values.T, values)
        assert came.grid.spacing_mm == pytest.approx((2, 0.6, 0.5))


def test_a_flat_file_is_one_slice(tmp_path: Path) -> None:
    image = read(_save(tmp_path / "flat.nii", np.arange(12, dtype="i2").reshape(3, 4)))
    assert image.grid.shape == (1, 4, 3)
    assert image.grid.spacing_mm[1:] == pytest.approx((0.6, 0.5))


def test_what_is_not_finite_is_counted(tmp_path: Path) -> None:
    values = np.ones((2, 3, 4), "f4")
    values[0, 0, :2] = np.nan
    image = read(_save(tmp_path / "nan.nii", values))
    (said,) = [n for n in image.history.notices if n.code == "formats.not_finite"]
    assert said.values["voxels"] == 2


def test_fractions_are_no_labels(tmp_path: Path) -> None:
    path = _save(tmp_path / "x.nii", np.full((2, 3, 4), 0.5, "f4"))
    with pytest.raises(FormatError, match="labels are whole numbers"):
        read(path, as_labels=True)


def test_wrong_options_are_said(tmp_path: Path) -> None:
    path = _save(tmp_path / "x.nii", np.ones((2, 3, 4), "f4"))
    with pytest.raises(OptionError, match="hounsfield"):
        read(path, quantity="hounsfeld")
    with pytest.raises(OptionError, match="as_labels"):
        read(path, as_label=True)
    with pytest.raises(FormatError, match="has no qform"):
        read(_save(tmp_path / "y.nii", np.ones((2, 3, 4), "f4"), qform_code=0), form="qform")


def test_what_nifti_cannot_hold_is_refused(tmp_path: Path) -> None:
    surface = Surface(np.zeros((3, 3), "f4"), np.array([[0, 1, 2]], "i4"))
    cine = Cine(np.ones((3, 1, 2, 2)), Grid.of_pixels(2, 2), np.array([0, 1, 5.0]), Quantity.COUNTS)
    with pytest.raises(InputError, match="evenly spaced times"):
        write_nifti(cine, tmp_path / "c.nii")
    with pytest.raises(InputError, match=r"ends in \.nii"):
        write_nifti(cine, tmp_path / "c.mha")
    with pytest.raises(InputError, match="Surface"):
        write_nifti.__wrapped__(surface, tmp_path / "s.nii")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ending", ["nii", "nii.gz"])
def test_a_file_cut_anywhere_is_refused_in_one_sentence(ending: str, tmp_path: Path) -> None:
    values = RNG.integers(0, 999, (9, 8, 7)).astype("i2")
    whole = _save(tmp_path / f"whole.{ending}", values).read_bytes()
    path = tmp_path / f"cut.{ending}"
    for n in RNG.integers(0, len(whole) - 8, 40):
        path.write_bytes(whole[:n])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(FormatError, match="cut"):
                read_nifti(path)
            with pytest.raises(FormatError):
                read(path)


def test_a_file_with_any_byte_changed_is_read_or_refused(tmp_path: Path) -> None:
    whole = _save(tmp_path / "whole.nii", np.ones((3, 4, 5), "i2")).read_bytes()
    path = tmp_path / "changed.nii"
    for place in range(348):
        changed = bytearray(whole)
        changed[place] ^= (0x01, 0x80, 0xFF)[place % 3]
        path.write_bytes(bytes(changed))
        with contextlib.suppress(FormatError):
            read_nifti(path)
