"""``run.json``: what a run did, with which chain, inputs, options, versions and cost."""

import dataclasses
import json
import os
import platform
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from diaphane.errors import FormatError
from diaphane.notices import Notice

FILE = "run.json"
FORMAT = 1
_PACKAGES = ("diaphane", "numpy", "scipy", "numba", "h5py")


@dataclass(frozen=True)
class InputRecord:
    """What was given to a chain under one name."""

    name: str
    """How the stages call it."""
    source: str
    """The file's or the maker's name, without its folder."""
    type: str
    """Its type (``ct.ConeScan``)."""
    quantity: str
    """What it measures (``counts``); empty where it measures nothing."""
    key: str
    """SHA-256 of its content, or of how it was made."""
    notices: tuple[Notice, ...] = ()
    """What had to be said when it was read."""
    file: str = ""
    """Its store in the run's folder."""


@dataclass(frozen=True)
class StageRecord:
    """What one stage did."""

    name: str
    """How the chain calls it."""
    step: str
    """The step's public name."""
    version: int
    """The step's version."""
    of: tuple[str, ...]
    """The inputs or stages it took."""
    options: dict[str, Any]
    """All options, defaults included, as plain data."""
    type: str
    """The type of what it gave."""
    quantity: str
    """What that measures; empty where it measures nothing."""
    key: str
    """SHA-256 of how it was made: of step, version, options and the keys of what it took."""
    notices: tuple[Notice, ...] = ()
    """What was assumed, changed or unknown."""
    code: str = ""
    """The version of the program."""
    instruction_set: str = ""
    """The processor path its kernels took, where it has kernels."""
    cpu_s: float = 0.0
    """Processor time of all threads; 0 where the stage was not repeated."""
    wall_s: float = 0.0
    """Time on the clock; 0 where the stage was not repeated."""
    peak_bytes: int | None = None
    """Largest memory of the whole program meanwhile; ``None`` where the system does not tell."""
    is_reused: bool = False
    """Whether it was taken from an earlier run that did the same."""
    file: str = ""
    """Its store in the run's folder."""


@dataclass(frozen=True)
class ReplicaRecord:
    """How one stage's result varies when the raw data's noise is drawn anew."""

    name: str
    """How the chain calls the stage."""
    type: str
    """The type of its result."""
    n: int
    """How many replicas there were."""
    deviation: float
    """Standard deviation from one replica to the next; of many numbers, their mean."""
    unit: str = ""
    """Unit of value and deviation."""
    value: float | None = None
    """Of a measurement: what the run itself found."""
    interval: tuple[float, float] | None = None
    """Of a measurement: the 95 % interval around it (Student's t)."""
    file: str = ""
    """Of an image, the store of each voxel's standard deviation; of a curve, the store of the run's
    curve with the 95 % interval of each point."""
    key: str = ""
    """Of an image or a curve: SHA-256 of the content of that store."""


@dataclass(frozen=True)
class RunRecord:
    """What a whole run did: the content of ``run.json``."""

    chain: str
    """The text of the chain."""
    chain_sha256: str
    """The hash of the text."""
    inputs: tuple[InputRecord, ...]
    """What was given."""
    stages: tuple[StageRecord, ...]
    """What was done, in order."""
    replicas: tuple[ReplicaRecord, ...] = ()
    """How results vary with the noise, where replicas were asked for."""
    versions: dict[str, str] = field(default_factory=lambda: _versions())
    """Versions of the program, of Python and of the libraries that compute."""
    machine: dict[str, Any] = field(default_factory=lambda: _machine())
    """The kind of machine; nothing that names it."""


def write_record(record: RunRecord, folder: Path) -> None:
    """Write ``run.json`` into a folder."""
    text = json.dumps(plain_record(record), indent=2, ensure_ascii=False, allow_nan=False)
    (folder / FILE).write_text(text + "\n", encoding="utf-8")


def plain_record(record: RunRecord) -> dict[str, Any]:
    """Return a record as plain data, as it stands in ``run.json``."""
    return {"format": FORMAT, **dataclasses.asdict(record)}


def read_record(folder: str | Path) -> RunRecord:
    """Return what ``run.json`` of a run's folder says.

    Raises
    ------
    FormatError
        When the folder holds no run, or its record is damaged or of another format.
    """
    path = Path(folder) / FILE
    if not path.is_file():
        raise FormatError(f"{folder} is not the folder of a run: it holds no {FILE}")
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        if table.pop("format") != FORMAT:
            raise FormatError(f"{path} is of another format than {FORMAT}; update Diaphane")
        inputs = tuple(InputRecord(**_with_notices(i)) for i in table.pop("inputs"))
        stages = tuple(StageRecord(**_with_notices(s)) for s in table.pop("stages"))
        replicas = tuple(ReplicaRecord(**_with_interval(r)) for r in table.pop("replicas", ()))
        record = RunRecord(inputs=inputs, stages=stages, replicas=replicas, **table)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise FormatError(f"{path} is damaged: {error}") from None
    for part in (*record.inputs, *record.stages, *record.replicas):
        if not isinstance(part.file, str) or Path(part.file).name != part.file:
            raise FormatError(f"{path} names a file outside its folder: {part.file!r}")
    return record


def _with_notices(table: dict[str, Any]) -> dict[str, Any]:
    notices = tuple(Notice(n["code"], n["values"]) for n in table["notices"])
    lists = {key: tuple(value) for key, value in table.items() if key == "of"}
    return {**table, **lists, "notices": notices}


def _with_interval(table: dict[str, Any]) -> dict[str, Any]:
    bounds = table["interval"]
    return {**table, "interval": None if bounds is None else (float(bounds[0]), float(bounds[1]))}


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "unknown"
    return versions


def _machine() -> dict[str, Any]:
    return {
        "system": platform.system(),
        "processor": platform.machine(),
        "n_processors": os.cpu_count() or 1,
    }
