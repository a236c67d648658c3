"""What may be read: a file, a folder, an archive, or a list of files; and its short name."""

from collections.abc import Sequence
from pathlib import Path

Source = str | Path | Sequence[str | Path]
"""A file, a folder, an archive, or a list of files."""


def name_of(source: Source) -> str:
    """Return a short name for a source: that of the file or folder; of a list, also its length."""
    if isinstance(source, str | Path):
        path = Path(source)
        return path.name or path.resolve().name
    files = [Path(p) for p in source]
    return f"{files[0].resolve().parent.name} ({len(files)} files)" if files else "nothing"
