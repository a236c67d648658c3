"""The commands: what they do, what they say, and with which code they end."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from diaphane import formats
from diaphane.cli import call
from diaphane.image import Image, Surface
from diaphane.space import Grid
from diaphane.units import Quantity

STEPS = str(Path(__file__).parents[1] / "chain" / "tiny_steps.py")
CHAIN = """\
format = 1
[inputs]
image = "image.Image"
[[stage]]
step = "tiny_steps.smooth"
[[stage]]
step = "tiny_steps.hounsfield"
[[stage]]
name = "bone"
step = "tiny_steps.fixed"
low = 180
[[stage]]
step = "tiny_steps.share"
"""


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a chain and data for it."""
    monkeypatch.chdir(tmp_path)
    Path("chain.toml").write_text(CHAIN)
    values = np.arange(4 * 5 * 6, dtype=np.float32).reshape(4, 5, 6) / 1000
    image = Image(values, Grid.centered((4, 5, 6), 1.5, (3, -2, 1)), Quantity.ATTENUATION)
    formats.write_store(image, "body.h5")
    return tmp_path


def run(*arguments: str) -> int:
    return call(["run", *arguments, "--steps", STEPS])


@pytest.mark.usefixtures("there")
def test_run_writes_the_folder_and_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("chain.toml", "body.h5", "-o", "out") == 0
    said = capsys.readouterr()
    assert "03-bone.h5" in said.out
    assert "written to out" in said.out
    assert "note: tiny.bright" in said.out
    assert said.err.splitlines() == ["1/4 smooth", "2/4 hounsfield", "3/4 bone", "4/4 share"]
    assert json.loads(Path("out/run.json").read_text())["stages"][2]["options"]["low"] == 180


