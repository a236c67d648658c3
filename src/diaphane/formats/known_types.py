"""The table of types that a stored file may name; nothing else is ever imported or built."""

import dataclasses
from collections.abc import Iterable
from enum import Enum
from importlib import import_module

from diaphane.errors import FormatError, InputError

_ROOMS = ("space", "image", "ct", "phantom", "surface", "segment", "render", "quality", "units")


def type_name(kind: type, types: Iterable[type] = ()) -> str:
    """Return the name under which a type is stored: ``image.Image``, ``units.Quantity``.

    Parameters
    ----------
    kind : type
        A frozen dataclass or an enum that one of Diaphane's rooms exports, or one of `types`.
    types : iterable of type
        Types of one's own; they are stored under their module's path.

    Raises
    ------
    InputError
        When the type is neither.
    """
    if kind in types:
        return f"{kind.__module__}.{kind.__qualname__}"
    package, _, rest = kind.__module__.partition(".")
    room = rest.partition(".")[0]
    name = f"{room}.{kind.__qualname__}"
    if package != "diaphane" or _exported(name) is not kind:
        raise InputError(
            f"{kind.__module__}.{kind.__qualname__} is not a type that a store knows; "
            f"give it with types=({kind.__qualname__},), here and when reading"
        )
    return name


def type_of(name: str, types: Iterable[type] = ()) -> type:
    """Return the type stored under `name`, or raise :class:`FormatError` when there is none."""
    for kind in types:
        if name == f"{kind.__module__}.{kind.__qualname__}":
            return kind
    kind = _exported(name)
    if kind is None:
        raise FormatError(
            f"holds a {name!r}, which this version does not know; "
            f"a type of your own is given with types=(…,)"
        )
    return kind


def _exported(name: str) -> type | None:
    """Return what one of the rooms exports as `name`, where that is a dataclass or an enum."""
    room, _, attribute = name.partition(".")
    if room not in _ROOMS or not attribute.isidentifier():
        return None
    kind = getattr(import_module(f"diaphane.{room}"), attribute, None)
    if isinstance(kind, type) and (dataclasses.is_dataclass(kind) or issubclass(kind, Enum)):
        return kind
    return None
