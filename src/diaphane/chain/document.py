"""A chain as a text: reading it, and setting options in it without losing a comment.

::

    format = 1
    title = { en = "Bones from a cone-beam scan", fr = "Les os d'un scanner conique" }

    [inputs]
    scan = "ct.ConeScan"                  # or { type = "ct.ConeScan", quantity = "counts" }

    [[stage]]
    step = "ct.fdk"                       # its name is its step's last word: fdk
    grid = { voxel_mm = 0.5 }             # all but name, step and of are the step's options

    [[stage]]
    name = "bone"
    step = "segment.fixed"
    of = ["fdk"]                          # inputs or earlier stages; default: the stage before
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from diaphane.chain.faults import Fault, refuse
from diaphane.errors import ChainError
from diaphane.options import nearest, short
from diaphane.step import RESERVED
from diaphane.units import Quantity

FORMAT = 1
MOST_CHARACTERS = 65_536
MOST_STAGES = 99
_TOP = ("format", "title", "description", "inputs", "stage")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_NAME_RULE = "small letters, digits and _, a letter first, at most 40"
_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)+\Z")


@dataclass(frozen=True)
class ChainInput:
    """What a chain is given: the name, type and, where it says so, quantity of a value."""

    name: str
    """How the stages call it."""
    type: str
    """The public name of its type (``ct.ConeScan``)."""
    quantity: Quantity | None = None
    """What it must measure; ``None`` where the stages that take it decide."""


@dataclass(frozen=True)
class Stage:
    """One step of a chain with its options, as written."""

    number: int
    """Place in the chain, from 1."""
    name: str
    """How later stages call it."""
    step: str
    """The step's public name."""
    of: tuple[str, ...] | None
    """The inputs or stages it takes; ``None`` for the stage before."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """The step's options, not yet checked."""


