"""How a value was made, stage by stage, in words for people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from diaphane.chain.numbers import number_words, with_unit
from diaphane.chain.records import StageRecord
from diaphane.chain.registry import AnyStep, carries_quantity, find_step
from diaphane.chain.running import Run
from diaphane.chain.words import OptionWords, common_words, fill, notice_words, step_words
from diaphane.errors import ChainError
from diaphane.history import History
from diaphane.notices import Notice
from diaphane.units import Quantity


@dataclass(frozen=True)
class OptionPassage:
    """One option of a stage in words."""

    name: str
    """The option's name in the chain."""
    title: str
    """Its name for people."""
    value: str
    """Its value in words, with its unit."""
    text: str
    """What it changes."""
    is_default: bool
    """Whether it has the value it has when nobody says anything."""


@dataclass(frozen=True)
class Passage:
    """One stage of the way, or what was there at its beginning, in words."""

    title: str
    """What it is called."""
    text: str
    """What was done, with the values of options filled in."""
    options: tuple[OptionPassage, ...] = ()
    """Each option in words."""
    notices: tuple[str, ...] = ()
    """What was assumed, changed or unknown."""
    name: str = ""
    """The stage's or the input's name in its chain, where there is a chain."""
    step: str = ""
    """The step's public name; empty for what was there at the beginning."""
    key: str = ""
    """The key of the value."""


def explain(
    made: History | Run, language: str = "en", *, steps: Iterable[AnyStep] = ()
) -> tuple[Passage, ...]:
    """Tell in words how a value was made, from its sources on.

    Parameters
    ----------
    made : History or Run
        A value's ``history``, or what :func:`diaphane.chain.run` returned.
    language : {"en", "fr"}
        The language of the words.
    steps : iterable of Step
        Further steps, beside the package's own and the installed ones.

    Returns
    -------
    tuple of Passage
        What was there at the beginning, then each stage in order.
    """
    steps = tuple(steps)
    if isinstance(made, Run):
        record = made.record
        given = [_source(i.source, i.notices, i.key, language, i.name) for i in record.inputs]
        units = {part.name: _unit_of(part.quantity) for part in (*record.inputs, *record.stages)}
        done = [
            _stage(s, s.name, [units[name] for name in s.of], language, steps)
            for s in record.stages
        ]
        return (*given, *done)
    return tuple(
        _stage(h, "", [_unit_of(_quantity(p, steps)) for p in h.parents], language, steps)
        if h.step
        else _source(h.name, h.notices, h.key, language)
        for h in made.walk()
    )


def _source(
    source: str, notices: tuple[Notice, ...], key: str, language: str, name: str = ""
) -> Passage:
    words = common_words(language)["source"]
    said = tuple(notice_words(n, language) for n in notices)
    return Passage(
        words["title"], fill(words["text"], {"name": source}), notices=said, name=name, key=key
    )


def _stage(
    made: History | StageRecord,
    name: str,
    units: Sequence[str],
    language: str,
    steps: tuple[AnyStep, ...],
) -> Passage:
    try:
        step = find_step(made.step, steps=steps)
    except ChainError:  # a step of another version, or of a package that is not here
        said = tuple(notice_words(n, language) for n in made.notices)
        return Passage(made.step, "", notices=said, name=name, step=made.step, key=made.key)
    package = step.__module__.partition(".")[0]
    said = tuple(notice_words(n, language, package) for n in made.notices)
    words = step_words(step, language)
    known = {option.name: option for option in step.options}
    of_inputs = {port.name: unit for port, unit in zip(step.inputs, units)}
    options = []
    for key, value in made.options.items():
        if key in known:
            option = known[key]
            schema = option.json_schema()
            told = value_words(value, schema, words.options[key], language, units=of_inputs)
            is_default = not option.is_required and value == schema["default"]
            about = words.options[key]
            options.append(OptionPassage(key, about.title, told, about.text, is_default))
    text = fill(words.text, {o.name: o.value for o in options})
    return Passage(words.title, text, tuple(options), said, name, made.step, made.key)


def _unit_of(label: str) -> str:
    return Quantity.from_label(label).unit if label else ""


def _quantity(made: History, steps: tuple[AnyStep, ...]) -> str:
    """Return the label of what a value measures, as far as its history tells; else nothing."""
    try:
        port = find_step(made.step, steps=steps).output
    except ChainError:
        return ""
    if port.quantity is not None:
        return port.quantity.label
    keeps = any(carries_quantity(t) for t in port.types)
    return _quantity(made.parents[0], steps) if keeps and made.parents else ""


def value_words(
    value: Any,
    schema: Mapping[str, Any],
    words: OptionWords,
    language: str,
    *,
    units: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return an option's plain value in words, with its unit.

    Parameters
    ----------
    value : plain data
        As it stands in a history's ``options``.
    schema : mapping
        The option's JSON Schema.
    words : OptionWords
        The option's words.
    language : {"en", "fr"}
        The language of the words.
    units : mapping
        The unit of each of the step's inputs, for options that are in such a unit.
    """
    common = common_words(language)["values"]
    if value is None:
        return words.values.get("none", common["none"])
    if isinstance(value, bool):
        word = "true" if value else "false"
        return words.values.get(word, common[word])
    if not isinstance(value, list | dict) and str(value) in words.values:
        return words.values[str(value)]
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        unit = _unit(schema)
        unit = units.get(unit[1:-1], "") if unit.startswith("{") else unit
        return with_unit(number_words(value, language), _unit_words(unit, language))
    if isinstance(value, list):
        told = [value_words(v, {}, words, language) for v in value]
        between = " × " if value and all(isinstance(v, int) for v in value) else "; "
        return with_unit(between.join(told), _unit_words(_unit(schema), language))
    fields = _fields(schema)
    told = [
        f"{about.title.lower()} {value_words(part, fields.get(key, {}), about, language)}"
        for key, part in value.items()
        for about in [words.options.get(key, OptionWords(key))]
        if part is not None
    ]
    return ", ".join(told) or words.values.get("none", common["none"])


def _unit(schema: Mapping[str, Any]) -> str:
    """Return the unit that a schema names anywhere among its choices and parts."""
    if schema.get("unit"):
        return schema["unit"]
    items = schema.get("items")
    parts = (*schema.get("anyOf", ()), *schema.get("prefixItems", ()), *([items] if items else ()))
    return next((unit for part in parts if (unit := _unit(part))), "")


def _fields(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schemas of a table's fields."""
    definitions = schema.get("$defs", {})
    for part in (schema, *schema.get("anyOf", ())):
        table = definitions.get(str(part.get("$ref", "")).rpartition("/")[2], part)
        if "properties" in table:
            return {k: {"$defs": definitions, **v} for k, v in table["properties"].items()}
    return {}


def _unit_words(unit: str, language: str) -> str:
    return common_words(language)["units"].get(unit, unit)
