"""Setting options in the text of a chain, so that comments and order stay: ``bone.low = 200``."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from diaphane.chain.document import Chain, parse
from diaphane.errors import ChainError
from diaphane.options import nearest, short
from diaphane.step import RESERVED

_BARE_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\Z")


def with_options(chain: Chain, overrides: Mapping[str, Any]) -> Chain:
    """Return the chain with options set anew, its text edited at these places only.

    Parameters
    ----------
    chain : Chain
        The chain to start from; it stays as it is.
    overrides : mapping
        From ``stage.option``, or ``stage.option.field`` of a table, to the new value.

    Raises
    ------
    ChainError
        When a place names no stage, or a value cannot be written in TOML. Whether the option
        exists and the value fits is found by :func:`diaphane.chain.check`.
    """
    if not overrides:
        return chain
    import tomlkit

    document = tomlkit.parse(chain.text)
    numbers = {stage.name: stage.number for stage in chain.stages}
    for place, value in overrides.items():
        name, *path = place.split(".")
        if name not in numbers:
            raise ChainError(f"{place}: no stage is called {name!r}: {nearest(name, numbers)}")
        if not path or not all(path):
            raise ChainError(f"{place!r} must be stage.option, like {name}.option")
        if path[0] in RESERVED:
            raise ChainError(f"{place}: {path[0]} is no option; change it in the chain's text")
        stages: Any = document["stage"]
        _set(stages[numbers[name] - 1], path, value, place)
    return replace(parse(tomlkit.dumps(document)), source=chain.source)


def parse_override(text: str) -> tuple[str, Any]:
    """Return place and value of ``stage.option=value``; the value is TOML, or a bare word.

    >>> parse_override("fdk.window=hann"), parse_override("fdk.grid.voxel_mm=0.5")
    (('fdk.window', 'hann'), ('fdk.grid.voxel_mm', 0.5))
    """
    place, sign, value = text.partition("=")
    place, value = place.strip(), value.strip()
    if not sign or not place or not value:
        raise ChainError(f"{text!r} must be stage.option=value, like bone.low=200")
    try:
        table = tomllib.loads(f"value = {value}")
    except (ValueError, RecursionError):
        table = {}
    if table.keys() == {"value"}:
        return place, table["value"]
    if _BARE_WORD.match(value):
        return place, value
    raise ChainError(f'{place}: {value!r} must be a number, "text", true, false, a list or a table')


def _set(table: Any, path: list[str], value: Any, place: str) -> None:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    *tables, last = path
    for key in tables:
        if key not in table:
            table[key] = tomlkit.inline_table()
        table = table[key]
        if not isinstance(table, dict):
            raise ChainError(f"{place}: {key} is no table here, but {short(table)}")
    try:
        table[last] = tomlkit.item(value)
    except (TOMLKitError, ValueError, TypeError):
        came = type(value).__name__
        raise ChainError(f"{place}: a {came} cannot be written in a chain") from None
