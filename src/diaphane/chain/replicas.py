"""Replicas: the same chain on raw data with its noise drawn anew, to see how much results vary."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from diaphane.arrays import DoubleArray
from diaphane.chain.checking import CheckedChain
from diaphane.chain.kept import Kept, Memo
from diaphane.chain.records import ReplicaRecord, RunRecord
from diaphane.chain.registry import AnyStep, all_steps, type_name
from diaphane.chain.runner import SUFFIX, Runner
from diaphane.errors import InputError
from diaphane.image import Image, Measurement
from diaphane.notices import unheard
from diaphane.progress import track
from diaphane.quality import Curve

RENOISE = "renoise"
"""What a room calls its step that draws the noise of raw data anew."""
PROGRESS = "chain.replicas"
_FEWEST = 2


def replicate(
    checked: CheckedChain,
    kept: Mapping[str, Kept],
    record: RunRecord,
    n_replicas: int,
    steps: tuple[AnyStep, ...],
    folder: Path | None,
) -> tuple[tuple[ReplicaRecord, ...], dict[str, Kept]]:
    """Run a chain again and again on re-noised inputs, and return how its results vary.

    Parameters
    ----------
    checked : CheckedChain
        The chain that ran.
    kept : mapping
        The values of its inputs and stages.
    record : RunRecord
        What the run did.
    n_replicas : int
        How often, at least twice.
    steps : tuple of Step
        Further steps.
    folder : path, optional
        Where the standard deviation of each image is stored, as ``03-hounsfield-deviation.h5``,
        and the intervals of each curve, as ``04-mtf-interval.h5``.

    Returns
    -------
    records : tuple of ReplicaRecord
        One for each measurement, curve and image that the noise reaches.
    spreads : dict
        The standard deviation of each image's voxels and each curve with the 95 % interval of its
        points, by :func:`spread_name`.

    Raises
    ------
    InputError
        When there are fewer than two replicas, or no input whose noise can be drawn anew.
    """
    if n_replicas < _FEWEST:
        raise InputError(f"replicas must be at least {_FEWEST}, got {n_replicas}")
    renoisers = {name: _renoiser(kept[name].load(), steps) for name in checked.inputs}
    if not any(renoisers.values()):
        raise InputError(
            "no input of the chain is raw data whose noise can be drawn anew: replicas need counts"
        )
    part = _without_pictures(checked)
    tallies = {s.stage.name: _Tally() for s in part.stages}
    for seed in track(range(n_replicas), PROGRESS):
        inputs = dict(kept)
        with unheard():
            for name, renoise in renoisers.items():
                if renoise is not None:
                    inputs[name] = Kept.of(renoise(kept[name].load(), seed=seed))
            runner = Runner(part, inputs, _memo(kept, record), steps)
            done = runner.run(label="")
        for stage in done.stages:
            if not stage.is_reused:
                tallies[stage.name].add(runner.kept[stage.name].load())
    from diaphane.formats import write_store

    numbers = {s.stage.name: s.stage.number for s in part.stages}
    records, spreads = [], {}
    for name, tally in tallies.items():
        if tally.n == 0:
            continue
        told = _told(name, tally, kept[name])
        spread = _spread(kept[name].load(), tally)
        if spread is not None:
            label = spread_name(name, told.type)
            if folder is not None:
                path = folder / f"{numbers[name]:02d}-{label}{SUFFIX}"
                write_store(spread.value, path)
                spread = replace(spread, path=path)
                told = replace(told, file=path.name, key=spread.key)
                spread.drop()
            spreads[label] = spread
        kept[name].drop()
        records.append(told)
    return tuple(records), spreads


def spread_name(stage: str, type_: str) -> str:
    """Return the name under which a stage's spread is kept, by the type of its result.

    That of an image is its standard deviation (``fbp-deviation``), that of a curve the curve with
    the interval of each point (``mtf-interval``).
    """
    return f"{stage}-interval" if type_ == type_name(Curve) else f"{stage}-deviation"


@dataclass(eq=False)
class _Tally:
    """Running mean and scatter of one stage's numbers, by Welford's recurrence."""

    n: int = 0
    mean: DoubleArray | None = None
    squares: DoubleArray | None = None

    def add(self, value: Any) -> None:
        numbers = _numbers(value)
        if numbers is None:
            return
        if self.mean is None or self.squares is None:
            self.mean, self.squares = np.zeros(numbers.shape), np.zeros(numbers.shape)
        self.n += 1
        difference = numbers - self.mean
        self.mean += difference / self.n
        self.squares += difference * (numbers - self.mean)

    @property
    def deviation(self) -> DoubleArray:
        """The standard deviation from one replica to the next."""
        squares = np.zeros(0) if self.squares is None else self.squares
        return np.sqrt(squares / max(self.n - 1, 1))

    @property
    def half_interval(self) -> DoubleArray:
        """Half the 95 % interval around what one scan gives (Student's t)."""
        from scipy.special import stdtrit

        return np.asarray(stdtrit(self.n - 1, 0.975) * self.deviation)


def _numbers(value: Any) -> DoubleArray | None:
    """Return what may vary from replica to replica; none of shapes, labels and pictures."""
    if isinstance(value, Measurement):
        return np.array([value.value])
    if isinstance(value, Curve):
        return value.y.astype(np.float64)
    if isinstance(value, Image) and value.values.dtype.kind in "fiu":
        return value.values.astype(np.float64)
    return None


def _told(name: str, tally: _Tally, kept: Kept) -> ReplicaRecord:
    value, deviation = kept.load(), float(tally.deviation.mean())
    told = ReplicaRecord(name, type_name(type(value)), tally.n, deviation)
    if isinstance(value, Measurement):
        half = float(tally.half_interval[0])
        interval = (value.value - half, value.value + half)
        return replace(told, value=value.value, unit=value.unit, interval=interval)
    unit = value.y_unit if isinstance(value, Curve) else value.quantity.unit
    return replace(told, unit=unit)


def _spread(value: Any, tally: _Tally) -> Kept | None:
    """Return an image of each voxel's standard deviation, or a curve with each point's interval."""
    if isinstance(value, Image):
        deviation = tally.deviation.astype(np.float32)
        return Kept.of(Image(deviation, value.grid, value.quantity, value.channels))
    if isinstance(value, Curve):
        half = tally.half_interval
        return Kept.of(replace(value, low=value.y - half, high=value.y + half))
    return None


def _renoiser(value: Any, steps: tuple[AnyStep, ...]) -> AnyStep | None:
    """Return the step of a value's room that draws its noise anew, where it fits."""
    room = type_name(type(value)).partition(".")[0]
    found = all_steps(steps=steps).get(f"{room}.{RENOISE}")
    if found is None or not isinstance(value, found.inputs[0].types):
        return None
    wanted = found.inputs[0].quantity
    return found if wanted in (None, getattr(value, "quantity", None)) else None


def _without_pictures(checked: CheckedChain) -> CheckedChain:
    """Return the chain without the stages whose results nobody measures."""
    needed: set[str] = set()
    stages = []
    for stage in reversed(checked.stages):
        counts = any(issubclass(t, Measurement | Curve | Image) for t in stage.output.types)
        if counts or stage.stage.name in needed:
            needed |= set(stage.of)
            stages.append(stage)
    return replace(checked, stages=tuple(reversed(stages)))


def _memo(kept: Mapping[str, Kept], record: RunRecord) -> Memo:
    """Return what the run made, so that stages which the noise does not reach are not repeated."""
    memo = Memo()
    for stage in record.stages:
        memo.add(kept[stage.name], stage)
    return memo
