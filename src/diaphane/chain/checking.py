"""Checking a chain whole, before anything runs: names, options, and what flows between stages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from diaphane.chain.document import Chain, Stage
from diaphane.chain.faults import Fault, refuse
from diaphane.chain.registry import (
    AnyStep,
    all_steps,
    carries_quantity,
    find_step,
    find_types,
    type_name,
)
from diaphane.errors import ChainError, OptionError
from diaphane.options import nearest
from diaphane.step import Port
from diaphane.units import Quantity


@dataclass(frozen=True)
class Flow:
    """What is known, before anything runs, of a value that flows."""

    types: tuple[type, ...]
    """The types it may have."""
    quantity: Quantity | None = None
    """What it measures; ``None`` where it measures nothing, or nobody has said yet."""
    source: str = ""
    """The input whose quantity, not yet said, it shares."""

    def __str__(self) -> str:
        """Return ``image.Image (hounsfield)``."""
        types = " or ".join(type_name(t) for t in self.types)
        return f"{types} ({self.quantity.label})" if self.quantity else types


@dataclass(frozen=True)
class CheckedStage:
    """A stage that can run: its step found, its options validated, its inputs fit."""

    stage: Stage
    """The stage as written."""
    step: AnyStep
    """The step it names."""
    of: tuple[str, ...]
    """The inputs or stages whose values it takes, in the order of the step's inputs."""
    options: Mapping[str, Any]
    """All options, validated, defaults included."""
    output: Flow
    """What it gives."""


@dataclass(frozen=True)
class CheckedChain:
    """A chain that can run."""

    chain: Chain
    """The chain as written."""
    inputs: Mapping[str, Flow]
    """What must be given; quantities that the text leaves open are those the stages demand."""
    stages: tuple[CheckedStage, ...]
    """What will be done, in order."""


def check(chain: Chain, *, steps: Iterable[AnyStep] = ()) -> CheckedChain:
    """Check a chain whole and return it ready to run.

    Parameters
    ----------
    chain : Chain
        What :func:`diaphane.chain.parse` returned.
    steps : iterable of Step
        Further steps, beside the package's own and the installed ones.

    Raises
    ------
    ChainError
        When a step, an option, a value or a name is wrong, or a stage does not accept the type
        or the quantity of what it is given. All faults are told at once, and are found apart in
        the error's ``faults``.
    """
    checker = _Checker(tuple(steps), {s.name: s.number for s in chain.stages})
    for declared in chain.inputs:
        try:
            types = find_types(declared.type, steps=checker.steps)
        except ChainError as error:
            message = f"input {declared.name}: {error}"
            checker.faults.append(Fault(message, key=f"inputs.{declared.name}"))
            checker.flows[declared.name] = None
            continue
        checker.flows[declared.name] = Flow(types, declared.quantity, declared.name)
    inputs = [i.name for i in chain.inputs]
    stages = [checker.check_stage(stage, _before(chain, stage)) for stage in chain.stages]
    refuse(checker.faults, chain.source)
    flows = {name: checker.settled(checker.flows[name]) for name in inputs}
    done = (replace(s, output=checker.settled(s.output)) for s in stages if s is not None)
    return CheckedChain(chain, flows, tuple(done))


def _before(chain: Chain, stage: Stage) -> tuple[str, ...]:
    """Return what a stage takes when it does not say: the stage before, or the only input."""
    if stage.number > 1:
        return (chain.stages[stage.number - 2].name,)
    return (chain.inputs[0].name,) if len(chain.inputs) == 1 else ()


