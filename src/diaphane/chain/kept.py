"""Values that a run has made or found: in memory, in a store, or both; told apart by key."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from diaphane.chain.checking import Flow
from diaphane.chain.records import StageRecord
from diaphane.errors import FormatError
from diaphane.history import history_of
from diaphane.notices import Notice


@dataclass
class Kept:
    """One value, held in memory, or read from its store when it is needed."""

    key: str
    """The key of how it was made, or of its content for a source."""
    flow: Flow
    """Its type and quantity."""
    value: Any = None
    """The value, while it is in memory."""
    path: Path | None = None
    """Its store, where it has one."""
    origin: Path | None = None
    """The store of an earlier run that `path` is a second name of, while the folder is made."""
    types: tuple[type, ...] = ()
    """Types of a user's own that the store may hold."""
    source: str = ""
    """For what came from no step: the file's or the maker's name."""
    notices: tuple[Notice, ...] = ()
    """What had to be said on the way here."""

    @classmethod
    def of(cls, value: Any) -> "Kept":
        """Return a value in memory as kept."""
        flow = Flow((type(value),), getattr(value, "quantity", None))
        made = history_of(value)
        said = tuple(n for history in made.walk() for n in history.notices)
        return cls(made.key, flow, value, source=made.name or made.step, notices=said)

    def load(self) -> Any:
        """Return the value, from its store where it is not in memory, and keep it in memory.

        Raises
        ------
        FormatError
            When the store is damaged, or holds something else than it held when it was written.
        """
        if self.value is None and self.path is not None:
            from diaphane.formats import read_store

            try:
                value = read_store(self.path, types=self.types)
            except FormatError as error:
                said = str(error).replace(str(self.path), str(self.origin or self.path))
                raise FormatError(f"{said}; {self._mend}") from error
            if history_of(value).key != self.key:
                raise FormatError(
                    f"{self.origin or self.path} does not hold what run.json beside it says; "
                    f"{self._mend}"
                )
            self.value = value
        return self.value

    def drop(self) -> None:
        """Free the memory, where the value can be read from its store again."""
        if self.path is not None:
            self.value = None

    def move(self, folder: Path) -> None:
        """Say that the store stands in another folder now, under the same name."""
        if self.path is not None:
            self.path, self.origin = folder / self.path.name, None

    @property
    def _mend(self) -> str:
        """What to do about a store that cannot be read: only what a step made can be remade."""
        if self.source:
            return "run the chain anew on the original data"
        return "delete that file, and running again from its folder makes it again"


class Memo:
    """What was already made, by key, so that no stage is done twice.

    Give one memo to several runs, and stages that are the same in them run once. It keeps values
    that live in no folder in memory, for as long as it lives itself.
    """

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Kept, StageRecord, _Stamp]] = {}

    def find(self, key: str) -> tuple[Kept, StageRecord] | None:
        """Return what was made under `key`, with its record; ``None`` if it is no longer there."""
        if key not in self._kept:
            return None
        kept, record, stamp = self._kept[key]
        if kept.path is None or (stamp and _stamp(kept.path) == stamp):
            return kept, record
        return None

    def add(self, kept: Kept, record: StageRecord) -> None:
        """Remember a stage's value."""
        self._kept[kept.key] = (kept, record, _stamp(kept.path))

    def __len__(self) -> int:
        """How many values are remembered."""
        return len(self._kept)


_Stamp = tuple[int, int, int] | None


def _stamp(path: Path | None) -> _Stamp:
    """Return what tells whether a file is still the same one: it may be moved, not written anew."""
    try:
        found = path.stat() if path else None
    except OSError:
        return None
    return (found.st_ino, found.st_size, found.st_mtime_ns) if found else None
