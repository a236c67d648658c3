"""The process of one contender: it calls the job when told, and tells what that took."""

import os
import resource
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.program import Written


def work(pipe: Connection, task: str, contender: str, folder: str, threads: int) -> None:
    """Prepare, then run once for each message, until one is empty.

    Answers with processor and wall seconds and the peak of the memory, those of programs that it
    started included; the first also with the errors of the result.
    """
    if hasattr(os, "sched_setaffinity"):
        allowed = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, allowed[:threads])
    from benchmarks.task import find_task

    found = find_task(task)
    one = found.contender(contender)
    arrays = {f.stem: np.load(f) for f in sorted(Path(folder).glob("*.npy"))}
    try:
        job = one.prepare(arrays, threads)
        while pipe.recv():
            news, result = timed(job)
            if result is not None:
                news["errors"] = found.errors(one.finish(result), arrays)
            del result
            pipe.send(news)
    except (EOFError, BrokenPipeError):
        return  # whoever asked is gone
    except Exception as error:
        pipe.send({"failure": f"{type(error).__name__}: {error}"})
        raise


def timed(job: Any) -> tuple[dict[str, Any], Any]:
    """Call a job; return what it took and its result."""
    _forget_peak()
    cpu, wall = _processor_s(), time.perf_counter()
    result = job()
    wall_s, cpu_s = time.perf_counter() - wall, _processor_s() - cpu
    peak_mb = result.peak_mb if isinstance(result, Written) else _peak_mb()
    return {"cpu_s": cpu_s, "wall_s": wall_s, "peak_mb": peak_mb}, result


def _processor_s() -> float:
    """Return the processor seconds of this process, of all its threads and of its children."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def _forget_peak() -> None:
    """Let Linux measure the peak of the memory from now on."""
    clear = Path("/proc/self/clear_refs")
    if clear.exists():
        clear.write_text("5")


def _peak_mb() -> float:
    status = Path("/proc/self/status")
    if status.exists():
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
