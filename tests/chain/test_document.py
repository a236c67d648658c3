"""The text of a chain: what it may say, and how its faults are told."""

import pytest
from tiny_steps import TEXT

from diaphane import chain
from diaphane.errors import ChainError

MINIMAL = 'format = 1\n[inputs]\nscan = "ct.ConeScan"\n[[stage]]\nstep = "ct.fdk"\n'


def test_a_text_becomes_inputs_and_stages() -> None:
    found = chain.parse(TEXT)
    assert found.title["fr"] == "Voxels clairs"
    assert [(i.name, i.type, i.quantity) for i in found.inputs] == [("image", "image.Image", None)]
    assert [(s.number, s.name, s.step, s.of) for s in found.stages] == [
        (1, "smooth", "tiny_steps.smooth", None),
        (2, "hounsfield", "tiny_steps.hounsfield", None),
        (3, "bone", "tiny_steps.fixed", None),
        (4, "share", "tiny_steps.share", ("bone", "hounsfield")),
    ]
    assert found.stages[2].options == {"low": 180}
    assert found.text == TEXT
    assert len(found.sha256) == 64


def test_an_input_may_state_its_quantity() -> None:
    text = MINIMAL.replace('"ct.ConeScan"', '{ type = "ct.ConeScan", quantity = "counts" }')
    found = chain.parse(text).inputs[0]
    assert found.quantity is not None
    assert found.quantity.label == "counts"


def test_of_may_be_one_name() -> None:
    assert chain.parse(MINIMAL + 'of = "scan"\n').stages[0].of == ("scan",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a chain begins with format = 1"),
        ("format = 1", "a chain needs at least one [[stage]]"),
        (MINIMAL.replace("1", "2", 1), "a chain begins with format = 1, got 2"),
        (MINIMAL.replace("1", "true", 1), "a chain begins with format = 1, got true"),
        ("[[stage]", "it is no TOML text"),
        ("a = 1\na = 2", "it is no TOML text"),
        ("x = " + "9" * 5000, "it is no TOML text"),
        ("x = " + "[" * 20_000, "nested too deeply"),
        ("x" * 70_000, "at most 65536 characters, got 70000"),
        ("stages = 1\n" + MINIMAL, "unknown key 'stages': did you mean 'stage'?"),
        ("title = 3\n" + MINIMAL, 'title must be { en = "…", fr = "…" }, got 3'),
        ("title = { en = 3 }\n" + MINIMAL, "title must be"),
        ("format = 1\ninputs = 3\nstage = 4", "[inputs] must be a table"),
        ("format = 1\nstage = 4", "each stage begins with [[stage]]"),
        ("format = 1\nstage = [1, 2]", "each stage begins with [[stage]]"),
        (MINIMAL + "[[stage]]\n", 'stage 2: step is missing: step = "ct.fdk"'),
        (MINIMAL + "[[stage]]\nstep = 3\n", "stage 2: step must be a name like ct.fdk, got 3"),
        (MINIMAL + '[[stage]]\nstep = "fdk"\n', "step must be a name like ct.fdk, got 'fdk'"),
        (MINIMAL + '[[stage]]\nstep = "ct.fdk"\n', "stage 2 (fdk): the name 'fdk' is taken"),
        (MINIMAL + 'name = "scan"\n', "stage 1 (scan): the name 'scan' is taken"),
        (MINIMAL + 'name = "../x"\n', "name must be small letters, digits and _"),
        (MINIMAL + "name = []\n", "name must be small letters, digits and _"),
        (MINIMAL + "of = 3\n", "of must be a list of names"),
        (MINIMAL + "of = [3]\n", "of must be a list of names"),
        (MINIMAL.replace("scan =", '"a b" ='), "the name of an input must be small letters"),
        (MINIMAL.replace('"ct.ConeScan"', "7"), 'input scan must be "ct.ConeScan" or'),
        (MINIMAL.replace('"ct.ConeScan"', "{ quantity = 'counts' }"), "input scan must be"),
        (MINIMAL.replace('"ct.ConeScan"', "{ type = 5 }"), "the type of input scan"),
        (
            MINIMAL.replace('"ct.ConeScan"', "{ type = 'ct.ConeScan', quantity = 'count' }"),
            "input scan: unknown quantity 'count': did you mean 'counts'?",
        ),
        ("format = 1\n" + '[[stage]]\nstep = "ct.fdk"\n' * 100, "at most 99 stages, got 100"),
    ],
)
def test_a_fault_is_told_in_one_sentence_with_the_mend(text: str, said: str) -> None:
    with pytest.raises(ChainError) as error:
        chain.parse(text)
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 600


def test_all_faults_are_told_at_once_and_can_be_found_apart() -> None:
    text = MINIMAL + 'name = "B"\n[[stage]]\nstep = 1\n[[stage]]\nstep = "ct.fdk"\nof = 2\n'
    with pytest.raises(ChainError, match="3 faults: stage 1") as error:
        chain.parse(text)
    assert [(f.stage, f.key) for f in error.value.faults] == [(1, "name"), (2, "step"), (3, "of")]


def test_many_faults_do_not_make_a_long_sentence() -> None:
    with pytest.raises(ChainError, match="and 42 more") as error:
        chain.parse("format = 1\n" + "[[stage]]\nstep = 1\n" * 50)
    assert len(error.value.faults) == 50
