"""Raw projections: TIFF folders, Data Exchange and the Helsinki challenge, real and bad ones."""

import contextlib
import shutil
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import scipy.io
from PIL import Image as Pillow

import diaphane
from diaphane.ct import FanScan, ParallelScan
from diaphane.errors import FormatError, OptionError
from diaphane.formats import inspect, read, read_data_exchange, read_htc2022, read_tiff_folder
from diaphane.formats.mat5 import names_in_mat5, read_mat5
from diaphane.image import Quantity

RNG = np.random.default_rng(4)
PIXEL_MM = 0.1483223173330444


def _codes(value: Any) -> list[str]:
    return [n.code for n in value.history.notices]


# Real data ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tb_files(data: Path) -> list[Path]:
    folder = data / "ct/htc2022"
    return [*sorted(folder.glob("*/tb_*.mat")), folder / "tb_category7.mat"]


@pytest.fixture(scope="module")
def tb_scan(tb_files: list[Path]) -> FanScan:
    return read(tb_files)


def test_eight_windows_merge_into_549_views(tb_scan: FanScan) -> None:
    assert tb_scan.values.shape == (549, 1, 560)
    assert tb_scan.quantity is Quantity.LINE_INTEGRAL
    assert tb_scan.beam.source_to_axis_mm == 410.66
    assert tb_scan.beam.source_to_detector_mm == 553.74
    assert tb_scan.beam.detector.column_spacing_mm == 0.2
    gaps_deg = np.diff(np.rad2deg(tb_scan.beam.angles_rad))
    assert sorted(gaps_deg.round(6))[-2:] == [15, 19]
    assert sorted(gaps_deg.round(6))[-3] == 0.5
    (said,) = tb_scan.history.notices
    assert said.values == {"files": 8, "views": 549, "twice": 359}


def test_the_slice_lies_on_its_truth_and_not_on_a_mirror_of_it(
    tb_scan: FanScan, data: Path
) -> None:
    grid = {"voxel_mm": PIXEL_MM, "shape": (1, 512, 512)}
    image = diaphane.ct.fbp(tb_scan, window="hann", grid=grid)
    with Pillow.open(data / "ct/htc2022/tb_category7_truth.png") as picture:
        truth = np.asarray(picture) > 0
    inside = diaphane.segment.otsu(image).values[0] > 0

    def dice(mask: np.ndarray) -> float:
        return 2 * np.count_nonzero(mask & truth) / (mask.sum() + truth.sum())

    assert dice(inside) > 0.98
    for wrong in (inside[::-1], inside[:, ::-1], inside.T, inside[::-1, ::-1]):
        assert dice(wrong) < 0.8


@pytest.mark.parametrize("name", ["solid_disc_subsample73", "ta_subsample73", "tc_subsample"])
def test_matlab_5_and_7_give_the_same_kind_of_scan(name: str, data: Path) -> None:
    scan = read(data / f"ct/htc2022/30/{name}.mat")
    assert scan.values.shape == (61, 1, 560)
    assert -0.1 < scan.values.min() < 0.1
    assert 1 < scan.values.max() < 4
    assert (np.diff(scan.beam.angles_rad) > 0).all()
    (item,) = inspect(data / f"ct/htc2022/30/{name}.mat").items
    assert (item.kind, item.shape) == ("FanScan", (61, 1, 560))


def test_our_reader_of_matlab_5_agrees_with_scipy(data: Path) -> None:
    for file in sorted((data / "ct/htc2022").rglob("*.mat")):
        if file.read_bytes()[:10] == b"MATLAB 5.0":
            expected = scipy.io.loadmat(file, simplify_cells=True)
            names = [name for name in expected if not name.startswith("__")]
            assert names_in_mat5(file) == names
            _assert_same(read_mat5(file, tuple(names)), {name: expected[name] for name in names})


def _assert_same(came: Any, expected: Any) -> None:
    if isinstance(expected, dict):
        assert list(came) == list(expected)
        for name in expected:
            _assert_same(came[name], expected[name])
    elif isinstance(expected, np.ndarray):
        assert np.array_equal(came, expected)
    else:
        assert came == expected


def test_windows_of_two_objects_are_not_merged(data: Path) -> None:
    files = [data / "ct/htc2022/ta_category7.mat", data / "ct/htc2022/tb_category7.mat"]
    with pytest.raises(FormatError, match=r"tb_category7\.mat is another scan"):
        read(files)


