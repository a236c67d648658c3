"""What every reader does: check its options, refuse in one sentence, and record the source."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from inspect import signature
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, get_type_hints

from diaphane.errors import Cancelled, DiaphaneError, FormatError, OptionError, OutputError
from diaphane.formats.contents import Contents
from diaphane.history import record_source
from diaphane.notices import collect_notices
from diaphane.options import Option, nearest
from diaphane.units import Quantity

P = ParamSpec("P")
T = TypeVar("T")


def checked_options(function: Callable[P, T]) -> Callable[P, T]:
    """Check the keyword-only options of a reader or a writer against their types, before it runs.

    A wrong word would otherwise be taken for another choice: degrees for radians, say.

    Raises
    ------
    OptionError
        When an option is unknown, or its value does not fit.
    """

    @cache
    def known() -> dict[str, Option]:
        hints = get_type_hints(function, include_extras=True)
        parameters = signature(function).parameters.values()
        named = [p for p in parameters if p.kind is p.KEYWORD_ONLY]
        return {p.name: Option(p.name, hints[p.name], p.default) for p in named}

    @wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> T:
        options: dict[str, Any] = {}
        for name, value in kwargs.items():
            option = known().get(name)
            if option is None and name not in signature(function).parameters:
                raise OptionError(f"there is no option {name!r}: {nearest(name, known())}")
            options[name] = value if option is None else option.validate(value)
        return function(*args, **options)

    return checked


@contextmanager
def refusals(path: Path, kind: str) -> Iterator[None]:
    """Say whatever goes wrong within the block in one sentence that names the file.

    Parameters
    ----------
    path : path
        The file or folder.
    kind : str
        What it should be, for people: ``"NIfTI"``.

    Raises
    ------
    FormatError
        For everything but a wrong option, a result that cannot be written, and a stop on request.
    """
    try:
        yield
    except (OptionError, OutputError, Cancelled):
        raise
    except FileNotFoundError as error:
        raise FormatError(f"{error.filename or path} does not exist") from error
    except DiaphaneError as error:
        raise FormatError(f"{path.name}: {error}") from error
    except MemoryError as error:
        raise FormatError(f"{path.name} needs more memory than there is") from error
    except Exception as error:
        said = str(error).strip().split("\n")[0].rstrip(".") or type(error).__name__
        raise FormatError(f"{path.name} is not a whole {kind} file: {said}") from error


def read_source(path: Path, kind: str, read: Callable[[], T]) -> T:
    """Call `read`, refuse in one sentence, and record the source of what it gives.

    The notices said on the way stand in the value's history.
    """
    with collect_notices() as notices, refusals(path, kind):
        value = read()
    record_source(value, path.name, tuple(notices))
    return value


def inspect_source(path: Path, kind: str, inspect: Callable[[], Contents]) -> Contents:
    """Call `inspect` and refuse in one sentence; what it notices is said when the file is read."""
    with collect_notices(), refusals(path, kind):
        return inspect()


def quantity_named(label: str | None, otherwise: Quantity) -> Quantity:
    """Return the quantity that an option names, or `otherwise` where it names none."""
    if label is None:
        return otherwise
    try:
        return Quantity.from_label(label)
    except ValueError as error:
        raise OptionError(f"quantity: {error}") from None


def plain_text(raw: Any) -> str:
    """Return bytes of a header as text, without what does not belong there."""
    text = raw.decode("latin-1") if isinstance(raw, bytes) else str(raw)
    return text.split("\x00")[0].strip()