@dataclass
class _Checker:
    """Walks through the stages, gathering faults and what flows out of each."""

    steps: tuple[AnyStep, ...]
    numbers: Mapping[str, int]
    """Where each stage stands, by name."""
    faults: list[Fault] = field(default_factory=list)
    flows: dict[str, Flow | None] = field(default_factory=dict)
    """By name, what flows out of each input and stage so far; ``None`` where a fault hides it."""
    demanded: dict[str, Quantity] = field(default_factory=dict)
    """For inputs whose quantity the text leaves open: what the first stage demanded."""

    def check_stage(self, stage: Stage, before: tuple[str, ...]) -> CheckedStage | None:
        """Return the stage ready to run, or ``None`` when it has a fault."""
        n_faults = len(self.faults)
        self.flows[stage.name] = None
        try:
            step = find_step(stage.step, steps=self.steps)
        except ChainError as error:
            return self._fault(stage, "step", str(error))
        options = self._options(stage, step)
        of = stage.of if stage.of is not None else before if step.inputs else ()
        flows = self._flows_into(stage, step, of)
        if flows and None not in flows:
            self._check_flows(stage, step, of, [f for f in flows if f])
        first = flows[0] if flows else None
        output = _output(step, first) if not step.inputs or first else None
        self.flows[stage.name] = output
        if len(self.faults) > n_faults or output is None:
            return None
        return CheckedStage(stage, step, of, options, output)

    def settled(self, flow: Flow | None) -> Flow:
        """Return what is known of a flow once all stages are checked."""
        flow = flow or Flow(())
        return Flow(flow.types, flow.quantity or self.demanded.get(flow.source))

    def _fault(self, stage: Stage, key: str, message: str) -> None:
        self.faults.append(Fault(message, stage.number, stage.name, key))

    def _options(self, stage: Stage, step: AnyStep) -> dict[str, Any]:
        known = {option.name: option for option in step.options}
        for name in stage.options:
            if name not in known:
                message = f"{step.name} has no option {name!r}: {nearest(name, known)}"
                self._fault(stage, name, message)
        options = {}
        for name, option in known.items():
            if name not in stage.options and option.is_required:
                self._fault(stage, name, f"{step.name} needs the option {name!r}")
            elif name in stage.options:
                try:
                    options[name] = option.validate(stage.options[name])
                except OptionError as error:
                    self._fault(stage, name, str(error))
            else:
                options[name] = option.default
        return options

    def _flows_into(
        self, stage: Stage, step: AnyStep, of: tuple[str, ...]
    ) -> list[Flow | None] | None:
        """Return what flows into a stage; ``None`` where names or their number are wrong."""
        flows = []
        for name in of:
            if name == stage.name or name not in self.flows:
                return self._fault(stage, "of", f"of names {name!r}, {self._why_not(name, stage)}")
            flows.append(self.flows[name])
        needed = sum(not p.is_optional for p in step.inputs)
        if not needed <= len(of) <= len(step.inputs):
            takes = ", ".join(f"{p.name}{' (optional)' * p.is_optional}" for p in step.inputs)
            came = ", ".join(of) or "nothing"
            message = f"{step.name} takes {takes or 'no values'}, got {came}; write of = [...]"
            return self._fault(stage, "of", message)
        return flows

    def _why_not(self, name: str, stage: Stage) -> str:
        """Return why a stage cannot take the value called `name`, and what it could."""
        if name == stage.name:
            return "which is this stage itself; name an input or an earlier stage"
        if name in self.numbers:
            place = f"which comes later (stage {self.numbers[name]})"
            return f"{place}; a stage takes inputs and earlier stages"
        earlier = [n for n in self.flows if n != stage.name]
        return f"which is no input and no earlier stage: {nearest(name, earlier)}"

    def _check_flows(
        self, stage: Stage, step: AnyStep, of: tuple[str, ...], flows: list[Flow]
    ) -> None:
        for name, port, flow in zip(of, step.inputs, flows):
            known = self.settled(flow)
            fits = all(issubclass(t, port.types) for t in flow.types)
            if fits and known.quantity is None and port.quantity:
                self.demanded[flow.source] = port.quantity
            elif not fits or port.quantity not in (None, known.quantity):
                wants = f"{step.name} takes {port} as {port.name}"
                mend = self._mend(known, port)
                self._fault(stage, "of", f"{wants}, but {name!r} gives {known}{mend}")

    def _mend(self, flow: Flow, port: Port) -> str:
        """Return a hint at a step that turns what comes into what is wanted, if there is one."""
        for step in all_steps(steps=self.steps).values():
            takes, gives = step.inputs[:1], _output(step, flow)
            if [p for p in step.inputs if not p.is_optional] != list(takes) or not takes:
                continue
            fits = all(issubclass(t, takes[0].types) for t in flow.types)
            fits = fits and takes[0].quantity in (None, flow.quantity)
            wanted = all(issubclass(t, port.types) for t in gives.types)
            if fits and wanted and (port.quantity is None or gives.quantity is port.quantity):
                return f"; {step.name} turns one into the other"
        return ""


def _output(step: AnyStep, first: Flow | None) -> Flow:
    """Return what a step gives when `first` is what its first input gets."""
    port = step.output
    types = first.types if port.keeps_type and first else port.types
    if port.quantity or not first or not any(carries_quantity(t) for t in types):
        return Flow(types, port.quantity)
    return Flow(types, first.quantity, first.source)
