"""The whole check: steps, options, and what flows between the stages, before anything runs."""

from typing import Any

import pytest
import tiny_steps
import tomlkit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny_steps import STEPS, TEXT

from diaphane import chain
from diaphane.errors import ChainError
from diaphane.image import Image
from diaphane.units import Quantity

HEAD = 'format = 1\n[inputs]\nimage = "image.Image"\n'


def stage(step: str, **keys: Any) -> str:
    lines = tomlkit.dumps({"stage": [{"step": f"tiny_steps.{step}", **keys}]})
    return f"{lines}\n"


def check(text: str) -> chain.CheckedChain:
    return chain.check(chain.parse(text), steps=STEPS)


def test_a_chain_that_can_run_tells_what_flows() -> None:
    checked = check(TEXT)
    assert checked.inputs["image"].types == (Image,)
    assert [str(s.output) for s in checked.stages] == [
        "image.Image (attenuation)",
        "image.Image (hounsfield)",
        "image.Labels",
        "image.Measurement",
    ]
    assert checked.stages[2].options == {"low": 180.0, "high": 4000, "grid": None}
    assert checked.stages[3].of == ("bone", "hounsfield")


def test_a_quantity_left_open_is_what_the_first_stage_demands() -> None:
    assert check(TEXT).inputs["image"].quantity is Quantity.ATTENUATION
    assert check(HEAD + stage("smooth")).inputs["image"].quantity is None


@pytest.mark.parametrize(
    ("text", "number", "key", "said"),
    [
        (stage("smoth"), 1, "step", "unknown step 'tiny_steps.smoth': did you mean"),
        (stage("smooth", round=1), 1, "round", "no option 'round': did you mean 'rounds'?"),
        (stage("smooth", rounds=21), 1, "rounds", "rounds must be <= 20, got 21"),
        (stage("smooth", rounds=float("nan")), 1, "rounds", "must be a whole number, got nan"),
        (stage("hounsfield", water_per_mm=float("nan")), 1, "water_per_mm", "finite number"),
        (stage("smooth", border="hold"), 1, "border", "must be 'wrap' or 'keep', got 'hold'"),
        (stage("hounsfield") + stage("fixed"), 2, "low", "needs the option 'low'"),
        (
            stage("hounsfield") + stage("fixed", low=1, grid={"voxel": 1}),
            2,
            "grid",
            "grid.voxel is not known: did you mean 'voxel_mm'?",
        ),
        (
            stage("smooth", of=["hounsfield"]) + stage("hounsfield"),
            1,
            "of",
            "of names 'hounsfield', which comes later (stage 2); a stage takes inputs and earlier",
        ),
        (stage("smooth", of="smooth"), 1, "of", "of names 'smooth', which is this stage itself"),
        (
            stage("smooth") + stage("hounsfield", of="smoth"),
            2,
            "of",
            "did you mean 'smooth'?",
        ),
        (
            stage("smooth", of=["image", "image"]),
            1,
            "of",
            "takes image, got image, image; write of = [...]",
        ),
        (stage("share", of=[]), 1, "of", "takes labels, image (optional), got nothing"),
        (
            stage("share"),
            1,
            "of",
            "takes Labels as labels, but 'image' gives image.Image",
        ),
        (
            stage("hounsfield") + stage("hounsfield", name="again"),
            2,
            "of",
            "takes Image (attenuation) as image, but 'hounsfield' gives image.Image (hounsfield)",
        ),
        (
            stage("hounsfield", name="hu") + stage("smooth") + stage("hounsfield", name="again"),
            3,
            "of",
            "'smooth' gives image.Image (hounsfield)",
        ),
        (
            stage("hounsfield", name="hu") + stage("fixed", low=1, of="image"),
            2,
            "of",
            ".hounsfield turns one into the other",
        ),
    ],
)
def test_a_fault_is_told_by_stage_and_key(text: str, number: int, key: str, said: str) -> None:
    with pytest.raises(ChainError) as error:
        check(HEAD + text)
    assert said in str(error.value)
    fault = error.value.faults[0]
    assert (fault.stage, fault.key) == (number, key)
    assert len(error.value.faults) == 1
    assert "\n" not in str(error.value)


def test_a_stated_quantity_is_held_to() -> None:
    head = HEAD.replace('"image.Image"', '{ type = "image.Image", quantity = "hounsfield" }')
    assert check(head + stage("fixed", low=1))
    with pytest.raises(ChainError, match=r"'image' gives image.Image \(hounsfield\)"):
        check(head + stage("hounsfield"))


