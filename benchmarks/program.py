"""A contender that is a program of its own, not a Python package: it reads and writes files."""

import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_LOOK_EVERY_S = 0.02


@dataclass(frozen=True)
class Written:
    """What a program left behind."""

    file: Path
    """What it wrote."""
    peak_mb: float
    """The most memory that it held."""


def run_program(command: Sequence[str], writes: Path) -> Written:
    """Run a program to its end.

    Its peak of memory is asked for while it runs: what the system tells afterwards contains the
    memory of the process that started it.

    Raises
    ------
    RuntimeError
        When the program fails or writes nothing; with what it said last.
    """
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
        peak_mb = 0.0
        while child.poll() is None:
            peak_mb = _peak_mb(child.pid) or peak_mb
            time.sleep(_LOOK_EVERY_S)
        if child.returncode or not writes.exists():
            said.seek(0)
            words = said.read().decode(errors="replace").strip()[-500:]
            raise RuntimeError(f"{command[0]} ended with code {child.returncode}: {words}")
    return Written(writes, peak_mb)


def _peak_mb(pid: int) -> float:
    """Return the peak of a process's memory; 0 when it has just ended, or where none is told."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(x.split()[1]) / 1024 for x in lines if x.startswith("VmHWM")), 0.0)


def files_in_memory() -> "tempfile.TemporaryDirectory[str]":
    """Return a folder whose files lie in memory where the system has such, else on disk."""
    memory = Path("/dev/shm")
    place = str(memory) if memory.is_dir() else None
    return tempfile.TemporaryDirectory(prefix="diaphane-bench-", dir=place)
