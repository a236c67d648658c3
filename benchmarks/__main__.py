"""The command ``python -m benchmarks``."""

import argparse
import sys
from pathlib import Path

from benchmarks.report import as_json, as_markdown, as_table
from benchmarks.rounds import Outcome, measure
from benchmarks.task import find_task, task_names


def main(arguments: list[str] | None = None) -> int:
    """Run tasks, tell what was measured; return 1 when a ratio asked for was missed."""
    parser = _parser()
    given = parser.parse_args(arguments)
    names = task_names() if given.task == "all" else [given.task]
    peers = given.peers.split(",") if given.peers is not None else None
    outcomes: list[Outcome] = []
    for task in map(find_task, names):
        unknown = set(peers or ()) - {p.name for p in task.peers} - {"none"}
        if unknown and len(names) == 1:
            known = ", ".join(p.name for p in task.peers)
            parser.error(f"{task.name} knows no peer {', '.join(sorted(unknown))}; known: {known}")
        outcomes += [
            measure(task, peers, rounds=given.rounds, threads=threads, shrink=given.shrink)
            for threads in given.threads
        ]
    if given.json:
        print(as_json(outcomes))
    else:
        print("\n\n".join(map(as_table, outcomes)))
    if given.write:
        given.write.write_text(as_markdown(outcomes), encoding="utf-8")
    return _verdict(outcomes, given.at_least)


def _verdict(outcomes: list[Outcome], at_least: float | None) -> int:
    if at_least is None:
        return 1 if any(m.failure for o in outcomes for m in (o.ours, *o.peers)) else 0
    said = [f"{o.task.name}: {s}" for o in outcomes for s in o.shortfalls(at_least)]
    for line in said:
        print(line, file=sys.stderr)
    return 1 if said else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    add = parser.add_argument
    add("task", choices=[*task_names(), "all"], help="what to measure")
    add("--peers", metavar="A,B", help="with whom to compare (default: all); none")
    add("--json", action="store_true", help="print all that was measured as JSON")
    add("--at-least", type=float, metavar="RATIO", help="exit 1 when a peer is not this far behind")
    add("--rounds", type=int, default=3, metavar="N", help="turns after the first call (default 3)")
    add(
        "--threads",
        type=int,
        nargs="+",
        choices=(1, 2),
        default=[2],
        help="threads and processors for each (default 2)",
    )
    add("--shrink", type=int, default=1, metavar="N", help="make the input smaller, for a trial")
    add("--write", type=Path, metavar="FILE", help="write the page of results")
    return parser


if __name__ == "__main__":
    sys.exit(main())
