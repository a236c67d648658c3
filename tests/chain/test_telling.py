"""How a value was made, in words, and steps as forms."""

import json
from pathlib import Path
from typing import Any

import pytest
import tiny_steps
from tiny_steps import STEPS, TEXT

from diaphane import chain
from diaphane.chain import words as words_module
from diaphane.chain.numbers import number_words, with_unit
from diaphane.chain.story import value_words
from diaphane.chain.words import OptionWords, fill, placeholders
from diaphane.errors import InputError
from diaphane.history import record_source
from diaphane.notices import Notice

FRENCH = """
[steps.fixed]
title = "Seuils"
text = "Tout ce qui dépasse {low} est gardé."
[steps.fixed.options.low]
title = "Seuil bas"
text = "Le plus petit."
[steps.smooth.options.border.values]
wrap = "d'un bord à l'autre"
[notices.bright]
text = "La plus grande valeur est {highest}."
"""


@pytest.fixture
def french(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words that a package of one's own keeps in its own folder."""
    folder = tmp_path / "explain" / "fr"
    folder.mkdir(parents=True)
    (folder / "tiny_steps.toml").write_text(FRENCH, encoding="utf-8")
    (folder / "tiny.toml").write_text(FRENCH, encoding="utf-8")
    real = words_module.resources.files
    monkeypatch.setattr(
        words_module.resources,
        "files",
        lambda package: tmp_path if package == "tiny_steps" else real(package),
    )
    words_module._read.cache_clear()
    yield
    words_module._read.cache_clear()


def run() -> chain.Run:
    source = tiny_steps.image()
    record_source(source, "body.nii.gz")
    return chain.run(chain.parse(TEXT), {"image": source}, steps=STEPS)


@pytest.mark.usefixtures("french")
def test_a_run_is_told_stage_by_stage_with_its_values_filled_in() -> None:
    told = chain.explain(run(), "fr", steps=STEPS)
    assert [p.name for p in told] == ["image", "smooth", "hounsfield", "bone", "share"]
    assert told[0].text == "Tout part de « body.nii.gz »."
    bone = told[3]
    assert (bone.title, bone.step) == ("Seuils", "tiny_steps.fixed")
    assert bone.text == "Tout ce qui dépasse 180\u00a0UH est gardé."
    low, high, grid = bone.options
    assert (low.title, low.value, low.text, low.is_default) == (
        "Seuil bas",
        "180\u00a0UH",
        "Le plus petit.",
        False,
    )
    assert (high.value, high.is_default) == ("4\u202f000\u00a0UH", True)
    assert (grid.title, grid.value) == ("Grille", "automatique")
    assert told[1].options[1].value == "d'un bord à l'autre"
    assert told[2].notices == ("La plus grande valeur est 48\u202f537.",)


@pytest.mark.usefixtures("french")
def test_a_history_is_told_as_the_run_that_made_it() -> None:
    done = run()
    by_run = chain.explain(done, "fr", steps=STEPS)
    by_history = chain.explain(done.result.history, "fr", steps=STEPS)
    assert [(p.title, p.text, p.options, p.notices, p.key) for p in by_run] == [
        (p.title, p.text, p.options, p.notices, p.key) for p in by_history
    ]


def test_without_words_names_and_docstrings_must_do() -> None:
    told = chain.explain(run(), steps=STEPS)
    assert (told[1].title, told[1].text) == (
        "Smooth",
        "The mean of each voxel and its neighbors along a row.",
    )
    assert told[1].options[0].title == "Rounds"


def test_steps_that_are_not_here_are_told_by_their_name() -> None:
    told = chain.explain(run().result.history)
    assert told[1].title == "tiny_steps.smooth"
    assert told[1].options == ()


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(InputError, match="no words in the language 'de'"):
        chain.explain(run(), "de")


def test_a_notice_without_words_tells_its_code() -> None:
    assert chain.notice_words(Notice("ct.nothing_such", {"n": 3}), "fr") == "ct.nothing_such(n=3)"
    assert chain.notice_words(Notice("../../etc/passwd.x"), "en") == "../../etc/passwd.x()"


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (0, "0", "0"),
        (180.0, "180", "180"),
        (-20, "−20", "−20"),
        (0.02, "0.02", "0,02"),
        (1234.5, "1,234.5", "1\u202f234,5"),
        (1_000_000, "1,000,000", "1\u202f000\u202f000"),
        (123456.789, "123,457", "123\u202f457"),
        (1e-7, "0.0000001", "0,0000001"),
        (-0.5, "−0.5", "−0,5"),
        (1 / 3, "0.333333", "0,333333"),
        (float("nan"), "nan", "nan"),
    ],
)
def test_numbers_are_written_as_each_language_does(value: float, english: str, french: str) -> None:
    assert number_words(value, "en") == english
    assert number_words(value, "fr") == french