def test_the_tooth_is_a_clean_slice(data: Path) -> None:
    scan = read(data / "ct/tomopy_tooth/tooth.h5", center_column=296.0)
    assert isinstance(scan, ParallelScan)
    assert (scan.values.shape, scan.flats.shape) == ((181, 2, 640), (10, 2, 640))
    assert scan.quantity is Quantity.COUNTS
    assert np.rad2deg(scan.beam.angles_rad[-1]) == pytest.approx(179.0055, abs=1e-4)
    assert _codes(scan) == ["formats.pixel_size_assumed"]
    image = diaphane.ct.fbp(diaphane.ct.line_integrals(scan))
    values = image.values[0]
    dentin, pulp = values[270:290, 385:400], values[290:300, 310:315]
    assert dentin.mean() > 10 * abs(pulp.mean())
    assert dentin.std() < 0.1 * dentin.mean()


def test_savu_folder_with_ten_angles_too_many_at_each_end(data: Path) -> None:
    folder = data / "ct/savu/test_data/data/image_test"
    with pytest.raises(OptionError, match="111 angles for 91 projections; skip_first_angles="):
        read(folder)
    with pytest.raises(OptionError, match="111 angles, 101 after skipping, for 91 projections"):
        read(folder, skip_first_angles=10)
    scan = read(folder, skip_first_angles=10, skip_last_angles=10, center_column=85.75)
    assert (scan.values.shape, scan.values.dtype) == ((91, 135, 160), np.uint16)
    assert (scan.flats.shape, scan.darks.shape) == ((1, 135, 160), (1, 135, 160))
    angles_deg = np.rad2deg(scan.beam.angles_rad)
    assert angles_deg[[0, 1, -1]] == pytest.approx([-88.2, -86.2, 91.7999])
    (item,) = inspect(folder).items
    assert (item.shape, item.facts) == ((91, 135, 160), {"flats": 1, "darks": 1})


def test_savu_volume_stands_upright_on_its_base(data: Path) -> None:
    folder = data / "ct/savu/test_data/data/image_test"
    scan = read(
        folder, skip_first_angles=10, skip_last_angles=10, center_column=85.75, pixel_mm=0.1
    )
    volume = diaphane.ct.fbp(diaphane.ct.line_integrals(scan)).values
    assert volume.shape == (135, 160, 160)
    base, air = volume[10:30, 60:100, 60:100], volume[100:120, 60:100, 60:100]
    assert base.mean() > 5 * abs(air.mean()), "the body stands below, where z is smallest"
    rod = volume[60] > 0.5 * volume[60].max()
    rows, columns = np.nonzero(rod)
    assert np.ptp(rows) == pytest.approx(np.ptp(columns), abs=2), "a rod is round"
    assert rod.sum() == pytest.approx(np.pi / 4 * (np.ptp(rows) + 1) ** 2, rel=0.1)


# TIFF folders ---------------------------------------------------------------------------------


def _tiff_folder(folder: Path, n_views: int = 12, angles: str = "") -> np.ndarray:
    folder.mkdir()
    views = RNG.integers(1, 60_000, (n_views, 3, 5)).astype(np.uint16)
    for i, view in enumerate(views):
        Pillow.fromarray(view).save(folder / f"view{i}.tif")
    for i in range(2):
        Pillow.fromarray(views[i].astype(np.float32)).save(folder / f"flat_{i}.tif")
    Pillow.fromarray(views[0]).save(folder / "Dark.tif")
    (folder / "angles.txt").write_text(angles or "\n".join(str(15 * i) for i in range(n_views)))
    return views


def test_views_are_in_the_order_of_their_numbers_and_rows_go_up(tmp_path: Path) -> None:
    views = _tiff_folder(tmp_path / "scan")
    scan = read(tmp_path / "scan")
    assert np.array_equal(scan.values, views[:, ::-1])
    assert np.array_equal(read(tmp_path / "scan", rows="upward").values, views)
    assert scan.flats.dtype == np.float32
    assert np.array_equal(scan.darks[0], views[0, ::-1])
    assert np.rad2deg(scan.beam.angles_rad) == pytest.approx(15 * np.arange(12))
    turned = read(tmp_path / "scan", body_turns="counterclockwise", pixel_mm=0.1, center_column=2.5)
    assert np.rad2deg(turned.beam.angles_rad) == pytest.approx(-15 * np.arange(12))
    assert turned.beam.detector.center_column == 2.5
    assert turned.beam.detector.row_spacing_mm == 0.1
    assert _codes(scan) == ["formats.pixel_size_assumed", "formats.center_assumed"]
    assert _codes(turned) == []


