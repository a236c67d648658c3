"""``diaphane chains``: the chains that come with the package."""

from typing import TYPE_CHECKING, Any

from diaphane.cli.arguments import Flag, Language, Name
from diaphane.cli.display import show, show_json

if TYPE_CHECKING:
    from diaphane.chain import Chain


def chains(name: Name = "", /, *, language: Language = "en", json: Flag = False) -> None:
    """List the chains that come with Diaphane, or print one.

    Parameters
    ----------
    name
        A chain to print; its text can be changed and run.
    language
        The language of titles.
    json
        Print for a program.
    """
    from diaphane import chain

    if name:
        found = chain.load(name)
        return show_json(_form(name, found)) if json else show(found.text.rstrip("\n"))
    known = chain.shipped()
    if json:
        return show_json([_form(key, found) for key, found in known.items()])
    for key, found in known.items():
        show(f"{key}: {found.title.get(language, '')}")
        show(f"    {found.description.get(language, '')}")
    return None


def _form(name: str, found: "Chain") -> dict[str, Any]:
    return {
        "name": name,
        "title": dict(found.title),
        "description": dict(found.description),
        "inputs": {i.name: i.type for i in found.inputs},
        "stages": [{"name": s.name, "step": s.step} for s in found.stages],
        "text": found.text,
    }
