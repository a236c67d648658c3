"""Options of a step: bounds, validation, and the JSON Schema from which a page builds its form.

Every numeric option says its two finite bounds and how a slider should move between them::

    sigma_mm: Annotated[float, Range(0.1, 20, scale="log", unit="mm")] = 1.0

>>> Option("sigma_mm", Annotated[float, Range(0.1, 20, scale="log", unit="mm")], 1.0).validate(2)
2.0
"""

import dataclasses
import difflib
import inspect
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal

import numpy as np

from diaphane.errors import OptionError

__all__ = ["Annotated", "Option", "Range", "nearest"]


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
    """The unit's symbol."""

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
            raise OptionError(f"{self.name}{_why(error)}") from None

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
        from pydantic import ConfigDict, TypeAdapter

        try:
            return TypeAdapter(self.annotation, config=ConfigDict(extra="forbid"))
        except Exception:  # a dataclass carries its own configuration
            return TypeAdapter(self.annotation)


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


def _why(error: Any) -> str:
    first = error.errors()[0]
    place = "".join(
        f"[{p}]" if isinstance(p, int) else f".{p}"
        for p in first["loc"]
        if isinstance(p, int) or p.isidentifier()
    )
    wanted = first["msg"].replace("Input should be ", "").replace("Value error, ", "")
    if first["type"] == "unexpected_keyword_argument":
        return f"{place} is not known here"
    return f"{place} must be {wanted}, got {first['input']!r}"
