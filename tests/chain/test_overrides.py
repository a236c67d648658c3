"""Setting options in a text: values change, comments stay."""

from typing import Any

import pytest
from tiny_steps import TEXT

from diaphane import chain
from diaphane.errors import ChainError


def test_only_the_value_changes_and_comments_stay() -> None:
    changed = chain.with_options(chain.parse(TEXT), {"bone.low": 200, "smooth.border": "keep"})
    assert "low = 200  # HU" in changed.text
    assert "# first smooth" in changed.text
    assert changed.stages[0].options == {"rounds": 2, "border": "keep"}
    removed = changed.text.replace('border = "keep"\n', "").replace("200", "180")
    assert removed == TEXT


def test_a_field_of_a_table_is_set_whether_the_table_is_there_or_not() -> None:
    once = chain.with_options(chain.parse(TEXT), {"bone.grid.voxel_mm": 0.5})
    twice = chain.with_options(once, {"bone.grid.shape": [1, 2, 3], "bone.grid.voxel_mm": 2})
    assert once.stages[2].options["grid"] == {"voxel_mm": 0.5}
    assert twice.stages[2].options["grid"] == {"voxel_mm": 2, "shape": [1, 2, 3]}


def test_nothing_to_set_leaves_the_chain_as_it_is() -> None:
    parsed = chain.parse(TEXT)
    assert chain.with_options(parsed, {}) is parsed


def test_stages_written_as_a_list_can_be_set_too() -> None:
    text = 'format = 1\nstage = [{ step = "ct.fdk" }, { step = "ct.hounsfield", a = 1 }]\n'
    changed = chain.with_options(chain.parse(text), {"hounsfield.a": 2})
    assert changed.stages[1].options == {"a": 2}


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("bon.low", 1, "no stage is called 'bon': did you mean 'bone'?"),
        ("bone", 1, "'bone' must be stage.option, like bone.option"),
        ("bone.", 1, "must be stage.option"),
        ("bone.step", "ct.fdk", "step is no option; change it in the chain's text"),
        ("bone.low.x", 1, "low is no table here"),
        ("bone.low", object(), "a object cannot be written in a chain"),
        ("bone.low", None, "a NoneType cannot be written in a chain"),
    ],
)
def test_what_cannot_be_set_is_told(place: str, value: Any, said: str) -> None:
    with pytest.raises(ChainError) as error:
        chain.with_options(chain.parse(TEXT), {place: value})
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bone.low=200", ("bone.low", 200)),
        ("bone.low = -2.5", ("bone.low", -2.5)),
        ("fdk.window=hann", ("fdk.window", "hann")),
        ('fdk.window="ram-lak"', ("fdk.window", "ram-lak")),
        ("fdk.window=ram-lak", ("fdk.window", "ram-lak")),
        ("fdk.on=true", ("fdk.on", True)),
        ("fdk.grid={voxel_mm = 0.5}", ("fdk.grid", {"voxel_mm": 0.5})),
        ("fdk.grid.shape=[1, 2, 3]", ("fdk.grid.shape", [1, 2, 3])),
        ("a.b=c=d", None),
        ("a.b", None),
        ("a.b=", None),
        ("=1", None),
        ("a.b=1\nc = 2", None),
        ("a.b=[1", None),
        ("a.b=" + "[" * 5000, None),
    ],
)
def test_the_command_line_s_spelling_is_read(text: str, expected: Any) -> None:
    if expected is None:
        with pytest.raises(ChainError):
            chain.parse_override(text)
    else:
        assert chain.parse_override(text) == expected
