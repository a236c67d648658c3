"""The chains that come with the package, and those in files of one's own."""

from dataclasses import replace
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from diaphane.chain.document import MOST_CHARACTERS, Chain, parse
from diaphane.errors import ChainError
from diaphane.options import nearest

_SUFFIX = ".toml"


def shipped() -> dict[str, Chain]:
    """Return the chains that come with the package, by name, in the order of the alphabet."""
    return {name: parse(shipped_text(name)) for name in _names()}


def shipped_text(name: str) -> str:
    """Return the text of a chain that comes with the package.

    Raises
    ------
    ChainError
        When there is none; the message gives the nearest right name.
    """
    names = _names()
    if name not in names:
        raise ChainError(f"no chain is called {name!r}: {nearest(name, names)}")
    return (_folder() / f"{name}{_SUFFIX}").read_text(encoding="utf-8")


def load(name: str | Path) -> Chain:
    """Return a chain by the name of one that comes with the package, or by the path of a file.

    Raises
    ------
    ChainError
        When there is neither, or the file holds no chain; the message names the file.
    """
    path = Path(name)
    if isinstance(name, str) and not path.suffix and len(path.parts) == 1:
        return parse(shipped_text(name))
    try:
        return replace(parse(_text_of(path)), source=str(path))
    except ChainError as error:
        raise ChainError(f"{path}: {error}", error.faults) from None


def _text_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(4 * MOST_CHARACTERS + 1)
        return content.decode("utf-8-sig")
    except OSError as error:
        raise ChainError(f"cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise ChainError("is not a text, so it is no chain") from None


def _names() -> list[str]:
    found = (entry.name for entry in _folder().iterdir())
    return sorted(name.removesuffix(_SUFFIX) for name in found if name.endswith(_SUFFIX))


def _folder() -> Traversable:
    return resources.files("diaphane") / "chains"
