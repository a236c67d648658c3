"""Running a chain: each stage once, its value stored, everything recorded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from diaphane.chain.checking import CheckedChain, Flow, check
from diaphane.chain.document import Chain, parse
from diaphane.chain.kept import Kept, Memo
from diaphane.chain.overrides import with_options
from diaphane.chain.records import RunRecord, read_record, write_record
from diaphane.chain.registry import AnyStep, find_types, foreign_types
from diaphane.chain.replicas import replicate, spread_name
from diaphane.chain.runner import Runner
from diaphane.errors import FormatError, InputError, OutputError
from diaphane.formats.atomic import atomic_folder
from diaphane.options import nearest
from diaphane.units import Quantity

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Run:
    """What a run did, and the values it made."""

    chain: Chain
    """The chain as it ran, options set anew included."""
    record: RunRecord
    """What each stage did; the content of ``run.json``."""
    folder: Path | None = None
    """Where the stages are stored, where they are."""
    kept: Mapping[str, Kept] = field(default_factory=dict, repr=False)
    """The values of inputs and stages, by name."""

    def __getitem__(self, name: str) -> Any:
        """Return the value of an input or a stage, read from its store where need be."""
        if name not in self.kept:
            raise KeyError(f"no input or stage is called {name!r}: {nearest(name, self.kept)}")
        kept = self.kept[name]
        value = kept.load()
        kept.drop()
        return value

    @property
    def result(self) -> Any:
        """The value of the last stage."""
        return self[self.record.stages[-1].name]


def run(
    chain: Chain,
    inputs: Mapping[str, Any],
    folder: str | Path | None = None,
    *,
    overrides: Mapping[str, Any] = _NOTHING,
    steps: Iterable[AnyStep] = (),
    memo: Memo | None = None,
    overwrite: bool = False,
    replicas: int = 0,
) -> Run:
    """Check a chain, run its stages, and store and record each.

    Parameters
    ----------
    chain : Chain
        What to run.
    inputs : mapping
        The values it is given, by name.
    folder : path, optional
        Where to write each input and stage (``01-fdk.h5``) and ``run.json``; it appears when all
        is done, whole or not at all. Without a folder, the values stay in memory.
    overrides : mapping
        Options to set anew, from ``stage.option`` to the value.
    steps : iterable of Step
        Further steps, beside the package's own and the installed ones.
    memo : Memo, optional
        What was already made; stages found there are not repeated.
    overwrite : bool
        Whether a folder that Diaphane wrote may be replaced.
    replicas : int
        How often to run again on raw data with its noise drawn anew, so that each measurement
        and each point of a curve gets an interval and each voxel a standard deviation; 0, or at
        least 2.

    Raises
    ------
    ChainError
        When the chain cannot run, before anything does.
    InputError
        When a value is missing, or has another type or quantity than the chain takes.
    OutputError
        When the folder cannot be written.
    """
    kept = {name: Kept.of(value) for name, value in inputs.items()}
    chain, steps = with_options(chain, overrides), tuple(steps)
    return _run(chain, kept, folder, steps, memo, overwrite, replicas)


def replay(
    folder: str | Path,
    new_folder: str | Path | None = None,
    *,
    overrides: Mapping[str, Any] = _NOTHING,
    steps: Iterable[AnyStep] = (),
    overwrite: bool = False,
    replicas: int = 0,
) -> Run:
    """Run again what a folder records, repeating only what other options make different.

    Parameters
    ----------
    folder : path
        The folder of a run.
    new_folder : path, optional
        Where to write the new run; without one, its values stay in memory.
    overrides : mapping
        Options to set anew, from ``stage.option`` to the value.
    steps : iterable of Step
        Further steps, beside the package's own and the installed ones.
    overwrite : bool
        Whether a folder that Diaphane wrote may be replaced.
    replicas : int
        As in :func:`run`.

    Raises
    ------
    FormatError
        When the folder holds no run, or a store in it is damaged.
    ChainError, OutputError
        As :func:`run`.
    """
    steps = tuple(steps)
    before = open_run(folder, steps=steps)
    memo = Memo()
    for stage in before.record.stages:
        memo.add(before.kept[stage.name], stage)
    inputs = {i.name: before.kept[i.name] for i in before.record.inputs}
    chain = with_options(before.chain, overrides)
    return _run(chain, inputs, new_folder, steps, memo, overwrite, replicas)


def open_run(folder: str | Path, *, steps: Iterable[AnyStep] = ()) -> Run:
    """Return the run that a folder holds; values are read when they are asked for.

    Raises
    ------
    FormatError
        When the folder holds no run, or its record is damaged.
    """
    folder = Path(folder)
    record = read_record(folder)
    steps = tuple(steps)
    own = foreign_types(steps)
    kept = {}
    for part in (*record.inputs, *record.stages):
        try:
            quantity = Quantity.from_label(part.quantity) if part.quantity else None
        except ValueError as error:
            raise FormatError(f"{folder} holds no run that this version knows: {error}") from None
        flow = Flow(find_types(part.type, steps=steps), quantity)
        kept[part.name] = Kept(part.key, flow, path=folder / part.file, types=own)
    for varied in record.replicas:
        if varied.file and varied.name in kept:
            flow, path = kept[varied.name].flow, folder / varied.file
            kept[spread_name(varied.name, varied.type)] = Kept(
                varied.key, flow, path=path, types=own
            )
    for given in record.inputs:
        kept[given.name].source, kept[given.name].notices = given.source, given.notices
    return Run(parse(record.chain), record, folder, kept)


def _run(
    chain: Chain,
    inputs: dict[str, Kept],
    folder: str | Path | None,
    steps: tuple[AnyStep, ...],
    memo: Memo | None,
    overwrite: bool,
    replicas: int,
) -> Run:
    checked = check(chain, steps=steps)
    _check_inputs(checked, inputs)
    memo = memo if memo is not None else Memo()
    if folder is None:
        runner = Runner(checked, inputs, memo, steps)
        record = _with_replicas(runner, runner.run(), replicas, steps)
        return Run(chain, record, None, runner.kept)
    folder = Path(folder)
    with atomic_folder(folder, overwrite=overwrite) as unfinished:
        runner = Runner(checked, inputs, memo, steps, unfinished)
        try:
            record = _with_replicas(runner, runner.run(), replicas, steps)
        except (FormatError, OutputError) as error:  # told by the name the folder would have had
            raise type(error)(str(error).replace(str(unfinished), str(folder))) from error
        write_record(record, unfinished)
    for kept in runner.kept.values():
        kept.move(folder)
    return Run(chain, record, folder, runner.kept)


def _with_replicas(
    runner: Runner, record: RunRecord, n_replicas: int, steps: tuple[AnyStep, ...]
) -> RunRecord:
    """Return the record with what replicas tell, and keep the spread of images and curves."""
    if n_replicas == 0:
        return record
    records, spreads = replicate(
        runner.checked, runner.kept, record, n_replicas, steps, runner.folder
    )
    runner.kept |= spreads
    return replace(record, replicas=records)


def _check_inputs(checked: CheckedChain, given: Mapping[str, Kept]) -> None:
    """Raise :class:`InputError` unless what is given is what the chain takes."""
    for name in given:
        if name not in checked.inputs:
            raise InputError(f"the chain has no input {name!r}: {nearest(name, checked.inputs)}")
    for name, wanted in checked.inputs.items():
        if name not in given:
            raise InputError(f"the chain needs the input {name!r}: {wanted}")
        came = given[name].flow
        fits = all(issubclass(t, wanted.types) for t in came.types)
        if not fits or wanted.quantity not in (None, came.quantity):
            raise InputError(f"the input {name!r} must be {wanted}, got {came}")
