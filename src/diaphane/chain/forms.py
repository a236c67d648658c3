"""Steps as plain data, from which a page builds its form without knowing anything else."""

import dataclasses
from collections.abc import Iterable
from typing import Any

from diaphane.chain.registry import AnyStep, all_steps, carries_quantity, type_name
from diaphane.chain.words import LANGUAGES, OptionWords, common_words, step_words
from diaphane.options import Option
from diaphane.step import Port


def step_forms(*, steps: Iterable[AnyStep] = ()) -> list[dict[str, Any]]:
    """Return every step as plain data, in the order of their names; see :func:`step_form`."""
    return [step_form(step) for step in all_steps(steps=steps).values()]


def step_form(step: AnyStep) -> dict[str, Any]:
    """Return a step's name, version, inputs, output, options and words, as plain data.

    Each option has its JSON Schema, with the two bounds of a number and, beside them, ``scale``
    (how a slider moves) and ``unit`` (a symbol; ``{image}`` stands for the unit of the values of
    the input called `image`). ``words`` hold every text by language.
    """
    words = {language: step_words(step, language) for language in LANGUAGES}
    return {
        "name": step.name,
        "version": step.version,
        "aliases": list(step.aliases),
        "words": {lang: {"title": w.title, "text": w.text} for lang, w in words.items()},
        "inputs": [
            {"name": port.name, **_port_form(port), "is_optional": port.is_optional}
            for port in step.inputs
        ],
        "output": {
            **_port_form(step.output),
            "keeps_type": step.output.keeps_type,
            "keeps_quantity": step.output.quantity is None
            and bool(step.inputs)
            and any(carries_quantity(t) for t in step.output.types),
        },
        "options": [
            _option_form(option, {lang: w.options[option.name] for lang, w in words.items()})
            for option in step.options
        ],
    }


def _port_form(port: Port) -> dict[str, Any]:
    names = [type_name(t) for t in port.types]
    quantity = port.quantity
    return {
        "types": names,
        "quantity": quantity.label if quantity else None,
        "unit": quantity.unit if quantity else None,
        "words": {
            language: {
                "types": [common_words(language)["types"].get(n, n) for n in names],
                "quantity": common_words(language)["quantities"][quantity.label]
                if quantity
                else None,
            }
            for language in LANGUAGES
        },
    }


def _option_form(option: Option, words: dict[str, OptionWords]) -> dict[str, Any]:
    return {
        "name": option.name,
        "is_required": option.is_required,
        "schema": _without_titles(option.json_schema()),
        "words": {language: dataclasses.asdict(w) for language, w in words.items()},
    }


def _without_titles(schema: Any) -> Any:
    """Return a schema without the titles that pydantic makes from names: words say it better."""
    if isinstance(schema, list):
        return [_without_titles(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: {name: _without_titles(part) for name, part in value.items()}
        if key in ("properties", "$defs")
        else _without_titles(value)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str))
    }