def test_units_stay_with_their_number() -> None:
    assert with_unit("412", "HU") == "412\u00a0HU"
    assert with_unit("30", "°") == "30°"
    assert with_unit("3", "") == "3"


@pytest.mark.parametrize(
    ("value", "schema", "told"),
    [
        (None, {}, "automatic"),
        (True, {}, "yes"),
        ("hann", {}, "smooth"),
        ("other", {}, "other"),
        (26, {}, "all sides"),
        (0.5, {"unit": "mm"}, "0.5\u00a0mm"),
        (0.5, {"anyOf": [{"type": "null"}, {"unit": "mm"}]}, "0.5\u00a0mm"),
        ([1, 2, 3], {"prefixItems": [{"unit": ""}]}, "1 × 2 × 3"),
        ([0.5, 1.0], {"items": {"unit": "mm"}}, "0.5; 1\u00a0mm"),
        (30, {"unit": "deg"}, "30°"),
    ],
)
def test_values_are_told_with_words_and_units(value: Any, schema: Any, told: str) -> None:
    words = OptionWords("", values={"hann": "smooth", "26": "all sides"})
    assert value_words(value, schema, words, "en") == told


def test_a_table_is_told_by_the_fields_that_are_set() -> None:
    grid = next(o for o in tiny_steps.fixed.options if o.name == "grid")
    words = chain.step_words(tiny_steps.fixed, "en").options["grid"]
    plain = {"voxel_mm": 0.5, "shape": [1, 2, 3], "center_mm": None}
    told = value_words(plain, grid.json_schema(), words, "en")
    assert told == "voxel size 0.5\u00a0mm, number of voxels 1 × 2 × 3"
    nothing = dict.fromkeys(plain)
    assert value_words(nothing, grid.json_schema(), words, "en") == "automatic"


def test_placeholders_are_filled_and_unknown_ones_stay() -> None:
    assert fill("{low} and {high}", {"low": "1"}) == "1 and {high}"
    assert placeholders("{low} and {high_mm}: {}") == {"low", "high_mm"}


def test_a_form_tells_a_page_everything() -> None:
    form = json.loads(json.dumps(chain.step_form(tiny_steps.fixed)))
    assert form["name"] == "tiny_steps.fixed"
    assert form["inputs"][0]["types"] == ["image.Image"]
    assert form["inputs"][0]["quantity"] == "hounsfield"
    assert form["inputs"][0]["unit"] == "HU"
    assert form["inputs"][0]["words"]["fr"] == {"types": ["image"], "quantity": "unités Hounsfield"}
    assert form["output"]["types"] == ["image.Labels"]
    assert form["output"]["keeps_quantity"] is False
    low, high, grid = form["options"]
    assert low["is_required"]
    assert low["schema"] == {
        "type": "number",
        "minimum": -2000,
        "maximum": 4000,
        "scale": "linear",
        "unit": "HU",
    }
    assert high["schema"]["default"] == 4000
    assert grid["words"]["fr"]["options"]["voxel_mm"]["title"] == "Taille du voxel"
    fields = grid["schema"]["$defs"]["GridOptions"]["properties"]
    assert fields["voxel_mm"]["anyOf"][0]["scale"] == "log"
    assert "title" not in json.dumps(grid["schema"])


def test_a_bare_image_says_that_it_keeps_the_quantity() -> None:
    assert chain.step_form(tiny_steps.smooth)["output"]["keeps_quantity"] is True
    assert chain.step_form(tiny_steps.smooth)["aliases"] == ["tiny.blur"]
    assert chain.step_form(tiny_steps.ball)["output"]["keeps_quantity"] is False


def test_forms_of_all_steps_are_plain_data() -> None:
    forms = chain.step_forms(steps=STEPS)
    assert json.loads(json.dumps(forms, allow_nan=False)) == forms
    assert {f["name"] for f in forms} >= {"ct.fdk", "tiny_steps.smooth"}
