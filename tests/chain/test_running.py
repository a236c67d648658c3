"""Running, storing, recording and replaying chains."""

import errno
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny_steps
from tiny_steps import STEPS, TEXT

from diaphane import chain, formats
from diaphane.chain.cost import measured
from diaphane.errors import (
    Cancelled,
    ChainError,
    FormatError,
    InputError,
    OutputError,
)
from diaphane.history import record_source
from diaphane.image import Image
from diaphane.progress import Cancel, Progress, listen
from diaphane.units import Quantity

PARSED = chain.parse(TEXT)


@pytest.fixture(autouse=True)
def _no_calls_yet() -> None:
    tiny_steps.calls.clear()


def run(folder: Path | None = None, text: str = TEXT, **options: Any) -> chain.Run:
    source = tiny_steps.image()
    record_source(source, "body.nii.gz")
    return chain.run(chain.parse(text), {"image": source}, folder, steps=STEPS, **options)


def test_each_stage_is_stored_and_recorded(tmp_path: Path) -> None:
    done = run(tmp_path / "out")
    names = {p.name for p in (tmp_path / "out").iterdir() if not p.name.startswith(".")}
    stored = ["00-image.h5", "01-smooth.h5", "02-hounsfield.h5", "03-bone.h5", "04-share.h5"]
    assert names == {*stored, "run.json"}
    table = json.loads((tmp_path / "out" / "run.json").read_text())
    assert table["chain"] == TEXT
    assert table["chain_sha256"] == PARSED.sha256
    assert [(i["name"], i["source"], i["file"]) for i in table["inputs"]] == [
        ("image", "body.nii.gz", "00-image.h5")
    ]
    assert [s["file"] for s in table["stages"]] == stored[1:]
    assert table["stages"][2]["options"] == {"low": 180.0, "high": 4000, "grid": None}
    assert table["stages"][1]["notices"][0]["code"] == "tiny.bright"
    assert table["versions"]["diaphane"]
    for stage in table["stages"]:
        assert stage["cpu_s"] >= 0
        assert stage["wall_s"] > 0
        assert formats.read(tmp_path / "out" / stage["file"]).history.key == stage["key"]
    assert done.folder == tmp_path / "out"
    assert done.result.history.key == table["stages"][-1]["key"]


def test_a_chain_and_python_leave_the_same_record() -> None:
    source = tiny_steps.image()
    record_source(source, "body.nii.gz")
    by_hand = tiny_steps.smooth(source, rounds=2)
    hounsfield = tiny_steps.hounsfield(by_hand)
    share = tiny_steps.share(tiny_steps.fixed(hounsfield, low=180), hounsfield)
    assert run().result.history == share.history


def test_without_a_folder_values_stay_in_memory() -> None:
    done = run()
    assert isinstance(done["smooth"], Image)
    assert done["image"].history.name == "body.nii.gz"
    with pytest.raises(KeyError, match="did you mean 'bone'"):
        done["bon"]


def test_values_come_back_from_the_folder_as_they_were(tmp_path: Path) -> None:
    done, in_memory = run(tmp_path / "out"), run()
    reopened = chain.open_run(tmp_path / "out", steps=STEPS)
    for name in ("image", "smooth", "hounsfield", "bone"):
        for other in (done, reopened):
            assert np.array_equal(other[name].values, in_memory[name].values)
            assert other[name].history == in_memory[name].history
    assert reopened.record == done.record


def test_replaying_repeats_only_what_lies_downstream(tmp_path: Path) -> None:
    run(tmp_path / "out")
    tiny_steps.calls.clear()
    again = chain.replay(
        tmp_path / "out", tmp_path / "new", overrides={"bone.low": 2000}, steps=STEPS
    )
    assert tiny_steps.calls == ["fixed", "share"]
    assert [s.is_reused for s in again.record.stages] == [True, True, False, False]
    assert "low = 2000  # HU" in again.record.chain
    fresh = run(overrides={"bone.low": 2000})
    assert np.array_equal(again["bone"].values, fresh["bone"].values)
    assert again.result.history == fresh.result.history
    assert again.record.inputs == chain.open_run(tmp_path / "out", steps=STEPS).record.inputs


def test_replaying_without_a_change_repeats_nothing(tmp_path: Path) -> None:
    run(tmp_path / "out")
    tiny_steps.calls.clear()
    chain.replay(tmp_path / "out", tmp_path / "new", steps=STEPS)
    assert tiny_steps.calls == []
    chain.replay(tmp_path / "new", tmp_path / "new", steps=STEPS, overwrite=True)
    assert tiny_steps.calls == []


