"""Contenders take turns in processes of their own."""

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.task import Contender, Task
from benchmarks.worker import work


@dataclass
class Measured:
    """What one contender took."""

    name: str
    """Its name."""
    version: str
    """Its version."""
    bar: float
    """How many times faster than it we promise to be; 0 for ourselves."""
    first: dict[str, float] = field(default_factory=dict)
    """``cpu_s``, ``wall_s`` and ``peak_mb`` of the first call, compilation included."""
    rounds: list[dict[str, float]] = field(default_factory=list)
    """The same of each later call."""
    errors: dict[str, float] = field(default_factory=dict)
    """Against the truth; the first decides."""
    ratios: list[float] = field(default_factory=list)
    """Its processor seconds over ours, round by round."""
    failure: str = ""
    """What went wrong; empty where nothing did."""

    def typical(self, what: str) -> float:
        """Return the median over the rounds."""
        return median(r[what] for r in self.rounds)

    @property
    def ratio(self) -> float:
        """How many times our processor seconds it took: the median over the rounds."""
        return median(self.ratios) if self.ratios else float("nan")


@dataclass(frozen=True)
class Outcome:
    """One task, measured."""

    task: Task
    """What was done."""
    ours: Measured
    """What we took."""
    peers: list[Measured]
    """What the installed peers took."""
    missing: list[str]
    """Peers that were asked for and are not installed, with the package to install."""
    threads: int
    """Threads, and processors, for each."""
    shrink: int
    """By which factor the input was made smaller."""

    def shortfalls(self, at_least: float) -> list[str]:
        """Return, in sentences, whatever keeps us from being `at_least` times faster."""
        said = [f"{m} is missing, so nothing was compared with it" for m in self.missing]
        if not (self.peers or self.missing):
            said.append("there was nobody to compare with")
        decisive = next(iter(self.ours.errors), "")
        for who in (self.ours, *self.peers):
            if who.failure:
                said.append(f"{who.name} failed: {who.failure}")
        for peer in self.peers:
            if peer.failure or self.ours.failure:
                continue
            if peer.ratio < at_least:
                said.append(f"{peer.ratio:.1f} times faster than {peer.name}, not {at_least:g}")
            if self.ours.errors[decisive] > peer.errors[decisive]:
                said.append(
                    f"{decisive}: {self.ours.errors[decisive]:.4g} is more than "
                    f"{peer.name}'s {peer.errors[decisive]:.4g}"
                )
        return said


class _Process:
    """The process of one contender."""

    def __init__(self, task: Task, one: Contender, folder: str, threads: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        arguments = (other, task.name, one.name, folder, threads)
        self._process = context.Process(target=work, args=arguments, daemon=True)
        self._process.start()
        other.close()

    def run(self) -> dict[str, Any]:
        try:
            self._pipe.send(True)
            return self._pipe.recv()
        except (EOFError, BrokenPipeError):
            return {"failure": f"its process ended with code {self._process.exitcode}"}

    def stop(self) -> None:
        if self._process.is_alive():
            self._pipe.send(False)
        self._process.join(timeout=30)
        self._process.kill()


def measure(
    task: Task, peers: Sequence[str] | None, *, rounds: int, threads: int, shrink: int
) -> Outcome:
    """Run a task: first calls one after the other, then in turns.

    Parameters
    ----------
    task : Task
        What to do.
    peers : list of str, optional
        With whom to compare; all by default.
    rounds : int
        How many turns each takes after its first call.
    threads : int
        How many threads and processors each may use.
    shrink : int
        Factor by which the input is made smaller along each axis.
    """
    chosen = [p for p in task.peers if peers is None or p.name in peers]
    missing = [f"{p.name} ({p.package})" for p in chosen if p.version is None]
    for name in missing:
        _say(f"{task.name}: {name} is missing")
    contenders = [task.ours, *(p for p in chosen if p.version is not None)]
    with tempfile.TemporaryDirectory(prefix="diaphane-bench-") as folder:
        _say(f"{task.name}: making the input")
        for name, array in task.make_input(shrink).items():
            np.save(Path(folder) / f"{name}.npy", array)
        _set_threads(threads, folder)
        measured = _take_turns(task, contenders, folder, rounds, threads)
    return Outcome(task, measured[0], measured[1:], missing, threads, shrink)


def _take_turns(
    task: Task, contenders: list[Contender], folder: str, rounds: int, threads: int
) -> list[Measured]:
    measured = [Measured(c.name, c.version or "", c.bar) for c in contenders]
    processes = [_Process(task, c, folder, threads) for c in contenders]
    for i in range(rounds + 1):
        for one, process in zip(measured, processes):
            if one.failure:
                continue
            news = process.run()
            one.failure = news.get("failure", "")
            if one.failure:
                _say(f"{task.name}: {one.name} failed: {one.failure}")
                continue
            one.errors = one.errors or news.pop("errors")
            news.pop("errors", None)
            if i == 0:
                one.first = news
            else:
                one.rounds.append(news)
            turn = f"round {i}" if i else "first call"
            _say(f"{task.name}: {one.name}, {turn}: {news['cpu_s']:.2f} CPU-s")
    for process in processes:
        process.stop()
    ours = measured[0]
    for one in measured[1:]:
        one.ratios = [p["cpu_s"] / o["cpu_s"] for p, o in zip(one.rounds, ours.rounds)]
    return measured


def _set_threads(threads: int, folder: str) -> None:
    """Tell every library that our processes may load; compile kernels anew, and keep them there."""
    for name in ("OMP", "NUMBA", "OPENBLAS", "MKL"):
        os.environ[f"{name}_NUM_THREADS"] = str(threads)
    os.environ["ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS"] = str(threads)
    os.environ["NUMBA_CACHE_DIR"] = folder


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
