"""``diaphane steps``: what a chain can do."""

from typing import Any

from diaphane.cli.arguments import Flag, Language, Name, Texts, user_steps
from diaphane.cli.display import show, show_json, show_table


def steps(
    name: Name = "",
    /,
    *,
    language: Language = "en",
    steps: Texts = (),
    json: Flag = False,
) -> None:
    """List the steps a chain can take, or tell all about one.

    Parameters
    ----------
    name
        One step, such as ct.fdk.
    language
        The language of the words.
    steps
        A Python module, or a .py file, with steps of your own.
    json
        Print everything a form needs, for a program.
    """
    from diaphane import chain

    own = user_steps(steps)
    if name:
        form = chain.step_form(chain.find_step(name, steps=own))
        return show_json(form) if json else _show_step(form, language)
    forms = chain.step_forms(steps=own)
    if json:
        return show_json(forms)
    return show_table((f["name"], f["words"][language]["title"]) for f in forms)


def _show_step(form: dict[str, Any], language: Language) -> None:
    from diaphane.chain.words import fill

    words = form["words"][language]
    show(f"{form['name']}  (version {form['version']})")
    show(
        f"{words['title']}. {fill(words['text'], {o['name']: o['name'] for o in form['options']})}"
    )
    show()
    for port in form["inputs"]:
        optional = " (optional)" if port["is_optional"] else ""
        show(f"takes  {port['name']}: {_port(port)}{optional}")
    show(f"gives  {_port(form['output'])}")
    for option in form["options"]:
        about = option["words"][language]
        show()
        show(f"{option['name']}  {_values(option['schema'])}")
        show(f"    {about['title']}. {about['text']}".rstrip())


def _port(port: dict[str, Any]) -> str:
    quantity = f" in {port['quantity']}" if port["quantity"] else ""
    return " or ".join(port["types"]) + quantity


def _values(schema: dict[str, Any]) -> str:
    """Return what an option may be, in one line: bounds, choices, default."""
    kinds = [k for k in schema.get("anyOf", [schema]) if k.get("type") != "null"]
    told = " or ".join(_kind(k) for k in kinds)
    default = schema.get("default")
    return told if default is None else f"{told}, default {default}"


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    if "minimum" in schema:
        unit = schema.get("unit", "")
        unit = f", in the unit of {unit[1:-1]}" if unit.startswith("{") else f" {unit}".rstrip()
        return f"{schema['minimum']} … {schema['maximum']}{unit}"
    if "$ref" in schema:
        return "a table"
    return {"array": "a list", "boolean": "true | false", "string": "text"}.get(
        schema.get("type", ""), "a value"
    )