def test_a_replay_outlives_the_run_it_came_from(tmp_path: Path) -> None:
    run(tmp_path / "out")
    chain.replay(tmp_path / "out", tmp_path / "new", steps=STEPS)
    for file in (tmp_path / "out").glob("*.h5"):
        file.unlink()
    assert (
        chain.open_run(tmp_path / "new", steps=STEPS)["hounsfield"].quantity.label == "hounsfield"
    )


def test_a_step_of_a_newer_version_is_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path / "out")
    tiny_steps.calls.clear()
    monkeypatch.setattr(tiny_steps.hounsfield, "version", 2)
    chain.replay(tmp_path / "out", tmp_path / "new", steps=STEPS)
    assert tiny_steps.calls == ["hounsfield", "fixed", "share"]


def test_stages_that_are_the_same_run_once_within_a_memo() -> None:
    memo = chain.Memo()
    run(memo=memo)
    run(memo=memo, overrides={"bone.high": 3000})
    assert tiny_steps.calls == ["smooth", "hounsfield", "fixed", "share", "fixed", "share"]
    twice = (
        TEXT + '[[stage]]\nname = "twin"\nstep = "tiny_steps.smooth"\nof = "image"\nrounds = 2\n'
    )
    tiny_steps.calls.clear()
    assert np.array_equal(run(text=twice)["twin"].values, run()["smooth"].values)
    assert tiny_steps.calls.count("smooth") == 2


def test_a_memo_does_not_trust_a_folder_that_was_written_anew(tmp_path: Path) -> None:
    memo = chain.Memo()
    run(tmp_path / "out", memo=memo)
    run(tmp_path / "out", overrides={"smooth.rounds": 5}, overwrite=True)
    tiny_steps.calls.clear()
    third = run(memo=memo)
    assert tiny_steps.calls == ["smooth", "hounsfield", "fixed", "share"]
    assert np.array_equal(third["smooth"].values, run()["smooth"].values)


def test_a_store_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    run(tmp_path / "out")
    (tmp_path / "out" / "02-hounsfield.h5").unlink()
    formats.write_store(tiny_steps.image(), tmp_path / "out" / "02-hounsfield.h5")
    with pytest.raises(FormatError, match=r"does not hold what run.json beside it says"):
        chain.replay(tmp_path / "out", overrides={"bone.low": 1}, steps=STEPS)


def test_a_missing_stage_is_made_again_and_a_missing_input_is_told(tmp_path: Path) -> None:
    run(tmp_path / "out")
    tiny_steps.calls.clear()
    (tmp_path / "out" / "02-hounsfield.h5").unlink()
    again = chain.replay(tmp_path / "out", tmp_path / "new", steps=STEPS)
    assert tiny_steps.calls == ["hounsfield"]
    assert [s.is_reused for s in again.record.stages] == [True, False, True, True]
    (tmp_path / "out" / "00-image.h5").unlink()
    with pytest.raises(FormatError, match=r"00-image.h5 is missing; run the chain anew"):
        chain.replay(tmp_path / "out", tmp_path / "third", steps=STEPS)
    assert not (tmp_path / "third").exists()


def test_a_damaged_stage_is_named_where_it_lies_and_made_again_once_deleted(
    tmp_path: Path,
) -> None:
    run(tmp_path / "out")
    path = tmp_path / "out" / "02-hounsfield.h5"
    path.write_bytes(path.read_bytes()[:-2000])
    for folder in (tmp_path / "new", None):
        with pytest.raises(FormatError) as error:
            chain.replay(tmp_path / "out", folder, overrides={"bone.low": 1}, steps=STEPS)
        assert str(error.value) == (
            f"{path}: the store is cut short or damaged; "
            "delete that file, and running again from its folder makes it again"
        )
    path.unlink()
    chain.replay(tmp_path / "out", tmp_path / "new", overrides={"bone.low": 1}, steps=STEPS)


def test_a_damaged_input_is_mended_by_the_original_data(tmp_path: Path) -> None:
    run(tmp_path / "out")
    path = tmp_path / "out" / "00-image.h5"
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(FormatError, match=r"damaged; run the chain anew on the original") as error:
        chain.replay(
            tmp_path / "out", tmp_path / "new", overrides={"smooth.rounds": 3}, steps=STEPS
        )
    assert str(error.value).startswith(str(path))


