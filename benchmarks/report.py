"""What was measured, for people and for programs."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from benchmarks.machine import machine
from benchmarks.rounds import Measured, Outcome

_HEAD = """# Measured against the peers

Written by `make bench`; do not edit. Every contender has a process of its own on the same
processors, and they take turns. *CPU-s* are processor seconds of all threads together, the median
over the rounds with the smallest and the largest; *ratio* is the peer's over ours of the same
round. The first call contains compilation and whatever else happens once. *Peak* is the most
memory that the process held during the job, input and libraries included; of a contender that is
a program of its own, what that program held.

"""


def as_data(outcomes: list[Outcome]) -> dict[str, Any]:
    """Return all that was measured as plain data."""
    return {
        "date": _today(),
        "machine": machine(),
        "tasks": [
            {
                "task": o.task.name,
                "threads": o.threads,
                "shrink": o.shrink,
                "missing": o.missing,
                "ours": asdict(o.ours),
                "peers": [{**asdict(p), "ratio": p.ratio} for p in o.peers],
            }
            for o in outcomes
        ],
    }


def as_json(outcomes: list[Outcome]) -> str:
    """Return all that was measured as JSON."""
    return json.dumps(as_data(outcomes), indent=2)


def as_markdown(outcomes: list[Outcome]) -> str:
    """Return the page of results."""
    facts = [f"- {name}: {value}" for name, value in machine().items()]
    lines = [_HEAD + f"Measured on {_today()}.\n", *facts]
    for outcome in outcomes:
        lines += ["", as_table(outcome)]
    return "\n".join(lines) + "\n"


def as_table(outcome: Outcome) -> str:
    """Return one task as a table in Markdown, which also reads well on a terminal."""
    task, errors = outcome.task, list(outcome.ours.errors)
    threads = "one thread" if outcome.threads == 1 else f"{outcome.threads} threads"
    small = f", input made smaller by {outcome.shrink}" if outcome.shrink > 1 else ""
    columns = ["", "CPU-s", "wall s", "first call, CPU-s", "peak MB", *errors, "ratio", "promised"]
    rows = [_row(m, errors) for m in (outcome.ours, *outcome.peers)]
    rows += [[f"{name}: not installed", *[""] * (len(columns) - 1)] for name in outcome.missing]
    widths = [max(len(row[i]) for row in [columns, *rows]) for i in range(len(columns))]
    rule = ["-" * widths[0], *["-" * (w - 1) + ":" for w in widths[1:]]]
    table = [_line(row, widths) for row in (columns, rule, *rows)]
    title = f"## `{task.name}`: {task.title} ({threads}{small})"
    return "\n".join([title, "", task.conditions, "", *table])


def _row(one: Measured, errors: list[str]) -> list[str]:
    name = f"{one.name} {one.version}"
    if one.failure:
        return [f"{name}: {one.failure}", *[""] * (len(errors) + 6)]
    first = one.first["cpu_s"]
    seconds = wall = peak = ratio = "–"
    if one.rounds:
        every = [r["cpu_s"] for r in one.rounds]
        seconds = f"{one.typical('cpu_s'):.2f} ({min(every):.2f} to {max(every):.2f})"
        wall, peak = f"{one.typical('wall_s'):.2f}", f"{one.typical('peak_mb'):.0f}"
    if one.ratios:
        ratio = f"{one.ratio:.1f} ({min(one.ratios):.1f} to {max(one.ratios):.1f})"
    wrong = [f"{one.errors[e]:.3g}" for e in errors]
    bar = f"≥ {one.bar:g}" if one.bar else ""
    return [name, seconds, wall, f"{first:.2f}", peak, *wrong, ratio if one.bar else "", bar]


def _line(cells: list[str], widths: list[int]) -> str:
    first = cells[0].ljust(widths[0])
    return "| " + " | ".join([first, *(c.rjust(w) for c, w in zip(cells[1:], widths[1:]))]) + " |"


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
