"""``@step``: a plain function that a chain can call and whose result knows how it was made.

The positional parameters are the values that flow; everything else is keyword-only and can be
written in TOML. A step takes named frozen types and returns exactly one::

    @step(version=1)
    def hounsfield(
        image: Annotated[Image, Quantity.ATTENUATION],
        *,
        water_per_mm: Annotated[float, Range(0.001, 1, scale="log", unit="1/mm")] = 0.0195,
    ) -> Annotated[Image, Quantity.HOUNSFIELD]: ...

A bare ``Image`` parameter accepts any quantity; a bare ``Image`` return keeps the first input's.
A type variable with constraints as parameter and return says that the type is kept. The step
checks what it is given, validates its options, and writes the
:class:`~diaphane.history.History` of its result, the same from Python and from a chain.
"""

import copy
import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property, update_wrapper
from importlib.metadata import PackageNotFoundError, version
from types import UnionType
from typing import Annotated, Any, Generic, ParamSpec, TypeVar

from diaphane.errors import InputError, OptionError, QuantityError
from diaphane.history import History, history_of, key_of_step, record
from diaphane.notices import collect_notices
from diaphane.options import Option, nearest
from diaphane.progress import check_cancelled
from diaphane.units import Quantity

RESERVED = ("name", "step", "of")
"""Words that a stage of a chain uses itself, so that no option may be called so."""

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Port:
    """What flows in or out at one place of a step: types, and the quantity where one is named."""

    name: str
    """The parameter's name; ``return`` for what comes out."""
    types: tuple[type, ...]
    """The flowing types accepted, or given."""
    quantity: Quantity | None = None
    """The quantity demanded, or given; ``None`` for any, or for the first input's."""
    is_optional: bool = False
    """Whether it may be left out."""
    keeps_type: bool = False
    """For what comes out: whether its type is that of the first input."""

    def __str__(self) -> str:
        """Return the type, with its quantity where it names one (``Image in HU``)."""
        types = " or ".join(t.__name__ for t in self.types)
        return f"{types} ({self.quantity.label})" if self.quantity else types


@dataclass(frozen=True)
class Call:
    """A step with its inputs and validated options: everything but the work."""

    step: "Step[Any, Any]"
    """The step that will run."""
    inputs: tuple[Any, ...]
    """The values that flow in; ``None`` where an optional one was left out."""
    options: dict[str, Any]
    """All options, validated."""

    @cached_property
    def plain_options(self) -> dict[str, Any]:
        """The options as plain data, defaults included."""
        return self.step.plain_options(self.options)

    @cached_property
    def parents(self) -> tuple[History, ...]:
        """The histories of the inputs."""
        return tuple(history_of(x) for x in self.inputs if x is not None)

    @cached_property
    def key(self) -> str:
        """The key that the result will have."""
        given = [p.name for p, x in zip(self.step.inputs, self.inputs) if x is not None]
        keys = {name: h.key for name, h in zip(given, self.parents)}
        return self.step.key(self.plain_options, keys)

    def run(self) -> Any:
        """Do the work and return the result with its history."""
        check_cancelled()
        with collect_notices() as notices:
            result = self.step.function(*self.inputs, **self.options)
        self.step.check_output(result, self.inputs)
        if any(result is x for x in self.inputs):
            result = copy.copy(result)
        history = History(
            key=self.key,
            step=self.step.name,
            version=self.step.version,
            options=self.plain_options,
            parents=self.parents,
            notices=tuple(notices),
            code=_code_version(),
            instruction_set=_instruction_set() if self.step.simd else "",
        )
        record(result, history)
        return result


