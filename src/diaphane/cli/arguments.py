"""What several commands take."""

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from diaphane.errors import InputError

if TYPE_CHECKING:
    from diaphane.chain.registry import AnyStep

Output = Annotated[Path, Parameter(name=("--output", "-o"))]
Flag = Annotated[bool, Parameter(negative="", show_default=False)]
Name = Annotated[str, Parameter(show_default=False)]
Language = Literal["en", "fr"]
Texts = Annotated[tuple[str, ...], Parameter(negative="", show_default=False)]


def user_steps(modules: Sequence[str]) -> tuple["AnyStep", ...]:
    """Import the modules that ``--steps`` names, and return their steps.

    Raises
    ------
    InputError
        When a module cannot be imported or has no steps.
    """
    from diaphane.chain import steps_of

    steps: list[AnyStep] = []
    for name in modules:
        found = steps_of(_imported(name))
        if not found:
            raise InputError(f"--steps {name}: the module has no function marked with @step")
        steps.extend(found)
    return tuple(steps)


def read_options(given: Sequence[str], name: str = "") -> dict[str, Any]:
    """Return the options of ``--read option=value`` for a reader.

    Parameters
    ----------
    given : sequence of str
        ``series=2`` for every input, or ``scan.series=2`` for the one called so.
    name : str
        The input that is read.
    """
    from diaphane.chain import parse_override

    options = {}
    for text in given:
        place, value = parse_override(text)
        target, dot, option = place.rpartition(".")
        if not dot or target == name:
            options[option] = value
    return options


def _imported(name: str) -> ModuleType:
    try:
        if name.endswith(".py"):
            return _imported_file(Path(name))
        sys.path.insert(0, str(Path.cwd()))
        try:
            return importlib.import_module(name)
        finally:
            sys.path.remove(str(Path.cwd()))
    except Exception as error:
        raise InputError(f"--steps {name} cannot be imported: {error}") from error


def _imported_file(path: Path) -> ModuleType:
    name, path = path.stem, path.resolve()
    there = sys.modules.get(name)
    if there is not None:
        if Path(there.__file__ or "").resolve() == path:
            return there
        raise InputError(f"a module called {name} is already there; give the file another name")
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise InputError("there is no such file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
