"""What a benchmark task is made of."""

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]
"""The input and the truth of a task, by name."""


def distribution_version(name: str) -> str | None:
    """Return the version of a Python distribution; ``None`` where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def program_version(name: str) -> str | None:
    """Return the version that a program tells of itself; ``None`` where there is no such program.

    Examples
    --------
    >>> program_version("a-program-that-is-not-there") is None
    True
    """
    if shutil.which(name) is None:
        return None
    told = subprocess.run([name, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\d+(\.\d+)+", told.stdout + told.stderr)
    return found[0] if found else "of unknown version"


@dataclass(frozen=True)
class Contender:
    """One program that does the task."""

    name: str
    """As on the command line."""
    package: str
    """The installed distribution that it needs, or the program."""
    prepare: Callable[[Arrays, int], Callable[[], Any]]
    """Takes the input and the number of threads, and returns the job whose calls are timed."""
    finish: Callable[[Any], NDArray[np.float32]]
    """Brings what the job returned into the order of the truth; not timed."""
    bar: float = 0.0
    """For a peer: how many times faster than it we promise to be."""
    find_version: Callable[[str], str | None] = distribution_version
    """Tells the version of `package`; `program_version` where it is a program."""

    @property
    def version(self) -> str | None:
        """The installed version; ``None`` where it is not installed."""
        return self.find_version(self.package)


@dataclass(frozen=True)
class Task:
    """The same job for us and for our peers."""

    name: str
    """As on the command line."""
    title: str
    """What the job is, in a few words."""
    conditions: str
    """Input, settings, and what the time contains, in sentences."""
    make_input: Callable[[int], Arrays]
    """Returns input and truth, made smaller along each axis by a whole factor."""
    errors: Callable[[NDArray[np.float32], Arrays], dict[str, float]]
    """Returns the errors of a result, the one that decides first."""
    ours: Contender
    """Diaphane."""
    peers: tuple[Contender, ...]
    """The others."""

    def contender(self, name: str) -> Contender:
        """Return us or a peer by name."""
        return {c.name: c for c in (self.ours, *self.peers)}[name]


def task_names() -> list[str]:
    """Return the names of all tasks: ``ct.fdk`` stands in ``tasks/ct_fdk.py``."""
    files = (Path(__file__).parent / "tasks").glob("[a-z]*.py")
    return sorted(f.stem.replace("_", ".", 1) for f in files)


def find_task(name: str) -> Task:
    """Return a task by name."""
    task: Task = import_module(f"benchmarks.tasks.{name.replace('.', '_', 1)}").TASK
    return task
