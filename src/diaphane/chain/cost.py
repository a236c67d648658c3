"""What a piece of work costs: processor time, time on the clock, peak memory."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


@dataclass
class Cost:
    """Filled when the work is done."""

    cpu_s: float = 0.0
    """Processor time of all threads."""
    wall_s: float = 0.0
    """Time on the clock."""
    peak_bytes: int | None = None
    """Largest memory of the whole program meanwhile; ``None`` where the system does not tell."""


@contextmanager
def measured() -> Iterator[Cost]:
    """Measure what the block costs."""
    cost = Cost()
    knows_peak = _forget_peak()
    cpu, wall = time.process_time(), time.perf_counter()
    yield cost
    cost.cpu_s = round(time.process_time() - cpu, 4)
    cost.wall_s = round(time.perf_counter() - wall, 4)
    cost.peak_bytes = _peak_bytes() if knows_peak else None


def _forget_peak() -> bool:
    """Make Linux forget the peak of before; return whether it did."""
    try:
        _CLEAR.write_text("5")
    except OSError:
        return False
    return True


def _peak_bytes() -> int | None:
    try:
        found = re.search(r"^VmHWM:\s+(\d+) kB", _STATUS.read_text(), re.MULTILINE)
    except OSError:
        return None
    return int(found[1]) * 1024 if found else None
