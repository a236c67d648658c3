"""Which steps and which flowing types there are, and what they are called.

A name found in a text is looked up in this table; nothing is ever imported because a text names
it. The table holds the public steps of the package's own rooms and those of installed packages
that offer some under the entry-point group ``diaphane.steps``. A caller may add further ones.
"""

import dataclasses
import logging
import typing
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from types import ModuleType, UnionType
from typing import Any

from diaphane.errors import ChainError
from diaphane.options import nearest
from diaphane.step import Step

ROOMS = ("ct", "image", "phantom", "quality", "render", "segment", "surface")
"""The rooms of the package whose public names are looked through."""
GROUP = "diaphane.steps"
"""The entry-point group under which a package offers its steps: a step, or a module of steps."""

AnyStep = Step[Any, Any]
_log = logging.getLogger("diaphane")


def find_step(name: str, *, steps: Iterable[AnyStep] = ()) -> AnyStep:
    """Return the step that is called `name`, now or in former times.

    Parameters
    ----------
    name : str
        The public name (``ct.fdk``), or an alias.
    steps : iterable of Step
        Further steps, beside the package's own and the installed ones.

    Raises
    ------
    ChainError
        When there is none; the message gives the nearest right name.
    """
    room = name.partition(".")[0]
    for step in (*(_steps_of_room(room) if room in ROOMS else ()), *steps):
        if name == step.name:
            return step
    known = all_steps(steps=steps)
    for step in known.values():
        if name == step.name or name in step.aliases:
            return step
    raise ChainError(f"unknown step {name!r}: {nearest(name, known)}")


def all_steps(*, steps: Iterable[AnyStep] = ()) -> dict[str, AnyStep]:
    """Return every step by its name, in the order of the alphabet.

    Where two steps have one name, the package's own comes first, then the installed ones.
    """
    known = {step.name: step for room in ROOMS for step in _steps_of_room(room)}
    for step in (*_installed_steps(), *steps):
        if known.setdefault(step.name, step) is not step:
            _log.warning("the step %s of %s is hidden by another", step.name, step.__module__)
    return dict(sorted(known.items()))


def steps_of(module: ModuleType) -> tuple[AnyStep, ...]:
    """Return the public steps of a module: those in ``__all__``, or all without an underscore."""
    public = getattr(module, "__all__", [n for n in vars(module) if not n.startswith("_")])
    found = (getattr(module, name) for name in public)
    return tuple(dict.fromkeys(x for x in found if isinstance(x, Step)))


def find_types(name: str, *, steps: Iterable[AnyStep] = ()) -> tuple[type, ...]:
    """Return the flowing types that a public name stands for: one, or the members of a union.

    Raises
    ------
    ChainError
        When there is none; the message gives the nearest right name.
    """
    room, _, rest = name.partition(".")
    if room in ROOMS:
        types = _flowing(getattr(import_module(f"diaphane.{room}"), rest, None))
        if types:
            return types
    known = _known_types(steps)
    if name in known:
        return (known[name],)
    raise ChainError(f"unknown type {name!r}: {nearest(name, known)}")


def type_name(kind: type) -> str:
    """Return the public name of a flowing type: ``ct.ConeScan``."""
    package, _, inner = kind.__module__.partition(".")
    room = inner.partition(".")[0] if package == "diaphane" else package
    return f"{room}.{kind.__name__}"


def carries_quantity(kind: type) -> bool:
    """Whether values of a flowing type say what they measure."""
    return any(f.name == "quantity" for f in dataclasses.fields(kind))


def foreign_types(steps: Iterable[AnyStep]) -> tuple[type, ...]:
    """Return the flowing types that only installed steps and these further ones know."""
    steps = (*_installed_steps(), *steps)
    types = (t for step in steps for port in (*step.inputs, step.output) for t in port.types)
    return tuple(dict.fromkeys(t for t in types if t.__module__.partition(".")[0] != "diaphane"))


@cache
def _steps_of_room(room: str) -> tuple[AnyStep, ...]:
    return steps_of(import_module(f"diaphane.{room}"))


@cache
def _installed_steps() -> tuple[AnyStep, ...]:
    steps: list[AnyStep] = []
    for entry in entry_points(group=GROUP):
        try:
            found = entry.load()
        except Exception as error:  # a broken package must not stop all others
            _log.warning("the steps of %s cannot be loaded: %s", entry.value, error)
            continue
        if isinstance(found, Step):
            steps.append(found)
        elif isinstance(found, ModuleType):
            steps.extend(steps_of(found))
        else:
            _log.warning("%s is no step and no module of steps", entry.value)
    return tuple(steps)


def _known_types(steps: Iterable[AnyStep]) -> dict[str, type]:
    types: dict[str, type] = {}
    for room in ROOMS:
        module = import_module(f"diaphane.{room}")
        for name in getattr(module, "__all__", vars(module)):
            types |= {type_name(t): t for t in _flowing(getattr(module, name))}
    return types | {type_name(t): t for t in foreign_types(steps)}


def _flowing(found: Any) -> tuple[type, ...]:
    """Return the flowing types that `found` is or unites; none when it is something else."""
    if typing.get_origin(found) in (typing.Union, UnionType):
        members = [_flowing(part) for part in typing.get_args(found)]
        return tuple(t for types in members for t in types) if all(members) else ()
    if isinstance(found, type) and dataclasses.is_dataclass(found):
        return (found,) if any(f.name == "history" for f in dataclasses.fields(found)) else ()
    return ()
