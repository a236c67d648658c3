"""Nothing is missing in either language: steps, options, choices, notices; placeholders agree."""

import ast
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from diaphane import chain
from diaphane.chain.registry import AnyStep, find_types
from diaphane.chain.words import LANGUAGES, common_words, placeholders, room_words, shared_options
from diaphane.units import Quantity

PACKAGE = Path(__file__).parents[1] / "src" / "diaphane"
FILES = {
    language: {p.stem: p for p in (PACKAGE / "explain" / language).glob("*.toml")}
    for language in LANGUAGES
}
ROOMS = sorted(set(FILES["en"]) | set(FILES["fr"]))
STEPS = chain.all_steps()


def _notices() -> dict[str, set[str]]:
    """Every notice said in the sources, with the values that each of its places gives."""
    found: dict[str, list[set[str]]] = defaultdict(list)
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(getattr(node, "func", None), "id", "")
            if isinstance(node, ast.Call) and name in ("notice", "Notice") and node.args:
                code = node.args[0]
                if isinstance(code, ast.Constant) and isinstance(code.value, str):
                    found[code.value].append(_values(node))
    return {code: set.intersection(*given) for code, given in found.items()}


def _values(call: ast.Call) -> set[str]:
    if len(call.args) > 1 and isinstance(call.args[1], ast.Dict):
        keys = call.args[1].keys
        return {k.value for k in keys if isinstance(k, ast.Constant) and isinstance(k.value, str)}
    return {k.arg for k in call.keywords if k.arg}


def _texts(table: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a file, with its place."""
    for key, value in table.items():
        here = f"{place}.{key}" if place else key
        if isinstance(value, str):
            yield here, value
        else:
            yield from _texts(value, here)


NOTICES = _notices()


@pytest.mark.parametrize("room", ROOMS)
def test_both_languages_say_the_same_things_with_the_same_placeholders(room: str) -> None:
    said = {}
    for language in LANGUAGES:
        assert room in FILES[language], f"explain/{language}/{room}.toml is missing"
        texts = dict(_texts(tomllib.loads(FILES[language][room].read_text(encoding="utf-8"))))
        assert all(text.strip() for text in texts.values())
        said[language] = {place: placeholders(text) for place, text in texts.items()}
    assert said["en"] == said["fr"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", STEPS)
def test_every_step_option_and_choice_is_explained(name: str, language: str) -> None:
    step = STEPS[name]
    room, _, short = name.partition(".")
    of_room = room_words(room, language)
    written = of_room.get("steps", {}).get(short)
    assert written, f"explain/{language}/{room}.toml has no [steps.{short}]"
    assert {"title", "text"} <= written.keys() <= {"title", "text", "options"}
    assert placeholders(written["text"]) <= {o.name for o in step.options}
    shared = shared_options(of_room, language)
    for option in step.options:
        own = written.get("options", {}).get(option.name, {})
        place = f"[steps.{short}.options.{option.name}] of explain/{language}/{room}.toml"
        schema, of_all = option.json_schema(), shared.get(option.name, {})
        _check_option(schema, own, of_all, place)
        if not _fields(schema) and schema.get("default", 0) is None:
            said = {**of_all.get("values", {}), **own.get("values", {})}
            assert said.get("none"), f"{place}: nothing says what holds where it is left out"


def _check_option(
    schema: Mapping[str, Any], own: Mapping[str, Any], shared: Mapping[str, Any], place: str
) -> None:
    words = {**shared, **own}
    assert words.get("title"), f"{place} has no title"
    assert words.get("text"), f"{place} has no text"
    values = {**shared.get("values", {}), **own.get("values", {})}
    for choice in _choices(schema):
        assert values.get(choice), f"{place}: the choice {choice!r} has no words under values"
    for name, field in _fields(schema).items():
        inner = [part.get("options", {}).get(name, {}) for part in (own, shared)]
        _check_option(field, *inner, place=f"{place} / {name}")


def _choices(schema: Mapping[str, Any]) -> set[str]:
    found = {schema["const"]} if "const" in schema else set(schema.get("enum", ()))
    for part in (*schema.get("anyOf", ()), *schema.get("prefixItems", ())):
        found |= _choices(part)
    if isinstance(schema.get("items"), dict):
        found |= _choices(schema["items"])
    return {str(choice) for choice in found if choice is not None}


def _fields(schema: Mapping[str, Any]) -> dict[str, Any]:
    definitions = schema.get("$defs", {})
    for part in (schema, *schema.get("anyOf", ())):
        table = definitions.get(str(part.get("$ref", "")).rpartition("/")[2], part)
        if "properties" in table:
            return {name: {"$defs": definitions, **f} for name, f in table["properties"].items()}
    return {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(NOTICES))
def test_every_notice_has_words_that_its_values_fill(code: str, language: str) -> None:
    room, _, name = code.partition(".")
    words = room_words(room, language).get("notices", {}).get(name, {})
    assert words.get("text"), f"explain/{language}/{room}.toml has no text in [notices.{name}]"
    assert placeholders(words["text"]) <= NOTICES[code]


@pytest.mark.parametrize("room", ROOMS)
def test_no_words_stand_for_what_is_no_longer_there(room: str) -> None:
    words = room_words(room, "en")
    for name, step in words.get("steps", {}).items():
        assert f"{room}.{name}" in STEPS
        known = {option.name for option in STEPS[f"{room}.{name}"].options}
        assert set(step.get("options", ())) <= known
    for name in words.get("notices", {}):
        assert f"{room}.{name}" in NOTICES


def test_placeholders_are_plain_names() -> None:
    for language in LANGUAGES:
        for path in FILES[language].values():
            for place, text in _texts(tomllib.loads(path.read_text(encoding="utf-8"))):
                plain = text
                for name in placeholders(text):
                    plain = plain.replace(f"{{{name}}}", "")
                assert "{" not in plain, f"{path.name}: {place}"
                assert "}" not in plain, f"{path.name}: {place}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_types_and_quantities_have_words(language: str) -> None:
    common = common_words(language)
    assert set(common["quantities"]) == {q.label for q in Quantity}
    used = {t for step in STEPS.values() for p in (*step.inputs, step.output) for t in p.types}
    assert {chain.type_name(t) for t in used} <= set(common["types"])
    for name in common["types"]:
        assert find_types(name)


@pytest.mark.parametrize("step", STEPS.values(), ids=list(STEPS))
def test_every_step_keeps_the_rules_of_steps(step: AnyStep) -> None:
    assert (step.__doc__ or "").strip()
    if step.output.keeps_type:
        assert step.inputs[0].keeps_type
    for option in step.options:
        for number in _numbers(option.json_schema()):
            assert {"minimum", "maximum", "scale"} <= number.keys(), (
                f"{step.name}: {option.name} needs a Range: two finite bounds and a scale"
            )


@pytest.mark.parametrize("step", STEPS.values(), ids=list(STEPS))
def test_an_option_in_the_unit_of_an_input_names_one(step: AnyStep) -> None:
    for option in step.options:
        for number in _numbers(option.json_schema()):
            assert placeholders(number.get("unit", "")) <= {port.name for port in step.inputs}


def _numbers(schema: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(schema, dict):
        if schema.get("type") in ("number", "integer") and not {"enum", "const"} & schema.keys():
            yield schema
        for key, part in schema.items():
            if key != "default":
                yield from _numbers(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _numbers(part)