@pytest.mark.usefixtures("there")
def test_run_takes_named_inputs_and_options_and_replays(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("chain.toml", "image=body.h5", "-o", "out", "--set", "bone.low=200") == 0
    assert run("--from", "out", "-o", "new", "--set", "bone.low=300", "--json") == 0
    record = json.loads(capsys.readouterr().out.partition("written to out")[2])
    assert [s["is_reused"] for s in record["stages"]] == [True, True, False, False]
    assert record["stages"][2]["options"]["low"] == 300


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chain.toml", "body.h5", "-o", "full"], "full is not empty"),
        (["chain.toml", "-o", "out"], "needs the input 'image'; give image=FILE"),
        (["chain.toml", "none.h5", "-o", "out"], "none.h5 does not exist"),
        (["chain.toml", "chain.toml", "-o", "out"], "chain.toml"),
        (["chian.toml", "body.h5", "-o", "out"], "chian.toml: cannot be read: No such file"),
        (["ct-cone-bone", "body.h5", "-o", "out"], "did you mean 'ct-cone-bones'?"),
        (["-o", "out"], "name a chain and its data, or --from an earlier run"),
        (["chain.toml", "body.h5", "-o", "out", "--set", "bone.lo=1"], "did you mean 'low'?"),
        (["chain.toml", "body.h5", "-o", "out", "--set", "bone"], "must be stage.option=value"),
        (["chain.toml", "body.h5", "-o", "out", "--set", "bone.low=nan"], "finite number"),
        (["chain.toml", "body.h5", "-o", "out", "--set", "bone.low=true"], "chain.toml: stage 3"),
        (["chain.toml", "body.h5", "-o", "out", "--set", "bone.low=true"], "got true"),
        (
            ["ct-cone-bones", "body.h5", "-o", "out", "--set", "volume.window=han"],
            "did you mean 'hann'?",
        ),
        (["--from", "full", "-o", "out"], "full is not the folder of a run"),
        (["--from", "full", "chain.toml", "-o", "out"], "chain.toml"),
        (["chain.toml", "imgae=no.h5", "-o", "out"], "no input 'imgae': did you mean 'image'?"),
        (["ct-cone-calibrated", "scam=no.h5", "-o", "out"], "did you mean 'scan'?"),
        (["chain.toml", "a=b.h5", "-o", "out"], "a=b.h5: the chain has no input 'a': known: image"),
        (["ct-cone-calibrated", "body.h5", "-o", "out"], "takes scan=FILE, water=FILE"),
        (["bones", "body.h5", "-o", "out"], "must be image.Image (hounsfield), got image.Image (a"),
    ],
)
def test_what_run_refuses_it_says_in_one_sentence(
    there: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    (there / "full").mkdir()
    (there / "full" / "mine.txt").write_text("mine")
    assert run(*arguments) == 1
    told = capsys.readouterr()
    assert said in told.err
    assert told.err.count("\n") == 1
    assert told.err.startswith("diaphane: ")
    assert "Traceback" not in told.err
    assert not (there / "out").exists()


@pytest.mark.usefixtures("there")
def test_overwriting_must_be_asked_for() -> None:
    assert run("chain.toml", "body.h5", "-o", "out") == 0
    assert run("chain.toml", "body.h5", "-o", "out") == 1
    assert run("chain.toml", "body.h5", "-o", "out", "--overwrite") == 0


@pytest.mark.usefixtures("there")
def test_a_fault_of_the_program_is_one_sentence_too_unless_debugged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = CHAIN.partition("[[stage]]")[0] + '[[stage]]\nstep = "tiny_steps.broken"\n'
    Path("broken.toml").write_text(text)
    assert run("broken.toml", "body.h5", "-o", "out") == 1
    told = capsys.readouterr().err
    assert "an unexpected RuntimeError (a fault of the step's own)" in told
    assert "Traceback" not in told
    assert run("broken.toml", "body.h5", "-o", "out", "--debug") == 1
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rum"], 'Unknown command "rum"'),
        (["run"], "--output"),
        (["run", "x", "-o"], "-o requires an argument"),
        (["run", "x", "-o", "y", "--colour"], "--colour"),
        (["steps", "--language", "de"], "--language"),
        (["convert", "a"], "TARGET"),
    ],
)
def test_a_wrong_command_line_ends_with_2_and_points_at_help(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert call(arguments) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "--help" in told


@pytest.mark.usefixtures("there")
def test_inspect_tells_a_file_and_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["inspect", "body.h5"]) == 0
    assert "Image  4 × 5 × 6  1.5 × 1.5 × 1.5 mm  attenuation" in capsys.readouterr().out
    assert call(["inspect", "body.h5", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["items"][0]["kind"] == "Image"
    run("chain.toml", "body.h5", "-o", "out")
    capsys.readouterr()
    assert call(["inspect", "out", "--steps", STEPS, "--language", "fr"]) == 0
    told = capsys.readouterr().out
    assert "Tout part de « body.h5 »." in told or "Tout part de" in told
    assert "\u00a0: 180\u00a0UH" in told
    assert call(["inspect", "out", "--steps", STEPS, "--json"]) == 0
    assert [p["name"] for p in json.loads(capsys.readouterr().out)][-1] == "share"


@pytest.mark.usefixtures("there")
def test_convert_goes_by_the_ending_and_refuses_what_cannot_hold_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert call(["convert", "body.h5", "body.nii.gz"]) == 0
    back = formats.read("body.nii.gz")
    assert np.array_equal(back.values, formats.read("body.h5").values)
    assert call(["convert", "body.h5", "body.nii.gz"]) == 1
    assert call(["convert", "body.h5", "body.nii.gz", "--overwrite"]) == 0
    capsys.readouterr()
    assert call(["convert", "body.h5", "body.stl"]) == 1
    assert "body.stl can hold Surface, but body.h5 is Image" in capsys.readouterr().err
    assert call(["convert", "body.h5", "body.docx"]) == 1
    assert "unknown ending '.docx'" in capsys.readouterr().err
    assert call(["convert", "none", "body.stl"]) == 1


@pytest.mark.usefixtures("there")
def test_convert_says_in_words_what_it_had_to_assume(capsys: pytest.CaptureFixture[str]) -> None:
    values = np.linspace(-1000, 3000, 4 * 5 * 6, dtype=np.float32).reshape(4, 5, 6)
    image = Image(values, Grid.centered((4, 5, 6), 1.5), Quantity.HOUNSFIELD)
    formats.write_store(image, "head.h5")
    assert call(["convert", "head.h5", "series"]) == 0
    said = capsys.readouterr()
    assert said.out == "written to series\n"
    assert all(line.startswith("note: ") for line in said.err.splitlines())
    assert "rounded" in said.err
    assert call(["convert", "series", "again.nii.gz"]) == 0
    assert np.allclose(formats.read("again.nii.gz").values, values, atol=0.1)


@pytest.mark.usefixtures("there")
@pytest.mark.parametrize("suffix", [".stl", ".ply", ".glb"])
def test_a_surface_can_be_converted(suffix: str) -> None:
    points = np.array([(0, 0, 0), (10, 0, 0), (0, 10, 0), (0, 0, 10)], dtype=np.float32)
    triangles = np.array([(0, 2, 1), (0, 1, 3), (0, 3, 2), (1, 2, 3)], dtype=np.int32)
    formats.write_store(Surface(points, triangles), "tetrahedron.h5")
    assert call(["convert", "tetrahedron.h5", f"tetrahedron{suffix}"]) == 0
    assert Path(f"tetrahedron{suffix}").stat().st_size > 100


def test_chains_are_listed_and_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["chains", "--language", "fr"]) == 0
    assert "ct-cone-bones: Les os en 3D à partir d'un scanner conique" in capsys.readouterr().out
    assert call(["chains", "ct-cone-bones"]) == 0
    assert "# From the raw counts" in capsys.readouterr().out
    assert call(["chains", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {"name", "title", "description", "inputs", "stages", "text"} == set(listed[0])
    assert call(["chains", "nothing-like-it"]) == 1


def test_a_printed_chain_runs_as_it_is(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(["chains", "bones"])
    (there / "mine.toml").write_text(capsys.readouterr().out)
    assert call(["chains", "mine.toml", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["title"]["en"] == "Bones in 3-D from a CT series"


def test_steps_are_listed_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["steps"]) == 0
    assert "ct.fdk" in capsys.readouterr().out
    assert call(["steps", "ct.fdk", "--language", "fr"]) == 0
    told = capsys.readouterr().out
    assert "takes  scan: ct.ConeScan or ct.PoseScan in line_integral" in told
    assert "default hann" in told
    assert call(["steps", "--json", "--steps", STEPS]) == 0
    forms = {f["name"]: f for f in json.loads(capsys.readouterr().out)}
    assert forms["tiny_steps.smooth"]["options"][0]["schema"]["maximum"] == 20
    assert call(["steps", "ct.fdq"]) == 1


@pytest.mark.usefixtures("there")
@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ("nowhere", "--steps nowhere cannot be imported"),
        ("nowhere.py", "--steps nowhere.py cannot be imported"),
        ("empty.py", "has no function marked with @step"),
        ("broken.py", "--steps broken.py cannot be imported: division by zero"),
        ("json.py", "a module called json is already there; give the file another name"),
    ],
)
def test_steps_that_cannot_be_had_are_told(
    steps: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("empty.py").write_text("")
    Path("broken.py").write_text("1 / 0")
    Path("json.py").write_text("")
    assert call(["steps", "--steps", steps]) == 1
    assert said in capsys.readouterr().err


@pytest.mark.usefixtures("there")
def test_a_module_in_the_folder_one_is_in_offers_its_steps(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("my_own_steps_module.py").write_text(
        "from diaphane.image import Image\n"
        "from diaphane.step import step\n"
        "@step()\n"
        "def same(image: Image) -> Image:\n"
        '    """Nothing."""\n'
        "    return image\n"
    )
    assert call(["steps", "my_own_steps_module.same", "--steps", "my_own_steps_module"]) == 0
    assert "takes  image: image.Image" in capsys.readouterr().out
    assert str(Path.cwd()) not in sys.path


@pytest.mark.parametrize("command", ["demo", "run", "chains", "steps", "inspect", "convert"])
def test_every_command_teaches_with_an_example(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call([command, "--help"]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"Usage: diaphane {command}")
    assert f"Examples:\n\n  diaphane {command}" in told
    assert all(len(line) <= 80 for line in told.splitlines())
