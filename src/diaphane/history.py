"""How a value was made: the record that every flowing value carries.

A value that came from a step has the step's :class:`History`, whose parents are the histories of
what it was given. A value that came from no step (read from a file, made by hand) has a *source*:
a history without parents whose key is the hash of its content.

The key of a step's result is the hash of (step, version, options, parents' keys): two values with
one key were made the same way from the same source.
"""

import dataclasses
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np

from diaphane.arrays import digest
from diaphane.notices import Notice

_JSON = json.JSONEncoder(sort_keys=True, allow_nan=False)


@dataclass(frozen=True)
class History:
    """How one value was made."""

    key: str
    """SHA-256 that stands for the value: of how it was made, or of its content for a source."""
    step: str = ""
    """The step's public name (``ct.fdk``); empty for a source."""
    version: int = 0
    """The step's version; 0 for a source."""
    options: dict[str, Any] = dataclasses.field(default_factory=dict)
    """The step's options as validated, defaults included, as plain data."""
    parents: tuple["History", ...] = ()
    """The histories of the step's inputs, in their order."""
    notices: tuple[Notice, ...] = ()
    """What was assumed, changed or unknown on the way."""
    code: str = ""
    """The version of the program that made it."""
    instruction_set: str = ""
    """The processor path its kernels took, where the step has kernels (``avx512``)."""
    name: str = ""
    """For a source: the file's or the maker's name."""

    def walk(self) -> Iterator["History"]:
        """Yield every history on the way here, sources first, each once."""
        seen: set[str] = set()

        def visit(h: "History") -> Iterator["History"]:
            if h.key in seen:
                return
            seen.add(h.key)
            for parent in h.parents:
                yield from visit(parent)
            yield h

        yield from visit(self)


def key_of_step(step: str, version: int, options: dict[str, Any], parents: list[str]) -> str:
    """Return the key of a step's result: the hash of how it was made."""
    text = _JSON.encode([step, version, options, parents])
    return hashlib.sha256(text.encode()).hexdigest()


def history_of(value: Any) -> History:
    """Return the history of a flowing value; a value from no step becomes a source, by content."""
    history: History | None = value.history
    if history is None:
        history = History(key=content_key(value), name=type(value).__name__)
        record(value, history)
    return history


def record(value: Any, history: History) -> None:
    """Write `history` into `value`: done by ``@step`` and by readers, and by nobody else."""
    object.__setattr__(value, "history", history)


def record_source(value: Any, name: str, notices: tuple[Notice, ...] = ()) -> None:
    """Mark `value` as read from, or made by, `name`, with what had to be said about it."""
    record(value, History(key=content_key(value), name=name, notices=notices))


def content_key(value: Any) -> str:
    """Return the SHA-256 of the content of a frozen dataclass, its history left out."""
    return hashlib.sha256(repr(_content(value)).encode()).hexdigest()


def _content(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return digest(value)
    if isinstance(value, Enum):
        return value.name
    if dataclasses.is_dataclass(value):
        fields = [f.name for f in dataclasses.fields(value) if f.name != "history"]
        return type(value).__name__, [(name, _content(getattr(value, name))) for name in fields]
    if isinstance(value, tuple | list):
        return [_content(v) for v in value]
    if isinstance(value, dict):
        return sorted((str(k), _content(v)) for k, v in value.items())
    return value