def test_inputs_must_be_those_of_the_chain() -> None:
    image = tiny_steps.image()
    for inputs, said in [
        ({}, "needs the input 'image': image.Image (attenuation)"),
        ({"imag": image}, "has no input 'imag': did you mean 'image'?"),
        ({"image": image, "mask": image}, "has no input 'mask'"),
        (
            {"image": tiny_steps.image(quantity=Quantity.HOUNSFIELD)},
            "'image' must be image.Image (attenuation), got image.Image (hounsfield)",
        ),
        (
            {"image": tiny_steps.profile(image)},
            "'image' must be image.Image (attenuation), got tiny_steps.Profile",
        ),
    ]:
        with pytest.raises(InputError) as error:
            chain.run(PARSED, inputs, steps=STEPS)
        assert said in str(error.value)
    assert tiny_steps.calls == []


def test_a_chain_with_a_fault_does_not_begin(tmp_path: Path) -> None:
    with pytest.raises(ChainError, match="stage 3 \\(bone\\): low must be <= 4000"):
        run(tmp_path / "out", overrides={"bone.low": 9000})
    assert tiny_steps.calls == []
    assert list(tmp_path.iterdir()) == []


def test_what_a_step_refuses_is_told_by_its_stage(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"stage 3 \(bone\): low must be <= high, got 180"):
        run(tmp_path / "out", overrides={"bone.high": 100})
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_empty_is_refused_unless_diaphane_wrote_it(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(out)
    with pytest.raises(OutputError, match="not empty"):
        run(out)
    run(out, overwrite=True, overrides={"bone.low": 200})
    assert chain.open_run(out, steps=STEPS).record.stages[2].options["low"] == 200
    (out / "diary.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"diary.txt was added"):
        run(out, overwrite=True)


def test_a_fault_in_a_step_leaves_nothing_behind(tmp_path: Path) -> None:
    text = 'format = 1\n[inputs]\nimage = "image.Image"\n[[stage]]\nstep = "tiny_steps.broken"\n'
    with pytest.raises(RuntimeError, match="a fault of the step's own"):
        run(tmp_path / "out", text)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("diaphane.formats.write_store", full, raising=False)
    with pytest.raises(OutputError, match="the disk is full") as error:
        run(tmp_path / "out")
    assert ".part-" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_a_cancelled_run_leaves_nothing_behind(tmp_path: Path) -> None:
    cancel = Cancel()

    def tell(news: Progress) -> None:
        if news.label == "tiny.smooth":
            cancel.set()

    with listen(tell, cancel), pytest.raises(Cancelled):
        run(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_progress_tells_the_stages() -> None:
    heard: list[Progress] = []
    with listen(heard.append):
        run()
    stages = [(p.done, p.total) for p in heard if p.label == "chain.run"]
    assert stages == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


def test_types_of_one_s_own_are_stored_and_come_back(tmp_path: Path) -> None:
    text = (
        'format = 1\n[inputs]\nimage = "image.Image"\n[[stage]]\nstep = "tiny_steps.profile"\n'
        '[[stage]]\nstep = "tiny_steps.height"\n'
    )
    run(tmp_path / "out", text)
    reopened = chain.open_run(tmp_path / "out", steps=STEPS)
    assert np.allclose(reopened["profile"].values, tiny_steps.image().values.mean(axis=(1, 2)))
    assert chain.replay(tmp_path / "out", tmp_path / "new", steps=STEPS).result.value > 0


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: "{}",
        lambda text: "[]",
        lambda text: text[: len(text) // 2],
        lambda text: text.replace('"format": 1', '"format": 9'),
        lambda text: text.replace("01-smooth.h5", "../../01-smooth.h5"),
        lambda text: text.replace('"inputs"', '"outputs"'),
        lambda text: text.replace('"key"', '"kee"'),
        lambda text: text.replace("image.Image", "os.system"),
        lambda text: text.replace('"hounsfield"', '"hounsfeld"'),
    ],
)
def test_a_damaged_record_is_refused(tmp_path: Path, damage: Any) -> None:
    run(tmp_path / "out")
    path = tmp_path / "out" / "run.json"
    path.write_text(damage(path.read_text()))
    with pytest.raises((FormatError, ChainError)) as error:
        chain.replay(tmp_path / "out", steps=STEPS)
    assert "\n" not in str(error.value)


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"is not the folder of a run: it holds no run.json"):
        chain.open_run(tmp_path)


def test_peak_memory_is_that_of_the_stage_where_the_system_tells() -> None:
    with measured() as big:
        np.ones(30_000_000).sum()
    with measured() as small:
        pass
    if big.peak_bytes is None or small.peak_bytes is None:
        pytest.skip("this system does not tell the peak memory of a program")
    assert big.peak_bytes > small.peak_bytes + 200_000_000
    assert big.cpu_s > small.cpu_s
