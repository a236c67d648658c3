"""Diaphane: from the raw signals of imaging devices to clear pictures, in 2-D and 3-D.

A value of a named, frozen type enters a function and a value of the next named type leaves:
``ConeScan`` → ``Image`` in 1/mm → ``Image`` in HU → ``Labels`` → ``Surface`` → ``Picture``.

Rooms are imported when they are first named: ``diaphane.ct.fdk(scan)``, ``diaphane.read(path)``.
Research and teaching software, not a medical device.
"""

from importlib import import_module
from typing import Any

ROOMS = (
    "chain",
    "ct",
    "formats",
    "image",
    "operators",
    "phantom",
    "quality",
    "render",
    "segment",
    "solvers",
    "space",
    "surface",
)

__all__ = [*ROOMS, "read"]


def __getattr__(name: str) -> Any:
    """Import a room, or the one door for files, or look up the version, on first use."""
    if name in ROOMS:
        return import_module(f"diaphane.{name}")
    if name == "read":
        return import_module("diaphane.formats").read
    if name == "__version__":
        return import_module("importlib.metadata").version("diaphane")
    raise AttributeError(f"module 'diaphane' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return what there is, imported already or not."""
    return sorted({*globals(), *__all__, "__version__"})
