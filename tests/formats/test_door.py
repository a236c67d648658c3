import dataclasses
import gzip
import json
import lzma
import tarfile
import zipfile

import h5py
import numpy as np
import pytest
from made_dicom import pattern, save, section, series
from scipy.io import savemat

import diaphane
from diaphane import formats
from diaphane.errors import FormatError, OptionError
from diaphane.formats import door, inspect, read
from diaphane.formats.unpack import unpacked


def zipped(folder, path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in folder.rglob("*"):
            archive.write(file, file.relative_to(folder.parent))
    return path


def tarred(folder, path, mode):
    with tarfile.open(path, mode) as archive:
        archive.add(folder, folder.name)
    return path


@pytest.mark.parametrize("name", ["s.zip", "s.tar", "s.tar.gz", "s.tar.xz", "s.tar.bz2", "s.dat"])
def test_an_archive_is_read_like_its_folder_whatever_its_name(tmp_path, name):
    folder = series(tmp_path / "deep" / "s", [0, 2, 4])
    if name.endswith((".zip", ".dat")):
        path = zipped(folder, tmp_path / name)
    else:
        kind = name.rpartition(".")[2].replace("tar", "")
        path = tarred(folder, tmp_path / name, f"w:{kind}")
    image, plain = read(path), read(folder)
    assert np.array_equal(image.values, plain.values)
    assert image.history.name == name
    assert image.history.key == plain.history.key
    assert inspect(path).source == name


@pytest.mark.parametrize("squeeze", [gzip.compress, lzma.compress])
def test_a_single_compressed_file_is_read(tmp_path, squeeze):
    file = save(section(pattern(3)), tmp_path / "a.dcm")
    (tmp_path / "a.dcm.packed").write_bytes(squeeze(file.read_bytes()))
    assert np.array_equal(read(tmp_path / "a.dcm.packed").values[0], pattern(3) - 1024.0)


def test_nothing_is_left_of_an_unpacked_archive(tmp_path):
    path = zipped(series(tmp_path / "s", [0, 2]), tmp_path / "s.zip")
    with unpacked(path) as folder:
        assert folder.is_dir()
    assert not folder.exists()


def test_a_damaged_archive_is_one_sentence(tmp_path):
    for name in ("s.zip", "s.tar.xz", "s.tar.gz"):
        folder = series(tmp_path / "s", [0, 2])
        if name.endswith("zip"):
            path = zipped(folder, tmp_path / name)
        else:
            path = tarred(folder, tmp_path / name, f"w:{name[-2:]}")
        path.write_bytes(path.read_bytes()[:-200])
        with pytest.raises(FormatError, match=name) as caught:
            read(path)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["../evil.dcm", "/evil.dcm", "a/../../evil.dcm", "C:\\evil.dcm"])
def test_an_archive_may_not_write_outside_its_folder(tmp_path, name):
    with zipfile.ZipFile(tmp_path / "s.zip", "w") as archive:
        archive.writestr(name, "x")
    with pytest.raises(FormatError, match="names a place outside itself"):
        read(tmp_path / "s.zip")


def test_links_in_an_archive_are_left_out(tmp_path):
    with tarfile.open(tmp_path / "s.tar", "w") as archive:
        link = tarfile.TarInfo("link.dcm")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    with unpacked(tmp_path / "s.tar") as folder:
        assert list(folder.iterdir()) == []


def test_an_archive_larger_than_there_is_room_for_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("diaphane.formats.unpack.MAX_BYTES", 1_000_000)
    (tmp_path / "zeros").write_bytes(gzip.compress(b"zero" * 1_250_000))
    with pytest.raises(FormatError, match="larger than the disk has room for"):
        read(tmp_path / "zeros")


def test_an_archive_of_other_things_says_what_can_be_read(tmp_path):
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "a.txt").write_text("x")
    (tmp_path / "s" / "b.txt").write_text("y")
    with pytest.raises(FormatError, match="Diaphane reads, which are: DICOM"):
        read(zipped(tmp_path / "s", tmp_path / "s.zip"))


