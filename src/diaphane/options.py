"""Options of a step: bounds, validation, and the JSON Schema from which a page builds its form.

Every numeric option says its two finite bounds and how a slider should move between them::

    sigma_mm: Annotated[float, Range(0.1, 20, scale="log", unit="mm")] = 1.0

>>> Option("sigma_mm", Annotated[float, Range(0.1, 20, scale="log", unit="mm")], 1.0).validate(2)
2.0
"""

import dataclasses
import datetime
import difflib
import inspect
import math
import re
import reprlib
import typing
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal

import numpy as np

from diaphane.errors import OptionError

__all__ = ["Annotated", "Option", "Range", "nearest", "short"]


@dataclass(frozen=True)
class Range:
    """The two finite bounds of a number, both included, and the scale between them."""

    low: float
    """Smallest value allowed."""
    high: float
    """Largest value allowed."""
    scale: Literal["linear", "log"] = "linear"
    """How a slider moves from one bound to the other."""
    unit: str = ""
    """The unit's symbol; ``{image}`` for the unit of the values of the input called `image`."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise OptionError(f"Range needs finite low < high, got {self.low}, {self.high}")
        if self.scale == "log" and self.low <= 0:
            raise OptionError(f"a logarithmic Range needs low > 0, got {self.low}")

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """Check the bounds; no text or truth value passes for a number."""
        from pydantic_core import core_schema as cs

        if handler(source)["type"] == "int":
            number = cs.int_schema(ge=math.ceil(self.low), le=math.floor(self.high), strict=True)
        else:
            number = cs.float_schema(ge=self.low, le=self.high, allow_inf_nan=False, strict=True)
        return cs.no_info_before_validator_function(_plain, number)

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        """Add the scale and the unit to the bounds."""
        return {**handler(schema), "scale": self.scale, "unit": self.unit}


REQUIRED: Any = inspect.Parameter.empty


@dataclass(frozen=True)
class Option:
    """One keyword-only parameter of a step."""

    name: str
    """The parameter's name."""
    annotation: Any
    """Its type, with the :class:`Range` of its numbers."""
    default: Any = REQUIRED
    """Its default; ``REQUIRED`` where it must be given."""

    @property
    def is_required(self) -> bool:
        """Whether a value must be given."""
        return self.default is REQUIRED

    def validate(self, value: Any) -> Any:
        """Return `value` as the option's type, or raise :class:`OptionError` saying what fits."""
        from pydantic import ValidationError

        try:
            return self._adapter.validate_python(_plain(value))
        except ValidationError as error:
            raise OptionError(f"{self.name}{_why(error, self.annotation)}") from None

    def plain(self, value: Any) -> Any:
        """Return a validated `value` as plain data (numbers, text, lists, tables)."""
        return self._adapter.dump_python(value, mode="json")

    def json_schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the option: type, bounds, scale, unit, choices, default."""
        schema = self._adapter.json_schema()
        if not self.is_required:
            schema["default"] = self.plain(self.default)
        return schema

    @cached_property
    def _adapter(self) -> Any:
        from pydantic import ConfigDict, TypeAdapter, with_config

        strict = ConfigDict(extra="forbid")
        kind = self.annotation
        if typing.get_origin(kind) is Annotated:
            kind = typing.get_args(kind)[0]
        if isinstance(kind, type) and dataclasses.is_dataclass(kind):
            if not hasattr(kind, "__pydantic_config__"):  # there alone pydantic looks for its rules
                with_config(strict)(kind)
            return TypeAdapter(self.annotation)
        return TypeAdapter(self.annotation, config=strict)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint for a mistyped `name`: the nearest right one, or the list of all."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"known: {', '.join(names)}" if names else "there are none"


def _plain(value: Any) -> Any:
    """Return NumPy scalars, arrays and dataclasses as plain data, all else as it is."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    return value


def _why(error: Any, annotation: Any) -> str:
    """Return what pydantic found wrong, in our words: the place, what was expected, what came."""
    fields = _fields(annotation)
    problems = error.errors(include_url=False)
    # of a union, the choice that fits best; a wrong name before the one that is then missing
    worst = max(problems, key=lambda p: (len(p["loc"]), p["type"] == "unexpected_keyword_argument"))
    place = _place(worst, fields)
    came = short(worst["input"])
    if worst["type"] == "unexpected_keyword_argument":
        name = str(worst["loc"][-1])
        return f"{place} is not known: {nearest(name, fields)}"
    if worst["type"] == "missing":
        if isinstance(worst["loc"][-1], int):
            n = 1 + max(p["loc"][-1] for p in problems if p["type"] == "missing")
            return f"{place.rpartition('[')[0]} must be a list of {n} values, got {came}"
        return f"{place} is missing"
    here = [p for p in problems if _place(p, fields) == place]
    hint = _likely(worst["input"], here)
    return f"{place} must be {' or '.join(dict.fromkeys(map(_wanted, here)))}, got {came}{hint}"


def _likely(came: Any, problems: list[Any]) -> str:
    """Return a hint at the choice that was meant, if one is near."""
    choices = [p["ctx"]["expected"] for p in problems if p["type"] == "literal_error"]
    known = re.findall(r"'([^']*)'", " ".join(choices))
    close = difflib.get_close_matches(came, known, n=1) if isinstance(came, str) else []
    return f": did you mean {close[0]!r}?" if close else ""


def short(value: Any) -> str:
    """Return a value as a text that fits into one sentence: true and dates as TOML writes them.

    >>> short([True, datetime.date(2026, 3, 1)])
    '[true, 2026-03-01]'
    """
    try:
        return _Short().repr(value)
    except ValueError:  # a number with thousands of digits
        return "a huge number"


class _Short(reprlib.Repr):
    """Cuts what is long; found by the names of types, as :class:`reprlib.Repr` has it."""

    def repr_bool(self, value: bool, level: int) -> str:
        return str(value).lower()

    def repr_date(self, value: datetime.date, level: int) -> str:
        return value.isoformat()

    repr_datetime = repr_time = repr_date


_WANTED = {
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "dataclass_type": "a table",
    "finite_number": "a finite number",
    "float_type": "a number",
    "greater_than_equal": ">= {ge:g}",
    "int_type": "a whole number",
    "less_than_equal": "<= {le:g}",
    "list_type": "a list",
    "literal_error": "{expected}",
    "string_type": "text",
    "too_long": "a list of {max_length} values",
    "too_short": "a list of at least {min_length} values",
    "tuple_type": "a list",
}


def _wanted(problem: Any) -> str:
    words = _WANTED.get(problem["type"])
    if words is None:
        return str(problem["msg"]).replace("Input should be ", "").replace("Value error, ", "")
    return words.format(**problem.get("ctx", {}))


def _place(problem: Any, fields: set[str]) -> str:
    """Return where a problem lies within the option (``.shape[2]``): a union's tags left out."""
    parts = [p for p in problem["loc"] if isinstance(p, int) or p in fields]
    if problem["type"] == "unexpected_keyword_argument":
        parts.append(problem["loc"][-1])
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in parts)


def _fields(annotation: Any) -> set[str]:
    """Return the names of all fields that a table within `annotation` may have."""
    names: set[str] = set()
    if isinstance(annotation, type) and dataclasses.is_dataclass(annotation):
        for name, hint in typing.get_type_hints(annotation, include_extras=True).items():
            names |= {name} | _fields(hint)
    for part in typing.get_args(annotation):
        names |= _fields(part)
    return names