@dataclass(frozen=True)
class Chain:
    """A chain as its text says it; :func:`diaphane.chain.check` says whether it can run."""

    text: str
    """The text, with its comments."""
    inputs: tuple[ChainInput, ...]
    """What must be given."""
    stages: tuple[Stage, ...]
    """What is done, in order."""
    title: Mapping[str, str] = field(default_factory=dict)
    """What it is for, in few words, by language (``en``, ``fr``)."""
    description: Mapping[str, str] = field(default_factory=dict)
    """The same in a sentence, by language."""
    source: str = field(default="", compare=False)
    """The file it was read from, for what is said about its faults."""

    @cached_property
    def sha256(self) -> str:
        """The hash of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def parse(text: str) -> Chain:
    """Return the chain that a TOML text says.

    Parameters
    ----------
    text : str
        The text, of at most 64 KiB.

    Raises
    ------
    ChainError
        When it is not TOML, or not a chain; all faults are told at once. Whether steps and
        options exist and fit is found by :func:`diaphane.chain.check`.
    """
    table = _toml(text)
    faults: list[Fault] = []
    for key in table:
        if key not in _TOP:
            faults.append(Fault(f"unknown key {key!r}: {nearest(key, _TOP)}", key=key))
    if table.get("format") != FORMAT or isinstance(table.get("format"), bool):
        came = f", got {short(table['format'])}" if "format" in table else ""
        faults.append(Fault(f"a chain begins with format = {FORMAT}{came}", key="format"))
    title = _words(table, "title", faults)
    description = _words(table, "description", faults)
    inputs = _inputs(table.get("inputs", {}), faults)
    stages = _stages(table.get("stage", []), {i.name for i in inputs}, faults)
    refuse(faults)
    return Chain(text, inputs, stages, title, description)


def _toml(text: str) -> dict[str, Any]:
    if len(text) > MOST_CHARACTERS:
        raise ChainError(
            f"a chain has at most {MOST_CHARACTERS} characters, got {len(text)}; is it a chain?"
        )
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ChainError("not a chain: its tables are nested too deeply") from None
    except ValueError as error:  # the syntax, or a number with thousands of digits
        raise ChainError(f"not a chain: it is no TOML text: {error}") from None


def _words(table: dict[str, Any], key: str, faults: list[Fault]) -> Mapping[str, str]:
    words = table.get(key, {})
    if isinstance(words, str):
        return MappingProxyType({"en": words})
    if not isinstance(words, dict) or not all(isinstance(w, str) for w in words.values()):
        message = f'{key} must be {{ en = "…", fr = "…" }}, got {short(words)}'
        faults.append(Fault(message, key=key))
        return {}
    return MappingProxyType(words)


def _inputs(table: Any, faults: list[Fault]) -> tuple[ChainInput, ...]:
    if not isinstance(table, dict):
        faults.append(Fault('[inputs] must be a table: name = "ct.ConeScan"', key="inputs"))
        return ()
    inputs = []
    for name, said in table.items():
        key = f"inputs.{name}"
        if not _NAME.match(name):
            message = f"the name of an input must be {_NAME_RULE}, got {short(name)}"
            faults.append(Fault(message, key=key))
            continue
        table = {"type": said} if isinstance(said, str) else said
        if not isinstance(table, dict) or not {"type"} <= table.keys() <= {"type", "quantity"}:
            message = 'must be "ct.ConeScan" or { type = "ct.ConeScan", quantity = "counts" }'
            faults.append(Fault(f"input {name} {message}, got {short(said)}", key=key))
        elif not isinstance(table["type"], str) or not _PATH.match(table["type"]):
            message = f"the type of input {name} must be a name like ct.ConeScan"
            faults.append(Fault(f"{message}, got {short(table['type'])}", key=key))
        else:
            quantity = _quantity(name, table.get("quantity"), faults)
            inputs.append(ChainInput(name, table["type"], quantity))
    return tuple(inputs)


def _quantity(name: str, label: Any, faults: list[Fault]) -> Quantity | None:
    if label is None:
        return None
    known = {q.label: q for q in Quantity}
    if isinstance(label, str) and label in known:
        return known[label]
    hint = nearest(label, known) if isinstance(label, str) else nearest("", known)
    message = f"input {name}: unknown quantity {short(label)}: {hint}"
    faults.append(Fault(message, key=f"inputs.{name}"))
    return None


def _stages(tables: Any, taken: set[str], faults: list[Fault]) -> tuple[Stage, ...]:
    if not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
        faults.append(Fault('each stage begins with [[stage]], then step = "…"', key="stage"))
        return ()
    if not tables:
        faults.append(Fault("a chain needs at least one [[stage]]", key="stage"))
    if len(tables) > MOST_STAGES:
        message = f"a chain has at most {MOST_STAGES} stages, got {len(tables)}"
        faults.append(Fault(message, key="stage"))
        return ()
    stages = []
    for number, table in enumerate(tables, 1):
        stage = _stage(number, table, faults)
        if stage is None:
            continue
        if stage.name in taken:
            message = f"the name {stage.name!r} is taken; give this stage another name"
            faults.append(Fault(message, number, stage.name, "name"))
        taken = taken | {stage.name}
        stages.append(stage)
    return tuple(stages)


def _stage(number: int, table: dict[str, Any], faults: list[Fault]) -> Stage | None:
    step = table.get("step")
    name = table.get("name", step.rpartition(".")[2] if isinstance(step, str) else "")
    told = name if isinstance(name, str) and _NAME.match(name) else ""

    def fault(key: str, message: str) -> None:
        faults.append(Fault(message, number, told, key))

    if step is None:
        return fault("step", 'step is missing: step = "ct.fdk"')
    if not isinstance(step, str) or not _PATH.match(step):
        return fault("step", f"step must be a name like ct.fdk, got {short(step)}")
    if not isinstance(name, str) or not _NAME.match(name):
        return fault("name", f"name must be {_NAME_RULE}, got {short(name)}")
    of = table.get("of")
    if isinstance(of, str):
        of = [of]
    if of is not None and not (isinstance(of, list) and all(isinstance(o, str) for o in of)):
        fault("of", f"of must be a list of names of inputs or earlier stages, got {short(of)}")
        of = None
    options = {key: value for key, value in table.items() if key not in RESERVED}
    return Stage(number, name, step, None if of is None else tuple(of), MappingProxyType(options))
