"""``diaphane inspect``: what is in a file, and how a run was made."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from diaphane.cli.arguments import Flag, Language, Texts, user_steps
from diaphane.cli.display import show, show_json

if TYPE_CHECKING:
    from diaphane.chain import Passage
    from diaphane.formats import Contents


def inspect(
    path: Path, /, *, language: Language = "en", steps: Texts = (), json: Flag = False
) -> None:
    """Tell what is in a file or folder, or how a run was made.

    Parameters
    ----------
    path
        A file, a folder, an archive, or the folder of a run.
    language
        The language in which a run is told.
    steps
        A Python module, or a .py file, with steps of your own that a run used.
    json
        Print for a program.
    """
    from diaphane.chain.records import FILE

    if (path / FILE).is_file():
        from diaphane import chain

        own = user_steps(steps)
        told = chain.explain(chain.open_run(path, steps=own), language, steps=own)
        if json:
            return show_json([dataclasses.asdict(p) for p in told])
        return _tell(told, colon="\u00a0:" if language == "fr" else ":")
    from diaphane import formats

    contents = formats.inspect(path)
    return show_json(dataclasses.asdict(contents)) if json else _list(contents)


def _tell(told: tuple["Passage", ...], colon: str) -> None:
    for passage in told:
        name = f"  [{passage.name}]" if passage.name else ""
        show(f"{passage.title}{name}")
        show(f"    {passage.text}")
        for option in passage.options:
            changed = "" if option.is_default else "  *"
            show(f"    {option.title}{colon} {option.value}{changed}")
        for notice in passage.notices:
            show(f"    note{colon} {notice}")


def _list(contents: "Contents") -> None:
    show(f"{contents.source}: {contents.format}")
    for item in contents.items:
        shape = " × ".join(map(str, item.shape))
        spacing = " × ".join(f"{s:.4g}" for s in item.spacing_mm)
        facts = [item.kind, shape, f"{spacing} mm" if spacing else "", item.quantity]
        show("  ".join(part for part in (item.name, *facts) if part))
        for fact, value in item.facts.items():
            show(f"    {fact}: {value}")
    for remark in contents.remarks:
        show(f"note: {remark}")
