"""The command line as a process: help comes at once, Ctrl-C leaves nothing half-written."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from diaphane import formats
from diaphane.image import Image
from diaphane.space import Grid
from diaphane.units import Quantity

if sys.platform == "win32":
    pytest.skip("signals and processor time of children are told on POSIX", allow_module_level=True)

import resource

COMMAND = [sys.executable, "-m", "diaphane"]
SLOW_STEP = """\
import sys, time
from diaphane.image import Image
from diaphane.progress import track
from diaphane.step import step

@step()
def wait(image: Image) -> Image:
    '''Wait.'''
    print("waiting", file=sys.stderr, flush=True)
    for _ in track(range(600), "slow.wait"):
        time.sleep(0.1)
    return image
"""


@pytest.fixture(scope="module")
def bytecode(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a user, whose Python keeps what it has compiled."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return environment | {"PYTHONPYCACHEPREFIX": str(tmp_path_factory.mktemp("bytecode"))}


@pytest.mark.parametrize("command", ["", "demo", "run", "chains", "steps", "inspect", "convert"])
def test_help_takes_less_than_a_third_of_a_second(command: str, bytecode: dict[str, str]) -> None:
    words = [*COMMAND, *command.split(), "--help"]
    subprocess.run(words, env=bytecode, check=True, capture_output=True)
    seconds = min(_cpu_s(words, bytecode) for _ in range(3))
    assert seconds < 0.3


def _cpu_s(words: list[str], environment: dict[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from diaphane.cli import call; call(['run', '--help']); "
        "print([m for m in ('numpy', 'numba', 'pydantic', 'h5py') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


def _heed_ctrl_c() -> None:
    """Undo what a shell does to programs it starts in the background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupting_leaves_nothing_half_written(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    (tmp_path / "slow.py").write_text(SLOW_STEP)
    (tmp_path / "chain.toml").write_text(
        'format = 1\n[inputs]\nimage = "image.Image"\n[[stage]]\nstep = "slow.wait"\n'
    )
    image = Image(np.zeros((1, 2, 3), np.float32), Grid.centered((1, 2, 3), 1), Quantity.AMPLITUDE)
    formats.write_store(image, tmp_path / "image.h5")
    before = {p.name for p in tmp_path.iterdir()}
    words = [*COMMAND, "run", "chain.toml", "image.h5", "-o", "out", "--steps", "slow.py"]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(
        words, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, preexec_fn=_heed_ctrl_c
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if b"waiting" in line:
                break
        process.send_signal(number)
        rest = process.stderr.read().decode()
        assert process.wait(timeout=30) == code
    assert "Traceback" not in rest
    assert ("stopped; nothing half-written" in rest) == (number == signal.SIGINT)
    assert {p.name for p in tmp_path.iterdir()} == before


@pytest.mark.slow
@pytest.mark.parametrize("delay_s", [0.0, 0.03, 0.1, 0.2, 0.3, 0.45, 0.7])
def test_ctrl_c_while_modules_load_is_told_in_one_line(tmp_path: Path, delay_s: float) -> None:
    code = (
        "import os, signal, sys; from diaphane import cli; sys.argv = ['diaphane', 'demo']; "
        "install = signal.signal\n"
        "def tell(number, handler):\n"
        "    install(number, handler)\n"
        "    if number == signal.SIGTERM: os.write(1, b'ready')\n"
        "signal.signal = tell; cli.main()"
    )
    words = [sys.executable, "-c", code]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        words, cwd=tmp_path, stdout=pipe, stderr=pipe, preexec_fn=_heed_ctrl_c
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(5) == b"ready"
        time.sleep(delay_s)
        process.send_signal(signal.SIGINT)
        said = process.stderr.read().decode()
        assert process.wait(timeout=30) == 130
    assert said.startswith("diaphane: stopped; nothing ")
    assert said.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("words", ["chains --language fr", "steps ct.fdk --language fr"])
@pytest.mark.parametrize("encoding", ["ascii", "cp437", "cp1252"])
def test_letters_that_the_terminal_cannot_hold_do_not_stop_it(words: str, encoding: str) -> None:
    environment = os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = subprocess.run([*COMMAND, *words.split()], env=environment, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(done.stdout.decode(encoding)) > 100


def test_json_stays_whole_where_the_terminal_cannot_hold_its_letters() -> None:
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    words = [*COMMAND, "chains", "--json"]
    done = subprocess.run(words, env=environment, check=True, capture_output=True)
    titles = {c["name"]: c["title"]["fr"] for c in json.loads(done.stdout)}
    assert titles["ct-cone-bones"].startswith("Les os en 3D à partir")


def test_a_reader_that_leaves_early_gets_no_traceback() -> None:
    words = f"{sys.executable} -m diaphane steps --json | head -c 1"
    done = subprocess.run(words, shell=True, capture_output=True, text=True, check=False)
    assert done.stdout == "["
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


def test_the_module_and_the_version_answer() -> None:
    done = subprocess.run([*COMMAND, "--version"], check=True, capture_output=True, text=True)
    assert done.stdout.strip().count(".") == 2
