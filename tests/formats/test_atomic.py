import errno
import os
from pathlib import Path

import pytest

from diaphane.errors import OutputError
from diaphane.formats.atomic import MARKER, atomic_file, atomic_folder


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_a_file_appears_only_when_it_is_whole(tmp_path):
    target = tmp_path / "deep" / "a.nii.gz"
    with atomic_file(target) as part:
        assert part.name.endswith(".nii.gz")
        part.write_bytes(b"whole")
        assert not target.exists()
    assert target.read_bytes() == b"whole"
    assert names(target.parent) == ["a.nii.gz"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_what_stops_the_writing_leaves_nothing(tmp_path, error):
    def write_half():
        with atomic_file(tmp_path / "a") as part:
            part.write_bytes(b"half")
            raise error

    with pytest.raises(error):
        write_half()
    assert names(tmp_path) == []


def test_a_file_is_replaced_only_when_told(tmp_path):
    target = tmp_path / "a"
    target.write_text("old")
    with pytest.raises(OutputError, match="exists already"), atomic_file(target):
        pass
    with atomic_file(target, overwrite=True) as part:
        part.write_text("new")
    assert target.read_text() == "new"


def test_an_interrupted_overwrite_keeps_the_old_file(tmp_path):
    target = tmp_path / "a"
    target.write_text("old")

    def write_half():
        with atomic_file(target, overwrite=True) as part:
            part.write_text("ne")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert target.read_text() == "old"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("make", [atomic_file, atomic_folder])
@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
        RuntimeError("Can't write data (No space left on device)"),
    ],
)
def test_a_full_disk_is_said_in_one_sentence(tmp_path, make, error):
    def write():
        with make(tmp_path / "a"):
            raise error

    with pytest.raises(OutputError, match="disk is full"):
        write()
    assert names(tmp_path) == []


def test_a_full_disk_within_a_folder_that_is_being_written_names_the_final_path(tmp_path):
    def write():
        with atomic_folder(tmp_path / "run") as folder, atomic_file(folder / "image.h5"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(OutputError, match="disk is full") as said:
        write()
    assert str(said.value).startswith(f"{tmp_path / 'run' / 'image.h5'}: ")
    assert names(tmp_path) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_device_that_is_full_is_said_too(tmp_path):
    def write():
        with (
            atomic_file(tmp_path / "a"),
            Path("/dev/full").open("wb", buffering=0) as full,
        ):
            full.write(b"x")

    with pytest.raises(OutputError, match="disk is full"):
        write()


def test_other_runtime_errors_pass(tmp_path):
    def write():
        with atomic_file(tmp_path / "a"):
            raise RuntimeError("something else")

    with pytest.raises(RuntimeError, match="something else"):
        write()


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot be written"), atomic_file(tmp_path / "file/a"):
        pass


def test_a_file_that_was_never_written_is_an_error(tmp_path):
    with pytest.raises(OutputError, match="nothing was written"), atomic_file(tmp_path / "a"):
        pass


def test_a_folder_in_place_of_a_file_and_the_reverse_are_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="is a folder"), atomic_file(tmp_path):
        pass
    with pytest.raises(OutputError, match="is a file"), atomic_folder(tmp_path / "file"):
        pass


def test_a_folder_appears_whole_and_remembers_what_is_in_it(tmp_path):
    target = tmp_path / "out"
    with atomic_folder(target) as part:
        (part / "sub").mkdir()
        (part / "sub" / "a").write_text("a")
        assert not target.exists()
    assert names(target) == [MARKER, "sub"]
    assert names(tmp_path) == ["out"]


def test_an_empty_folder_may_stand_there(tmp_path):
    target = tmp_path / "out"
    target.mkdir()
    with atomic_folder(target) as part:
        (part / "a").write_text("a")
    assert (target / "a").read_text() == "a"


def test_a_folder_that_is_not_empty_is_refused_unless_told(tmp_path):
    target = tmp_path / "out"
    with atomic_folder(target) as part:
        (part / "a").write_text("old")
    with pytest.raises(OutputError, match="not empty"), atomic_folder(target):
        pass
    with atomic_folder(target, overwrite=True) as part:
        (part / "b").write_text("new")
    assert names(target) == [MARKER, "b"]
    assert names(tmp_path) == ["out"]


def test_somebody_elses_folder_is_never_overwritten(tmp_path):
    target = tmp_path / "out"
    target.mkdir()
    (target / "thesis.txt").write_text("years")
    with (
        pytest.raises(OutputError, match="did not write it"),
        atomic_folder(target, overwrite=True),
    ):
        pass
    assert names(target) == ["thesis.txt"]


@pytest.mark.parametrize(("name", "said"), [("mine", "was added"), ("a", "was changed")])
def test_a_file_that_was_added_or_changed_protects_its_folder(tmp_path, name, said):
    target = tmp_path / "out"
    with atomic_folder(target) as part:
        (part / "a").write_text("old")
    (target / name).write_text("something of mine")
    with pytest.raises(OutputError, match=said), atomic_folder(target, overwrite=True):
        pass
    assert (target / name).read_text() == "something of mine"


def test_an_interrupted_overwrite_keeps_the_old_folder(tmp_path):
    target = tmp_path / "out"
    with atomic_folder(target) as part:
        (part / "a").write_text("old")

    def write_half():
        with atomic_folder(target, overwrite=True) as part:
            (part / "a").write_text("n")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert (target / "a").read_text() == "old"
    assert names(tmp_path) == ["out"]


def test_the_folder_one_is_in_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OutputError, match="folder you are in"), atomic_folder("."):
        pass