def test_one_file_of_many_pages_and_angles_in_radians(tmp_path: Path) -> None:
    folder = tmp_path / "scan"
    folder.mkdir()
    views = RNG.integers(1, 60_000, (4, 3, 5)).astype(np.uint16)
    pages = [Pillow.fromarray(v) for v in views]
    pages[0].save(folder / "all.tiff", save_all=True, append_images=pages[1:])
    (folder / "theta.csv").write_text("0, 0.1  # radians\n0.2;0.3\n")
    scan = read(folder, angles_file="theta.csv", angle_unit="rad", rows="upward")
    assert np.array_equal(scan.values, views)
    assert scan.beam.angles_rad.tolist() == [0, 0.1, 0.2, 0.3]
    assert scan.flats is None
    assert inspect(folder).items[0].shape == (4, 3, 5)


def test_a_zip_of_projections_is_read_too(tmp_path: Path) -> None:
    views = _tiff_folder(tmp_path / "scan")
    shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path / "scan")
    assert np.array_equal(read(tmp_path / "packed.zip", rows="upward").values, views)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"angle_unit": "degrees"}, "angle_unit must be 'deg' or 'rad', got 'degrees'"),
        ({"rows": "up"}, "rows must be 'downward' or 'upward'"),
        ({"body_turns": "left"}, "body_turns must be"),
        ({"skip_first_angles": 1.5}, "skip_first_angles must be"),
        ({"pixel_mm": "wide"}, "pixel_mm must be"),
        ({"pixels_mm": 1.0}, "did you mean 'pixel_mm'"),
    ],
)
def test_a_wrong_word_is_not_taken_for_another_choice(
    options: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    _tiff_folder(tmp_path / "scan")
    for reader in (read, read_tiff_folder):
        with pytest.raises(OptionError, match=sentence):
            reader(tmp_path / "scan", **options)


def _break(folder: Path, how: str) -> None:
    tiff = folder / "view3.tif"
    match how:
        case "cut":
            tiff.write_bytes(tiff.read_bytes()[:60])
        case "empty":
            tiff.write_bytes(b"")
        case "size":
            Pillow.fromarray(np.ones((4, 5), np.uint16)).save(tiff)
        case "type":
            Pillow.fromarray(np.ones((3, 5), np.float32)).save(tiff)
        case "color":
            Pillow.fromarray(np.ones((3, 5, 3), np.uint8)).save(tiff)
        case "pages":
            page = Pillow.fromarray(np.ones((3, 5), np.uint16))
            page.save(tiff, save_all=True, append_images=[page])
        case "no angles":
            (folder / "angles.txt").unlink()
        case "words":
            (folder / "angles.txt").write_text("0\n15\nthirty\n")
        case "nan":
            (folder / "angles.txt").write_text("nan\n" * 12)
        case "few":
            (folder / "angles.txt").write_text("0\n15\n")


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("cut", r"view3\.tif is not a whole TIFF file"),
        ("empty", r"view3\.tif is not a whole TIFF file"),
        ("size", r"view3\.tif is \(4, 5\) uint16"),
        ("type", r"view3\.tif is \(3, 5\) float32"),
        ("color", r"view3\.tif holds RGB pixels"),
        ("pages", "pages"),
        ("no angles", r"scan: has no angles\.txt; name the file of angles with angles_file="),
        ("words", "line 3 must be an angle, got 'thirty'"),
        ("nan", "angles_rad must be finite"),
        ("few", "2 angles for 12 projections"),
    ],
)
def test_a_bad_tiff_folder_is_refused(how: str, sentence: str, tmp_path: Path) -> None:
    _tiff_folder(tmp_path / "scan")
    _break(tmp_path / "scan", how)
    with pytest.raises((FormatError, OptionError), match=sentence) as refused:
        read_tiff_folder(tmp_path / "scan")
    assert "\n" not in str(refused.value)


def test_a_folder_without_projections_is_refused(tmp_path: Path) -> None:
    _tiff_folder(tmp_path / "scan")
    with pytest.raises(FormatError, match="none is a projection"):
        read_tiff_folder(tmp_path / "scan", projections="raw*")
    with pytest.raises(OptionError, match="pixel_mm must be > 0"):
        read_tiff_folder(tmp_path / "scan", pixel_mm=0.0)
    with pytest.raises(OptionError, match="must be >= 0"):
        read_tiff_folder(tmp_path / "scan", skip_first_angles=-1)
    with pytest.raises(FormatError, match="not a folder"):
        read_tiff_folder(tmp_path / "scan/view0.tif")


# Data Exchange --------------------------------------------------------------------------------


def _exchange(path: Path, **parts: Any) -> Path:
    values = {
        "data": np.full((6, 2, 4), 9, np.uint16),
        "data_white": np.full((1, 2, 4), 10, np.uint16),
        "theta": np.arange(6) * 30.0,
        **parts,
    }
    with h5py.File(path, "w") as file:
        for name, part in values.items():
            if part is not None:
                file[f"exchange/{name}"] = part
    return path


