"""The benchmark harness, on inputs too small to say anything about speed."""

import json
import platform
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks import __main__ as command_line
from benchmarks import rounds
from benchmarks.cone_head import pitch_mm_of
from benchmarks.cone_peers import plastimatch_geometry
from benchmarks.program import run_program
from benchmarks.report import as_json, as_markdown
from benchmarks.rounds import Measured, Outcome
from benchmarks.task import Contender, Task, find_task, program_version, task_names
from benchmarks.worker import timed
from diaphane.ct import ConeBeam, Detector, rays

REPOSITORY = Path(__file__).parents[2]


def _task(**bars: float) -> Task:
    def prepare(arrays: Any, threads: int) -> Callable[[], Any]:
        return lambda: arrays

    def one(name: str, bar: float = 0) -> Contender:
        return Contender(name, "numpy" if bar != 99 else "not-there", prepare, np.asarray, bar)

    return Task(
        name="a.task",
        title="nothing",
        conditions="Conditions.",
        make_input=lambda shrink: {},
        errors=lambda result, arrays: {},
        ours=one("ours"),
        peers=tuple(one(name, bar) for name, bar in bars.items()),
    )


def _outcome(ours: float, *, error: float = 1.0, **peers: float) -> Outcome:
    def took(name: str, cpu_s: float, error: float) -> Measured:
        calls = [{"cpu_s": cpu_s * x, "wall_s": cpu_s, "peak_mb": 1.0} for x in (1, 2, 4)]
        return Measured(name, "1", 10.0, calls[1], calls, {"RMSE": error})

    first = took("ours", ours, error)
    others = [took(name, cpu_s, 1.0) for name, cpu_s in peers.items()]
    for other in others:
        other.ratios = [p["cpu_s"] / o["cpu_s"] for p, o in zip(other.rounds, first.rounds)]
    return Outcome(_task(**peers), first, others, ["absent (a-package)"], 1, 1)


def test_every_task_can_be_found():
    assert "ct.fdk" in task_names()
    for name in task_names():
        task = find_task(name)
        assert task.name == name
        assert all(p.bar > 0 for p in task.peers)


def test_a_ratio_that_was_missed_is_said():
    assert _outcome(1.0, slow=20.0).peers[0].ratio == 20
    said = _outcome(1.0, slow=20.0, quick=9.0).shortfalls(10)
    assert said == [
        "absent (a-package) is missing, so nothing was compared with it",
        "9.0 times faster than quick, not 10",
    ]


def test_speed_does_not_count_at_a_larger_error():
    said = _outcome(1.0, error=1.5, slow=20.0).shortfalls(10)
    assert said[1:] == ["RMSE: 1.5 is more than slow's 1"]


def test_failures_and_missing_peers_stand_in_the_report():
    outcome = _outcome(1.0, slow=20.0)
    outcome.peers[0].failure = "ValueError: no"
    assert "slow failed: ValueError: no" in outcome.shortfalls(10)
    page = as_markdown([outcome])
    assert "slow 1: ValueError: no" in page
    assert "absent (a-package): not installed" in page
    assert json.loads(as_json([outcome]))["tasks"][0]["missing"] == ["absent (a-package)"]


def test_a_peer_that_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(rounds, "_take_turns", lambda *_: [Measured("ours", "1", 0)])
    monkeypatch.setattr(rounds, "_set_threads", lambda *_: None)
    outcome = rounds.measure(_task(gone=99), None, rounds=1, threads=1, shrink=1)
    assert outcome.missing == ["gone (not-there)"]
    assert "a.task: gone (not-there) is missing" in capsys.readouterr().err


def test_an_unknown_peer_is_refused(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as stopped:
        command_line.main(["ct.fdk", "--peers", "nobody"])
    assert stopped.value.code == 2
    assert "knows no peer nobody; known: rtk" in capsys.readouterr().err


def test_a_program_tells_its_version():
    assert program_version(sys.executable) == platform.python_version()
    assert program_version("a-program-that-is-not-there") is None


def test_a_program_is_measured_like_a_package(tmp_path: Path):
    out = tmp_path / "result"
    work = "x = b'x' * (100 << 20)\nfor i in range(3_000_000): pass\nimport time; time.sleep(0.3)"
    words = f"{work}\nopen({str(out)!r}, 'w').write('done')"
    news, result = timed(lambda: run_program([sys.executable, "-c", words], out))
    assert result.file.read_text() == "done"
    assert news["cpu_s"] > 0.02
    assert news["wall_s"] > 0.3
    if Path("/proc").is_dir():
        assert 100 < news["peak_mb"] == result.peak_mb < 200


@pytest.mark.parametrize("words", ["raise SystemExit('no detector')", "print('no detector')"])
def test_a_program_that_writes_nothing_fails_with_its_words(words: str, tmp_path: Path):
    with pytest.raises(RuntimeError, match=r"ended with code [01]: no detector"):
        run_program([sys.executable, "-c", words], tmp_path / "result")


def test_the_geometry_told_to_plastimatch_is_that_of_our_rays():
    n_pixels, angles = 7, np.array([0.3, 2.0, 4.5])
    beam = ConeBeam(angles, Detector(n_pixels, n_pixels, *[pitch_mm_of(n_pixels)] * 2), 1e3, 1.5e3)
    row, column = np.indices((n_pixels, n_pixels))
    for view, angle in enumerate(angles):
        told = np.array(plastimatch_geometry(angle, n_pixels).split(), float)
        center, matrix, distances = told[:2], told[2:14].reshape(3, 4), told[14:16]
        lines = rays(beam, view, rows=row, columns=column)
        point = lines.origins_mm + 900 * lines.directions
        u, v, w = np.moveaxis(point @ matrix[:, :3].T + matrix[:, 3], -1, 0)
        np.testing.assert_allclose(u / w + center[0], column, atol=1e-5)
        np.testing.assert_allclose(v / w + center[1], row, atol=1e-5)
        assert distances.tolist() == [1000, 1500]
        np.testing.assert_allclose(told[16:] * -1000, lines.origins_mm[0, 0], atol=1e-4)


_SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in ("rtk", "plastimatch")]


@pytest.mark.parametrize("peers", ["none", *_SLOW])
def test_a_small_run_from_input_to_page(peers: str, tmp_path: Path):
    page = tmp_path / "RESULTS.md"
    command = [sys.executable, "-m", "benchmarks", "ct.fdk", "--shrink", "12", "--rounds", "1"]
    done = subprocess.run(
        [*command, "--peers", peers, "--json", "--at-least", "1e9", "--write", str(page)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stderr
    measured = json.loads(done.stdout)
    (task,) = measured["tasks"]
    assert {"processor", "memory", "numba"} <= set(measured["machine"])
    assert task["ours"]["failure"] == ""
    assert task["ours"]["first"]["peak_mb"] > 0
    assert len(task["ours"]["rounds"]) == 1
    assert 0 < task["ours"]["errors"]["RMSE, mid-plane, HU"] < 500
    compared = [p["name"] for p in task["peers"]] + task["missing"]
    missing = {"rtk": "rtk (itk-rtk)", "plastimatch": "plastimatch (plastimatch)"}
    assert compared in ([[]] if peers == "none" else [[peers], [missing[peers]]])
    for peer in task["peers"]:
        assert 0 < peer["errors"]["RMSE, mid-plane, HU"] < 500
    reasons = ("not 1e+09", "is missing, so nothing was compared", "nobody to compare with")
    assert any(reason in done.stderr for reason in reasons)
    assert "`ct.fdk`" in page.read_text(encoding="utf-8")
    assert str(REPOSITORY) not in page.read_text(encoding="utf-8")