def test_unknown_types_of_inputs_are_told() -> None:
    with pytest.raises(ChainError, match=r"input image: unknown type 'image.Imag': did you mean"):
        check(HEAD.replace("image.Image", "image.Imag") + stage("smooth"))
    with pytest.raises(ChainError, match=r"unknown type 'os.path'"):
        check(HEAD.replace("image.Image", "os.path") + stage("smooth"))


def test_one_fault_does_not_hide_those_of_other_stages() -> None:
    text = HEAD + stage("smoth") + stage("hounsfield", water_per_mm=5) + stage("fixed", low=9000)
    with pytest.raises(ChainError, match="3 faults") as error:
        check(text)
    assert [f.stage for f in error.value.faults] == [1, 2, 3]


def test_the_first_of_several_inputs_is_not_guessed() -> None:
    with pytest.raises(ChainError, match="takes image, got nothing"):
        check(HEAD + 'other = "image.Image"\n' + stage("smooth"))


def test_a_union_of_types_must_fit_as_a_whole() -> None:
    head = 'format = 1\n[inputs]\nscan = "ct.Scan"\n[[stage]]\n'
    with pytest.raises(ChainError, match=r"ct.ParallelScan or ct.FanScan or ct.ConeScan"):
        chain.check(chain.parse(head + 'step = "ct.fdk"\n'))


def test_an_alias_names_the_step_of_today() -> None:
    text = HEAD + '[[stage]]\nname = "blur"\nstep = "tiny.blur"\n'
    assert check(text).stages[0].step is tiny_steps.smooth


def test_a_step_that_takes_nothing_may_begin() -> None:
    checked = check("format = 1\n" + stage("ball") + stage("hounsfield"))
    assert checked.stages[0].of == ()
    assert checked.stages[1].output.quantity is Quantity.HOUNSFIELD


WORDS = ["format", "inputs", "stage", "title", "step", "name", "of", "image", "low", "rounds"]
STEP_NAMES = [f"tiny_steps.{s.name.rpartition('.')[2]}" for s in STEPS]
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.datetimes()
    | st.sampled_from([*WORDS, *STEP_NAMES, "image.Image", "ct.ConeScan", "hounsfield", "bone"])
)
keys = st.sampled_from(WORDS) | st.text(max_size=5)
values = st.recursive(
    scalars, lambda v: st.lists(v, max_size=3) | st.dictionaries(keys, v, max_size=3), max_leaves=6
)
stages = st.fixed_dictionaries(
    {"step": st.sampled_from(STEP_NAMES) | values},
    optional={
        "name": st.sampled_from(["bone", "hu", "image"]) | values,
        "of": st.lists(st.sampled_from(["image", "bone", "hu", "smooth"]), max_size=3) | values,
        "low": st.floats(-100, 100) | values,
        "rounds": st.integers(0, 3) | values,
    },
)
inputs = st.dictionaries(
    st.sampled_from(["image", "scan"]) | keys,
    st.sampled_from(["image.Image", "ct.ConeScan", "image.Labels"]) | values,
    max_size=3,
)
tables = st.fixed_dictionaries(
    {"format": st.just(1), "inputs": inputs, "stage": st.lists(stages, max_size=5)},
    optional={"title": values, "description": values},
) | st.dictionaries(keys, values, max_size=5)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables)
def test_whatever_a_table_says_it_runs_or_is_refused_in_one_sentence(table: Any) -> None:
    try:
        text = tomlkit.dumps(table)
    except Exception:  # not every table can be written in TOML
        return
    refused_or_checked(text)


@settings(max_examples=300, deadline=None)
@given(st.text() | st.text(alphabet='[]{}="\n#.stage1', max_size=60))
def test_whatever_a_text_says_it_runs_or_is_refused_in_one_sentence(text: str) -> None:
    refused_or_checked(text)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)), st.text(max_size=6))
def test_a_damaged_chain_is_checked_or_refused(start: int, stop: int, middle: str) -> None:
    refused_or_checked(TEXT[:start] + middle + TEXT[stop:])


def refused_or_checked(text: str) -> None:
    try:
        checked = check(text)
    except ChainError as error:
        refusal = str(error)
    else:
        refusal = "none"
        assert len(checked.stages) == len(checked.chain.stages) > 0
    assert refusal.splitlines() == [refusal]
    assert len(refusal) < 3000
