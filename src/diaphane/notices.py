"""Notices: what was assumed, resampled, clipped or could not be known, said once.

A notice is a code with values (``Notice("ct.truncated", {"views": 12})``); its words, in French
and in English, stand in ``explain/{en,fr}/<room>.toml`` under ``[notices.<name>]``. Inside a
step, :func:`notice` adds one to the step's record; outside any step it goes to the log.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

_log = logging.getLogger("diaphane")


@dataclass(frozen=True)
class Notice:
    """One thing a reader of the picture should know."""

    code: str
    """``<room>.<name>``: where its words stand."""
    values: dict[str, float | int | str] = field(default_factory=dict)
    """What fills the placeholders of its words."""

    def __str__(self) -> str:
        """Return the code and the values, for a log."""
        values = ", ".join(f"{k}={v}" for k, v in self.values.items())
        return f"{self.code}({values})"


_collectors: ContextVar[tuple[list[Notice], ...]] = ContextVar("diaphane_notices", default=())


def notice(code: str, /, **values: float | int | str) -> None:
    """Say once that something was assumed, changed or unknown.

    Parameters
    ----------
    code : str
        ``<room>.<name>``; the words stand in ``explain/{en,fr}/<room>.toml``.
    **values : float, int or str
        What fills the placeholders of the words.
    """
    said = Notice(code, values)
    collectors = _collectors.get()
    if not collectors:
        _log.warning("%s", said)
    for collected in collectors:
        if said not in collected:
            collected.append(said)


@contextmanager
def collect_notices() -> Iterator[list[Notice]]:
    """Collect every notice said within the block, also those of nested blocks."""
    collected: list[Notice] = []
    token = _collectors.set((*_collectors.get(), collected))
    try:
        yield collected
    finally:
        _collectors.reset(token)


@contextmanager
def unheard() -> Iterator[None]:
    """Within the block, notices reach nobody: for trials whose results are thrown away."""
    token = _collectors.set(([],))
    try:
        yield
    finally:
        _collectors.reset(token)
