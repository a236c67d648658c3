"""The words for people: ``explain/{en,fr}/<room>.toml``, read when somebody asks for them.

A room's file holds its steps' words under ``[steps.<name>]`` and its notices' under
``[notices.<name>]``; what its steps share stands under ``[options.<name>]``, and what many rooms
share in ``common.toml``. A package of one's own
keeps the same files in its own folder ``explain``; what has no words there is told by its names
and docstrings.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from diaphane.chain.numbers import number_words
from diaphane.chain.registry import AnyStep
from diaphane.errors import InputError
from diaphane.notices import Notice
from diaphane.options import nearest

LANGUAGES = ("en", "fr")
_FILE_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
_Table = Mapping[str, Any]
_NONE: _Table = MappingProxyType({})


@dataclass(frozen=True)
class OptionWords:
    """What an option is called and what it changes."""

    title: str
    """Its name for people."""
    text: str = ""
    """What it changes, in plain words."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Words for each of its choices."""
    options: Mapping[str, "OptionWords"] = field(default_factory=dict)
    """Words for the fields of a table."""


@dataclass(frozen=True)
class StepWords:
    """What a step is called and what it does."""

    title: str
    """Its name for people."""
    text: str
    """What it does; ``{window}`` stands for the value of an option."""
    options: Mapping[str, OptionWords]
    """Words for each option."""


def step_words(step: AnyStep, language: str) -> StepWords:
    """Return a step's words; where nobody wrote any, its names and its docstring's first line."""
    room, _, name = step.name.partition(".")
    package = step.__module__.partition(".")[0]
    of_room = room_words(room, language, package)
    own = of_room.get("steps", _NONE).get(name, _NONE)
    shared = shared_options(of_room, language)
    docstring = (step.__doc__ or "").strip().partition("\n")[0]
    return StepWords(
        own.get("title", name.replace("_", " ").capitalize()),
        own.get("text", docstring),
        {
            option.name: _option_words(
                option.name,
                own.get("options", _NONE).get(option.name, _NONE),
                shared.get(option.name, _NONE),
            )
            for option in step.options
        },
    )


def shared_options(of_room: _Table, language: str) -> _Table:
    """Return the words of options that steps share: those of all rooms, then those of the room."""
    everywhere = common_words(language).get("options", _NONE)
    return {**everywhere, **of_room.get("options", _NONE)}


def notice_words(notice: Notice, language: str, package: str = "diaphane") -> str:
    """Return what a notice says, its values filled in; its words may be a package's own."""
    room, _, name = notice.code.partition(".")
    for home in dict.fromkeys((package, "diaphane")):
        found = room_words(room, language, home).get("notices", _NONE).get(name, _NONE)
        if "text" in found:
            units = common_words(language).get("units", _NONE)
            values = {key: _value_words(v, language) for key, v in notice.values.items()}
            if "unit" in values:
                values["unit"] = units.get(values["unit"], values["unit"])
            return fill(found["text"], values)
    return str(notice)


def common_words(language: str) -> _Table:
    """Return the words that all rooms share: of units, types, quantities and shared options."""
    return room_words("common", language)


def room_words(room: str, language: str, package: str = "diaphane") -> _Table:
    """Return the table of a room's words; an empty one where nobody wrote any.

    Raises
    ------
    InputError
        When there are no words in this language at all.
    """
    if language not in LANGUAGES:
        raise InputError(f"no words in the language {language!r}: {nearest(language, LANGUAGES)}")
    return _read(package, room, language) if _FILE_NAME.match(room) else _NONE


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with each ``{name}`` replaced by its value; unknown ones stay."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def placeholders(text: str) -> set[str]:
    """Return the names of the placeholders in a text."""
    return set(_PLACEHOLDER.findall(text))


@cache
def _read(package: str, room: str, language: str) -> _Table:
    try:
        path = resources.files(package) / "explain" / language / f"{room}.toml"
        text = path.read_text(encoding="utf-8")
    except (OSError, ImportError, TypeError, ValueError):  # no such package, folder or file
        return _NONE
    return MappingProxyType(tomllib.loads(text))


def _option_words(name: str, own: _Table, shared: _Table) -> OptionWords:
    """Return an option's words: the step's own ones, else those that all steps share."""
    fields = {**shared.get("options", _NONE), **own.get("options", _NONE)}
    return OptionWords(
        own.get("title", shared.get("title", name.replace("_", " ").capitalize())),
        own.get("text", shared.get("text", "")),
        {**shared.get("values", _NONE), **own.get("values", _NONE)},
        {
            key: _option_words(
                key,
                own.get("options", _NONE).get(key, _NONE),
                shared.get("options", _NONE).get(key, _NONE),
            )
            for key in fields
        },
    )


def _value_words(value: float | int | str, language: str) -> str:
    return value if isinstance(value, str) else number_words(value, language, digits=4)