class Step(Generic[P, R]):
    """A function of flowing values, callable from Python and by name from a chain."""

    def __init__(
        self,
        function: Callable[P, R],
        *,
        name: str,
        version: int,
        aliases: tuple[str, ...],
        simd: bool,
    ) -> None:
        self.function = function
        self.name = name
        self.version = version
        self.aliases = aliases
        self.simd = simd
        update_wrapper(self, function)
        taken = set(RESERVED) & set(inspect.signature(function).parameters)
        if taken:
            raise OptionError(f"{name}: an option cannot be called {taken.pop()!r}, a chain's word")

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Check, run, and record: ``step.bind(...).run()``."""
        return self.bind(*args, **kwargs).run()

    def __repr__(self) -> str:
        """Return the step's public name and version."""
        return f"<step {self.name} v{self.version}>"

    def bind(self, *args: Any, **kwargs: Any) -> Call:
        """Return the checked call, whose ``key`` is known before it runs.

        Raises
        ------
        InputError
            When a value is missing, too many, or of another type.
        QuantityError
            When a value carries another quantity than the step expects.
        OptionError
            When an option is unknown, missing or out of its bounds.
        """
        named = {p.name: kwargs.pop(p.name) for p in self.inputs if p.name in kwargs}
        return Call(self, self._check_inputs(args, named), self.check_options(kwargs))

    @cached_property
    def inputs(self) -> tuple[Port, ...]:
        """What flows in, in order."""
        parameters = inspect.signature(self.function).parameters.values()
        return tuple(
            _port(p.name, self._hints[p.name], is_optional=p.default is None)
            for p in parameters
            if p.kind is p.POSITIONAL_OR_KEYWORD or p.kind is p.POSITIONAL_ONLY
        )

    @cached_property
    def output(self) -> Port:
        """What flows out."""
        return _port("return", self._hints["return"])

    @cached_property
    def options(self) -> tuple[Option, ...]:
        """The keyword-only parameters."""
        parameters = inspect.signature(self.function).parameters.values()
        return tuple(
            Option(p.name, self._hints[p.name], p.default)
            for p in parameters
            if p.kind is p.KEYWORD_ONLY
        )

    def check_options(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return all options, validated, defaults filled in."""
        known = {o.name: o for o in self.options}
        for name in given:
            if name not in known:
                raise OptionError(f"{self.name} has no option {name!r}: {nearest(name, known)}")
        options = {}
        for option in self.options:
            if option.name in given:
                try:
                    options[option.name] = option.validate(given[option.name])
                except OptionError as error:
                    raise OptionError(f"{self.name}: {error}") from None
            elif option.is_required:
                raise OptionError(f"{self.name} needs the option {option.name!r}")
            else:
                options[option.name] = option.default
        return options

    def plain_options(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return validated options as plain data."""
        known = {o.name: o for o in self.options}
        return {name: known[name].plain(value) for name, value in options.items()}

    def key(self, plain_options: dict[str, Any], parents: dict[str, str]) -> str:
        """Return the key of a result, from all options and the key of each input by its name."""
        keys = [f"{name}={key}" for name, key in parents.items()]
        return key_of_step(self.name, self.version, plain_options, keys)

    def check_output(self, result: Any, inputs: tuple[Any, ...]) -> None:
        """Raise ``TypeError`` when the function broke its own promise."""
        if not isinstance(result, self.output.types):
            raise TypeError(f"{self.name} promised {self.output}, gave {type(result).__name__}")
        promised = self.output.quantity or getattr(inputs[0] if inputs else None, "quantity", None)
        given = getattr(result, "quantity", None)
        if promised is not None and given is not None and given is not promised:
            raise TypeError(f"{self.name} promised {promised.label}, gave {given.label}")

    @cached_property
    def _hints(self) -> dict[str, Any]:
        return typing.get_type_hints(self.function, include_extras=True)

    def _check_inputs(self, args: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
        if len(args) > len(self.inputs):
            takes = ", ".join(p.name for p in self.inputs)
            raise InputError(
                f"{self.name} takes {len(self.inputs)} values ({takes}), got {len(args)}; "
                f"options are given by name"
            )
        values = []
        for i, port in enumerate(self.inputs):
            value = args[i] if i < len(args) else named.get(port.name)
            if value is None and not port.is_optional:
                raise InputError(f"{self.name} needs {port.name}: {port}")
            if value is not None:
                self._check_input(port, value)
            values.append(value)
        return tuple(values)

    def _check_input(self, port: Port, value: Any) -> None:
        if not isinstance(value, port.types):
            came = type(value).__name__
            raise InputError(f"{self.name}: {port.name} must be {port}, got {came}")
        quantity = getattr(value, "quantity", None)
        if port.quantity is not None and quantity is not port.quantity:
            came = quantity.label if quantity else "no quantity"
            raise QuantityError(
                f"{self.name}: {port.name} must carry {port.quantity.label}, got {came}"
            )


def step(
    *, version: int = 1, name: str = "", aliases: tuple[str, ...] = (), simd: bool = False
) -> Callable[[Callable[P, R]], Step[P, R]]:
    """Make a function a step.

    Parameters
    ----------
    version : int
        Raised whenever the step's results change.
    name : str
        The public name; by default its public path within the package (``ct.fdk``), or the
        package of one's own and the function's name (``acme.sharpen``).
    aliases : tuple of str
        Old names that chains may still use.
    simd : bool
        Whether it runs kernels whose results depend on the instruction set.
    """

    def decorate(function: Callable[P, R]) -> Step[P, R]:
        package, _, inner = function.__module__.partition(".")
        room = inner.partition(".")[0] if package == "diaphane" else package
        path = name or f"{room}.{function.__name__}"
        return Step(function, name=path, version=version, aliases=aliases, simd=simd)

    return decorate


def _port(name: str, hint: Any, *, is_optional: bool = False) -> Port:
    """Read a parameter's annotation: ``Annotated[T, Quantity.X]``, ``T | U``, ``T | None``."""
    if typing.get_origin(hint) in (typing.Union, UnionType):
        members = [h for h in typing.get_args(hint) if h is not type(None)]
        ports = [_port(name, h) for h in members]
        quantities = {p.quantity for p in ports}
        types = tuple(t for p in ports for t in p.types)
        return Port(name, types, quantities.pop() if len(quantities) == 1 else None, is_optional)
    quantity = None
    if typing.get_origin(hint) is Annotated:
        hint, *extras = typing.get_args(hint)
        quantity = next((x for x in extras if isinstance(x, Quantity)), None)
        if typing.get_origin(hint) in (typing.Union, UnionType):
            return Port(name, _port(name, hint).types, quantity, is_optional)
    if isinstance(hint, TypeVar):
        types: tuple[type, ...] = hint.__constraints__
        return Port(name, types, quantity, is_optional, keeps_type=True)
    return Port(name, (hint,), quantity, is_optional)


@cache
def _code_version() -> str:
    try:
        return version("diaphane")
    except PackageNotFoundError:
        return "unknown"


def _instruction_set() -> str:
    from diaphane.simd import ISA

    return ISA
