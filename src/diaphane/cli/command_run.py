"""``diaphane run``: a chain on somebody's data."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from diaphane.cli.arguments import Flag, Language, Name, Output, Texts, read_options, user_steps
from diaphane.cli.display import progress_shown, show, show_json, show_table
from diaphane.errors import InputError

if TYPE_CHECKING:
    from diaphane.chain import Chain, Run
    from diaphane.chain.registry import AnyStep


def run(
    chain: Name = "",
    /,
    *data: str,
    output: Output,
    set_: Annotated[Texts, Parameter(name="--set")] = (),
    from_: Annotated[Path | None, Parameter(name="--from")] = None,
    read: Texts = (),
    steps: Texts = (),
    replicas: int = 0,
    overwrite: Flag = False,
    language: Language = "en",
    json: Flag = False,
) -> None:
    """Run a chain on your data and record every stage.

    Parameters
    ----------
    chain
        The name of a chain that comes with Diaphane, or the path of a .toml file.
    data
        FILE, or NAME=FILE where the chain takes several inputs; one may be many files.
    output
        The new folder: each stage, without loss, and run.json, the record.
    set_
        An option to set anew: stage.option=value. May be repeated.
    from_
        The folder of an earlier run, to run again; only what differs is done.
    read
        An option for reading the data: option=value or NAME.option=value.
    steps
        A Python module, or a .py file, with steps of your own.
    replicas
        Run again so many times on raw data with its noise drawn anew, at least 2: every
        measurement and point of a curve gets an interval, every voxel a standard deviation.
    overwrite
        Replace the output folder, if Diaphane wrote it.
    language
        The language of notices.
    json
        Print the record instead of a summary.
    """
    from diaphane import chain as chains
    from diaphane.chain.records import plain_record
    from diaphane.chain.runner import PROGRESS

    own = user_steps(steps)
    overrides = dict(chains.parse_override(text) for text in set_)
    if from_ is not None:
        if chain:
            raise InputError(f"--from takes chain and data from {from_}; leave out {chain}")
        wanted = chains.open_run(from_, steps=own).chain
    elif chain:
        wanted = chains.load(chain)
    else:
        raise InputError("name a chain and its data, or --from an earlier run")
    wanted = chains.with_options(wanted, overrides)
    chains.check(wanted, steps=own)
    with progress_shown(names=[s.name for s in wanted.stages], label=PROGRESS):
        if from_ is not None:
            done = chains.replay(
                from_,
                output,
                overrides=overrides,
                steps=own,
                overwrite=overwrite,
                replicas=replicas,
            )
        else:
            inputs = _read_inputs(wanted, data, read, own)
            done = chains.run(
                wanted, inputs, output, steps=own, overwrite=overwrite, replicas=replicas
            )
    if json:
        show_json(plain_record(done.record))
    else:
        _show_summary(done, language)


def _read_inputs(
    wanted: "Chain", given: Sequence[str], read: Sequence[str], steps: Sequence["AnyStep"]
) -> dict[str, Any]:
    """Read the data named on the command line, each for the input it is meant for."""
    from diaphane import formats
    from diaphane.chain.registry import foreign_types
    from diaphane.formats.signatures import is_store

    files = _files(wanted, given)
    types = foreign_types(steps)
    inputs = {}
    for name, paths in files.items():
        is_own = types and is_store(paths[0])
        options: dict[str, Any] = {"types": types} if is_own else read_options(read, name)
        inputs[name] = formats.read(paths[0] if len(paths) == 1 else paths, **options)
    return inputs


def _files(wanted: "Chain", given: Sequence[str]) -> Mapping[str, list[Path]]:
    """Return the files of each input: ``FILE`` for the only one, ``NAME=FILE`` for one of many."""
    from diaphane.options import nearest

    names = [i.name for i in wanted.inputs]
    files: dict[str, list[Path]] = {}
    for text in given:
        name, sign, path = text.partition("=")
        if not (sign and name in names):
            if sign and names and name.isidentifier() and not Path(text).exists():
                raise InputError(f"{text}: the chain has no input {name!r}: {nearest(name, names)}")
            if len(names) != 1:
                takes = ", ".join(f"{n}=FILE" for n in names) or "no data"
                raise InputError(f"this chain takes {takes}; got {text!r}")
            name, path = names[0], text
        files.setdefault(name, []).append(Path(path).expanduser())
    for name in names:
        if name not in files:
            raise InputError(f"the chain needs the input {name!r}; give {name}=FILE")
    return files


def _show_summary(done: "Run", language: Language) -> None:
    from diaphane.chain import notice_words
    from diaphane.image import Measurement

    rows = []
    for stage in done.record.stages:
        cost = "reused" if stage.is_reused else f"{stage.cpu_s:.2f} s"
        found = str(done[stage.name]) if stage.type == "image.Measurement" else ""
        rows.append((stage.file, stage.step, cost, found))
    show_table(rows)
    for varied in done.record.replicas:
        if varied.interval is not None and varied.value is not None:
            found = str(Measurement(varied.value, varied.unit, varied.interval))
        else:
            found = f"varies by {Measurement(varied.deviation, varied.unit)}"
        show(f"{varied.n} replicas: {varied.name} {found}")
    said = [n for part in (*done.record.inputs, *done.record.stages) for n in part.notices]
    for notice in dict.fromkeys(notice_words(n, language) for n in said):
        show(f"note: {notice}")
    show(f"written to {done.folder}")