def test_the_format_can_be_named_and_is_checked(tmp_path):
    series(tmp_path / "s", [0, 2])
    assert read(tmp_path / "s", format="dicom").values.shape == (2, 4, 5)
    with pytest.raises(OptionError, match="did you mean 'dicom'"):
        read(tmp_path / "s", format="dicon")


def test_a_list_names_files_that_exist(tmp_path):
    series(tmp_path / "s", [0, 2])
    with pytest.raises(FormatError, match="list of files is empty"):
        read([])
    with pytest.raises(FormatError, match="is not a file"):
        read([tmp_path / "s"])


def test_whatever_a_reader_stumbles_over_is_one_sentence(tmp_path, monkeypatch):
    series(tmp_path / "s", [0, 2])
    told = {KeyError("x"): "cannot be read", MemoryError(): "more memory", RecursionError(): "deep"}
    for error, sentence in told.items():

        def stumble(path, error=error):
            raise error

        monkeypatch.setattr(door.Format, "function", lambda self, name, f=stumble: f)
        with pytest.raises(FormatError, match=sentence):
            read(tmp_path / "s")


def test_contents_are_plain_data_for_json(tmp_path):
    series(tmp_path / "s", [0, 2])
    contents = json.loads(json.dumps(dataclasses.asdict(inspect(tmp_path / "s"))))
    assert contents["format"] == "dicom"
    assert contents["items"][0]["shape"] == [2, 4, 5]


def test_the_door_stands_at_the_top_of_the_package():
    assert diaphane.read is formats.read


@pytest.mark.parametrize("row", door.FORMATS, ids=lambda row: row.name)
def test_every_format_has_its_reader_and_inspector(row):
    assert callable(row.function(row.reader))
    assert callable(row.function(row.inspector))


@pytest.mark.parametrize("name", sorted(formats.__all__))
def test_every_exported_name_is_there(name):
    assert getattr(formats, name) is not None


def test_a_folder_of_single_files_names_them_and_the_mend(tmp_path):
    image = diaphane.read(series(tmp_path / "dicom", [0, 2]))
    folder = tmp_path / "volumes"
    formats.write_nifti(image, folder / "a.nii.gz")
    (folder / "notes.txt").write_text("nothing")
    for look in (read, inspect):
        with pytest.raises(FormatError, match=r"it holds a.nii.gz \(NIfTI\); name the file") as e:
            look(folder)
        assert str(e.value).endswith(str(folder / "a.nii.gz"))
    for name in "bcd":
        formats.write_nifti(image, folder / f"{name}.nii")
    with pytest.raises(FormatError, match=r"b.nii \(NIfTI\), c.nii \(NIfTI\) and 1 more; name"):
        read(folder)
    with pytest.raises(FormatError, match=r"s.zip is not a series.*unpack it and name the file"):
        read(zipped(folder, tmp_path / "s.zip"))


def _matlab_5(path):
    savemat(path, {"CtDataFull": {"sinogram": np.arange(5000.0)}}, do_compression=True)


def _hdf5(path):
    with h5py.File(path, "w") as file:
        file["exchange/data"] = np.arange(5000)


def _matlab_7(path):
    with h5py.File(path, "w", userblock_size=512) as file:
        file["CtDataFull/sinogram"] = np.arange(5000)
    with path.open("r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file")


@pytest.mark.parametrize("share", ["half", "all but 7 bytes"])
@pytest.mark.parametrize(
    ("make", "kind"),
    [(_hdf5, "an HDF5"), (_matlab_7, "a MATLAB 7.3"), (_matlab_5, "a MATLAB 5")],
)
def test_a_file_cut_short_is_told_from_one_that_is_not_known(tmp_path, make, kind, share):
    path = tmp_path / "a.dat"
    make(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2 if share == "half" else -7])
    with pytest.raises(FormatError, match=f"is {kind} file.*cut short.*download"):
        read(path)


def test_a_whole_file_without_projections_says_what_it_holds(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["other"] = 1
    with pytest.raises(FormatError, match="an HDF5 file that holds other, but neither"):
        read(tmp_path / "a.h5")
    savemat(tmp_path / "a.mat", {"other": 1.0})
    with pytest.raises(FormatError, match="a MATLAB 5 file that holds other, but no sinogram"):
        read(tmp_path / "a.mat")
