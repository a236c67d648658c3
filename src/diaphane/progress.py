"""Progress flows outward: whoever asked for the work hears how far it is, and may stop it.

Work that takes long iterates through :func:`track`. Whoever wants to show it (the command line's
bar, a page) opens :func:`listen`; whoever wants to stop it sets the :class:`Cancel` given there.

Examples
--------
>>> events = []
>>> with listen(events.append):
...     for _ in track(range(3), "counting"):
...         pass
>>> [(e.done, e.total) for e in events]
[(0, 3), (1, 3), (2, 3), (3, 3)]
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

from diaphane.errors import Cancelled, InputError

T = TypeVar("T")


@dataclass(frozen=True)
class Progress:
    """One piece of news of a piece of work: `done` of `total` parts of `label`."""

    label: str
    """What is being done: a step's public name, or a few words."""
    done: int
    """Parts finished."""
    total: int
    """Parts there are."""


class Cancel:
    """A switch, set from any thread, that stops the work at its next :func:`track` round."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Ask the work to stop."""
        self._event.set()

    @property
    def is_set(self) -> bool:
        """Whether somebody asked the work to stop."""
        return self._event.is_set()


@dataclass(frozen=True)
class _Listener:
    tell: Callable[[Progress], None]
    cancel: Cancel | None


_listeners: ContextVar[tuple[_Listener, ...]] = ContextVar("diaphane_listeners", default=())


@contextmanager
def listen(tell: Callable[[Progress], None], cancel: Cancel | None = None) -> Iterator[None]:
    """Within the block, call `tell` with every :class:`Progress`, and heed `cancel`."""
    token = _listeners.set((*_listeners.get(), _Listener(tell, cancel)))
    try:
        yield
    finally:
        _listeners.reset(token)


def check_cancelled() -> None:
    """Raise :class:`~diaphane.errors.Cancelled` when whoever listens asked to stop."""
    if any(x.cancel is not None and x.cancel.is_set for x in _listeners.get()):
        raise Cancelled("stopped on request")


def track(parts: Iterable[T], label: str, *, total: int | None = None) -> Iterator[T]:
    """Yield `parts` one by one, telling the listeners how many are done, stopping on request.

    Parameters
    ----------
    parts : iterable
        What is worked through.
    label : str
        What is being done: a step's public name, or a few words.
    total : int, optional
        How many parts there are; needed only where `parts` has no length.

    Raises
    ------
    Cancelled
        When a listener's :class:`Cancel` is set.
    """
    if total is None:
        if not isinstance(parts, Sized):
            raise InputError("track(): total must be given for parts without a length")
        total = len(parts)
    _tell(Progress(label, 0, total))
    for done, part in enumerate(parts, 1):
        check_cancelled()
        yield part
        _tell(Progress(label, done, total))


def _tell(news: Progress) -> None:
    for listener in _listeners.get():
        listener.tell(news)
