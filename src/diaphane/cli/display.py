"""What the command line shows: progress on stderr, results on stdout."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from diaphane.progress import Progress, listen


def show(line: str = "") -> None:
    """Write a line of a result to stdout."""
    print(line)  # noqa: T201


def show_json(data: Any) -> None:
    """Write plain data as JSON to stdout; letters that it cannot hold are escaped."""
    holds_all = (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    show(json.dumps(data, indent=2, ensure_ascii=not holds_all, allow_nan=False))


def show_table(rows: Iterable[Sequence[str]]) -> None:
    """Write rows in columns, aligned."""
    rows = [tuple(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        show("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


@contextmanager
def progress_shown(*, names: Sequence[str] = (), label: str = "") -> Iterator[None]:
    """Within the block, show on stderr how far the work is.

    Parameters
    ----------
    names : sequence of str
        What the parts of the work called `label` are called (the stages of a chain).
    label : str
        The work whose parts have names.
    """
    shown = _bars() if sys.stderr.isatty() else _lines()
    with shown as tell:

        def hear(news: Progress) -> None:
            is_named = news.label == label and news.done < len(names)
            tell(news, names[news.done] if is_named else "")

        with listen(hear):
            yield


@contextmanager
def notices_shown(language: str = "en") -> Iterator[None]:
    """Show at the block's end, in words on stderr, what had to be said within it."""
    from diaphane.chain import notice_words
    from diaphane.notices import collect_notices

    with collect_notices() as said:
        yield
    for words in dict.fromkeys(notice_words(notice, language) for notice in said):
        sys.stderr.write(f"note: {words}\n")


@contextmanager
def _lines() -> Iterator[Any]:
    """Write one line for each named part: for logs."""

    def tell(news: Progress, name: str) -> None:
        if name:
            sys.stderr.write(f"{news.done + 1}/{news.total} {name}\n")
            sys.stderr.flush()

    yield tell


@contextmanager
def _bars() -> Iterator[Any]:
    """Show one bar for each kind of work, and take them away at the end."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description:28}", markup=False),
        BarColumn(complete_style="yellow", finished_style="yellow"),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, Any] = {}

        def tell(news: Progress, name: str) -> None:
            if news.label not in tasks:
                title = name or _title(news.label)
                tasks[news.label] = bars.add_task(title, total=news.total)
            bars.update(tasks[news.label], completed=news.done, total=news.total)
            if name:
                bars.update(tasks[news.label], description=name)
            elif news.done == news.total:
                bars.remove_task(tasks.pop(news.label))

        yield tell


def _title(label: str) -> str:
    """Return what the work called `label` is called for people: a step's title, if it is one."""
    from diaphane.chain.words import room_words

    room, _, name = label.partition(".")
    return room_words(room, "en").get("steps", {}).get(name, {}).get("title", label)
