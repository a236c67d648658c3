"""Options: what fits, what does not, and how that is said."""

import datetime
import math
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diaphane.errors import OptionError
from diaphane.options import Option, Range, nearest
from diaphane.space import GridOptions

SIGMA = Annotated[float, Range(0.1, 20, scale="log", unit="mm")]
COUNT = Annotated[int, Range(1, 10)]


@dataclass(frozen=True)
class Window:
    level_hu: Annotated[float, Range(-1000, 3000, unit="HU")]
    name: Literal["bone", "soft"] = "bone"


@pytest.mark.parametrize(
    ("annotation", "given", "expected"),
    [
        (SIGMA, 2, 2.0),
        (SIGMA, np.float32(0.5), 0.5),
        (COUNT, np.int64(3), 3),
        (SIGMA | None, None, None),
        (SIGMA | Literal["auto"], "auto", "auto"),
        (tuple[COUNT, COUNT], [1, 2], (1, 2)),
        (tuple[COUNT, COUNT], np.array([1, 2]), (1, 2)),
        (bool, True, True),
        (Window, {"level_hu": 40}, Window(40.0)),
        (Window, Window(40.0, "soft"), Window(40.0, "soft")),
        (GridOptions | None, {"voxel_mm": 0.5}, GridOptions(voxel_mm=0.5)),
    ],
)
def test_what_fits_becomes_the_option_s_type(annotation: Any, given: Any, expected: Any) -> None:
    found = Option("x", annotation).validate(given)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("annotation", "given", "said"),
    [
        (SIGMA, 30, "x must be <= 20, got 30"),
        (SIGMA, 0, "x must be >= 0.1, got 0"),
        (SIGMA, "2", "x must be a number, got '2'"),
        (SIGMA, True, "x must be a number, got true"),
        (SIGMA, None, "x must be a number, got None"),
        (SIGMA, math.nan, "x must be a finite number, got nan"),
        (SIGMA, math.inf, "x must be a finite number, got inf"),
        (COUNT, 1.5, "x must be a whole number, got 1.5"),
        (COUNT, False, "x must be a whole number, got false"),
        (SIGMA | Literal["auto"], "b", "x must be a number or 'auto', got 'b'"),
        (Literal["hann", "ramp"], "hamm", "x must be 'hann' or 'ramp', got 'hamm'"),
        (
            Literal["hann", "ramp"] | None,
            "han",
            "x must be 'hann' or 'ramp', got 'han': did you mean 'hann'?",
        ),
        (SIGMA, datetime.date(2026, 3, 1), "x must be a number, got 2026-03-01"),
        (SIGMA, datetime.datetime(2026, 3, 1, 7), "x must be a number, got 2026-03-01T07:00:00"),
        (SIGMA, [True, {"a": False}], "x must be a number, got [true, {'a': false}]"),
        (tuple[COUNT, COUNT], [1], "x must be a list of 2 values, got [1]"),
        (tuple[COUNT, COUNT], [1, 2, 3], "x must be a list of 2 values, got [1, 2, 3]"),
        (tuple[COUNT, COUNT], [1, 20], "x[1] must be <= 10, got 20"),
        (tuple[COUNT, COUNT], 7, "x must be a list, got 7"),
        (list[COUNT], [3, 0], "x[1] must be >= 1, got 0"),
        (Window, {}, "x.level_hu is missing"),
        (Window, {"level": 40}, "x.level is not known: did you mean 'level_hu'?"),
        (Window, {"level_hu": 9000}, "x.level_hu must be <= 3000, got 9000"),
        (Window, 5, "x must be a table, got 5"),
        (GridOptions | None, {"shape": [1, 2]}, "x.shape must be a list of 3 values, got [1, 2]"),
        (GridOptions | None, {"shape": [1, 2, 0]}, "x.shape[2] must be >= 1, got 0"),
        (bool, "maybe", "x must be true or false, got 'maybe'"),
        (str, 5, "x must be text, got 5"),
    ],
)
def test_what_does_not_fit_is_said_in_one_sentence(annotation: Any, given: Any, said: str) -> None:
    with pytest.raises(OptionError) as error:
        Option("x", annotation).validate(given)
    assert str(error.value) == said


def test_a_huge_value_does_not_make_a_huge_sentence() -> None:
    for huge in ("a" * 10_000, 10**5000, [[1] * 1000] * 1000):
        with pytest.raises(OptionError) as error:
            Option("x", SIGMA).validate(huge)
        assert len(str(error.value)) < 200


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_a_number_passes_exactly_within_its_bounds(value: float) -> None:
    option = Option("sigma_mm", SIGMA)
    if 0.1 <= value <= 20:
        assert option.validate(value) == value
    else:
        with pytest.raises(OptionError):
            option.validate(value)


@pytest.mark.parametrize(("low", "high"), [(0, 0), (2, 1), (math.nan, 1), (0, math.inf)])
def test_a_range_has_two_finite_bounds(low: float, high: float) -> None:
    with pytest.raises(OptionError, match="finite low < high"):
        Range(low, high)


def test_a_logarithmic_range_begins_above_zero() -> None:
    with pytest.raises(OptionError, match="low > 0"):
        Range(0, 1, scale="log")


def test_the_schema_tells_bounds_scale_unit_and_default() -> None:
    schema = Option("sigma_mm", SIGMA, 1.0).json_schema()
    assert schema == {
        "type": "number",
        "minimum": 0.1,
        "maximum": 20,
        "scale": "log",
        "unit": "mm",
        "default": 1.0,
    }
    assert "default" not in Option("sigma_mm", SIGMA).json_schema()


def test_the_schema_of_a_table_tells_its_fields() -> None:
    schema = Option("window", Window).json_schema()
    assert schema["additionalProperties"] is False
    assert schema["properties"]["level_hu"]["unit"] == "HU"
    assert schema["properties"]["name"]["enum"] == ["bone", "soft"]


def test_plain_data_is_what_validates_to_the_same() -> None:
    option = Option("grid", GridOptions | None, None)
    value = option.validate({"shape": [1, 2, 3], "voxel_mm": 0.5})
    plain = option.plain(value)
    assert plain == {"voxel_mm": 0.5, "shape": [1, 2, 3], "center_mm": None}
    assert option.validate(plain) == value


def test_the_nearest_right_name_is_given() -> None:
    assert nearest("windw", ["window", "grid"]) == "did you mean 'window'?"
    assert nearest("zzz", ["window", "grid"]) == "known: grid, window"
    assert nearest("zzz", []) == "there are none"
