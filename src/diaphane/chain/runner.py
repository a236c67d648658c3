"""The work of a run: stage after stage, each made once, stored, and freed when nobody needs it."""

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from diaphane.chain.checking import CheckedChain, CheckedStage
from diaphane.chain.cost import measured
from diaphane.chain.kept import Kept, Memo
from diaphane.chain.records import InputRecord, RunRecord, StageRecord
from diaphane.chain.registry import AnyStep, foreign_types, type_name
from diaphane.errors import FormatError, InputError
from diaphane.history import history_of
from diaphane.image import Picture
from diaphane.progress import track

PROGRESS = "chain.run"
"""The label under which the stages of a run are counted."""
SUFFIX = ".h5"


class Runner:
    """Runs one checked chain once."""

    def __init__(
        self,
        checked: CheckedChain,
        inputs: dict[str, Kept],
        memo: Memo,
        steps: tuple[AnyStep, ...],
        folder: Path | None = None,
    ) -> None:
        self.checked = checked
        self.memo = memo
        self.types = foreign_types(steps)
        self.folder = folder
        self.kept = {name: inputs[name] for name in checked.inputs}
        """The values of inputs and stages so far, by name."""

    def run(self, label: str = PROGRESS) -> RunRecord:
        """Run all stages, counted as the parts of `label`, and return what they did."""
        chain = self.checked.chain
        inputs = tuple(self._record_input(name) for name in self.checked.inputs)
        stages = []
        for stage in track(self.checked.stages, label):
            stages.append(self._run_stage(stage))
            self._free(stage)
        return RunRecord(chain.text, chain.sha256, inputs, tuple(stages))

    def _record_input(self, name: str) -> InputRecord:
        kept = self._store(self.kept[name], f"00-{name}{SUFFIX}", compression="none")
        self.kept[name] = kept
        return InputRecord(
            name=name,
            source=kept.source,
            type=type_name(kept.flow.types[0]),
            quantity=kept.flow.quantity.label if kept.flow.quantity else "",
            key=kept.key,
            notices=kept.notices,
            file=kept.path.name if kept.path else "",
        )

    def _run_stage(self, stage: CheckedStage) -> StageRecord:
        name, step = stage.stage.name, stage.step
        parents = {port.name: self.kept[n].key for port, n in zip(step.inputs, stage.of)}
        found = self.memo.find(step.key(step.plain_options(dict(stage.options)), parents))
        if found is None:
            kept, record = self._make(stage)
        else:
            kept, record = found
            record = replace(
                record, step=step.name, cpu_s=0.0, wall_s=0.0, peak_bytes=None, is_reused=True
            )
        kept = self._store(kept, f"{stage.stage.number:02d}-{name}{SUFFIX}")
        record = replace(record, name=name, of=stage.of, file=kept.path.name if kept.path else "")
        self.kept[name] = kept
        if found is None:
            self.memo.add(kept, record)
        return record

    def _make(self, stage: CheckedStage) -> tuple[Kept, StageRecord]:
        values = [self.kept[name].load() for name in stage.of]
        place = f"stage {stage.stage.number} ({stage.stage.name})"
        try:
            with measured() as cost:
                value = stage.step(*values, **stage.options)
        except InputError as error:
            raise type(error)(f"{place}: {error}") from error
        except MemoryError as error:
            asked = f" ({error})" if str(error) else ""  # NumPy says how much
            mend = "; a coarser grid takes less" if "grid" in stage.options else ""
            raise InputError(f"{place} needs more memory than there is{asked}{mend}") from error
        kept = Kept.of(value)
        kept.types = self.types
        made = history_of(value)
        record = StageRecord(
            name=stage.stage.name,
            step=made.step,
            version=made.version,
            of=stage.of,
            options=made.options,
            type=type_name(type(value)),
            quantity=kept.flow.quantity.label if kept.flow.quantity else "",
            key=made.key,
            notices=made.notices,
            code=made.code,
            instruction_set=made.instruction_set,
            cpu_s=cost.cpu_s,
            wall_s=cost.wall_s,
            peak_bytes=cost.peak_bytes,
        )
        return kept, record

    def _store(self, kept: Kept, name: str, **options: Any) -> Kept:
        """Return the value as kept in the run's folder, if there is one; pictures also as PNG."""
        if self.folder is None:
            return kept
        from diaphane.formats import write_png, write_store

        path = self.folder / name
        if kept.path is not None:
            _link(kept.path, path)
        else:
            write_store(kept.value, path, types=self.types, **options)
        origin = kept.origin or kept.path
        kept = replace(kept, path=path, types=self.types, origin=origin)
        if kept.flow.types == (Picture,):
            write_png(kept.load(), path.with_suffix(".png"))
        return kept

    def _free(self, stage: CheckedStage) -> None:
        """Free what no later stage takes; it can be read from its store."""
        later = self.checked.stages[stage.stage.number :]
        needed = {name for s in later for name in s.of}
        for name, kept in self.kept.items():
            if name not in needed:
                kept.drop()


def _link(source: Path, target: Path) -> None:
    """Give a store a second name; where the file system cannot, copy it. Stores never change."""
    if not source.is_file():
        raise FormatError(f"{source} is missing; run the chain anew")
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