def test_data_exchange_units_and_missing_darks(tmp_path: Path) -> None:
    path = _exchange(tmp_path / "x.h5")
    scan = read(path)
    assert scan.darks is None
    assert np.rad2deg(scan.beam.angles_rad) == pytest.approx(np.arange(6) * 30)
    with h5py.File(path, "r+") as file:
        file["exchange/theta"].attrs["units"] = "rad"
    assert read(path).beam.angles_rad.tolist() == (np.arange(6) * 30.0).tolist()


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"theta": None}, "no angles at /exchange/theta"),
        ({"theta": np.arange(7.0)}, "7 angles for 6 projections"),
        ({"data": np.ones((6, 8))}, "three axes"),
        ({"data": np.ones((0, 2, 4))}, "empty"),
        ({"data": np.full((6, 2, 4), np.nan)}, "must be finite"),
        ({"data": np.full((6, 2, 4), -1.0)}, "cannot be negative"),
        ({"data_white": np.ones((1, 3, 4))}, "flats must be"),
    ],
)
def test_a_bad_data_exchange_file_is_refused(
    parts: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    path = _exchange(tmp_path / "bad.h5", **parts)
    with pytest.raises((FormatError, OptionError), match=sentence) as refused:
        read(path)
    assert "\n" not in str(refused.value)


# The Helsinki challenge -----------------------------------------------------------------------


def _challenge(path: Path, angles: list[float], **changed: Any) -> Path:
    parameters = {
        "projectName": "ball",
        "angles": np.array(angles),
        "distanceSourceOrigin": 400.0,
        "distanceSourceDetector": 500.0,
        "pixelSizePost": 0.2,
        "numDetectorsPost": 5,
    }
    sinogram = np.array([np.arange(5) + a for a in angles])
    content = {"parameters": parameters, "sinogram": sinogram, **changed}
    scipy.io.savemat(path, {"CtDataLimited": content})
    return path


def test_views_of_two_windows_are_taken_once_and_turned_into_our_angles(tmp_path: Path) -> None:
    files = [
        _challenge(tmp_path / "a.mat", [0.0, 10.0]),
        _challenge(tmp_path / "b.mat", [10.0, 30.0]),
    ]
    scan = read(files)
    assert np.rad2deg(scan.beam.angles_rad) == pytest.approx([150, 170, 180])
    assert scan.values[:, 0].tolist() == [[4 + a - i for i in range(5)] for a in (30, 10, 0)]
    assert len(inspect(files).items) == 2


def test_views_that_disagree_are_refused(tmp_path: Path) -> None:
    files = [
        _challenge(tmp_path / "a.mat", [0.0, 10.0]),
        _challenge(tmp_path / "b.mat", [10.0], sinogram=np.ones((1, 5))),
    ]
    with pytest.raises(FormatError, match=r"view at 10\.0° differs between a\.mat and b\.mat"):
        read_htc2022(files)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"sinogram": np.ones((3, 5))}, "2 angles for 3 views"),
        ({"sinogram": np.ones((2, 6))}, "has 6 columns, its parameters say 5"),
        ({"sinogram": np.full((2, 5), np.nan)}, "must be finite"),
        ({"parameters": {"angles": [0.0, 1.0]}}, "numDetectorsPost"),
    ],
)
def test_a_bad_file_of_the_challenge_is_refused(
    changed: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    path = _challenge(tmp_path / "bad.mat", [0.0, 1.0], **changed)
    with pytest.raises(FormatError, match=sentence):
        read(path)


def test_files_cut_anywhere_are_refused_in_one_sentence(data: Path, tmp_path: Path) -> None:
    for name, reader in {
        "htc2022/ta_category7.mat": read_htc2022,
        "htc2022/30/ta_subsample73.mat": read_htc2022,
        "tomopy_tooth/tooth.h5": read_data_exchange,
    }.items():
        whole = (data / "ct" / name).read_bytes()
        path = tmp_path / Path(name).name
        for n in RNG.integers(0, len(whole) - 9, 12):
            path.write_bytes(whole[:n])
            with pytest.raises(FormatError, match=path.name):
                reader(path)
            with pytest.raises(FormatError):
                read(path)


def test_a_file_of_the_challenge_with_any_byte_changed_is_read_or_refused(tmp_path: Path) -> None:
    whole = _challenge(tmp_path / "whole.mat", [0.0, 1.0]).read_bytes()
    path = tmp_path / "changed.mat"
    for place in range(0, len(whole), 3):
        changed = bytearray(whole)
        changed[place] ^= int(RNG.integers(1, 255))
        path.write_bytes(bytes(changed))
        with contextlib.suppress(FormatError):
            read_htc2022(path)
