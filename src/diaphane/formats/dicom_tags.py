"""Single tags of a DICOM header, checked: what is missing, malformed or not finite is told."""

from pathlib import Path
from typing import Any

import numpy as np
from pydicom.datadict import dictionary_description, tag_for_keyword
from pydicom.dataset import Dataset

from diaphane.arrays import DoubleArray
from diaphane.errors import FormatError


class Tags:
    """The tags of one dataset (a file, or an item of a sequence in it), of one file."""

    def __init__(self, dataset: Dataset, path: Path) -> None:
        self.dataset = dataset
        self.path = path

    def has(self, keyword: str) -> bool:
        """Whether the tag is there and holds something."""
        return self._value(keyword) is not None

    def text(self, keyword: str) -> str:
        """Return a tag as text without blanks around it; empty where it is not there."""
        value = self._value(keyword)
        return "" if value is None else str(value).strip()

    def texts(self, keyword: str) -> tuple[str, ...]:
        """Return a tag of several texts."""
        value = self._value(keyword)
        if value is None:
            return ()
        parts = [value] if isinstance(value, str) else list(value)
        return tuple(str(part).strip() for part in parts)

    def numbers(self, keyword: str, n: int) -> DoubleArray | None:
        """Return a tag of `n` finite numbers; ``None`` where it is not there."""
        value = self._value(keyword)
        if value is None:
            return None
        try:
            numbers = np.atleast_1d(np.asarray(value, dtype=np.float64))
        except (TypeError, ValueError):
            raise self.error(keyword, f"must be {_count(n)}, got {value!r}") from None
        if numbers.shape != (n,) or not np.isfinite(numbers).all():
            raise self.error(keyword, f"must be {_count(n)}, got {numbers.tolist()}")
        return numbers

    def number(self, keyword: str) -> float | None:
        """Return a tag of one finite number; ``None`` where it is not there."""
        numbers = self.numbers(keyword, 1)
        return None if numbers is None else float(numbers[0])

    def whole(self, keyword: str, *, low: int = 0, default: int | None = None) -> int:
        """Return a tag of one whole number >= `low`; without `default` it must be there."""
        number = self.number(keyword)
        if number is None:
            if default is None:
                raise self.error(keyword, "is missing")
            return default
        if number != int(number) or number < low:
            raise self.error(keyword, f"must be a whole number >= {low}, got {number:g}")
        return int(number)

    def items(self, keyword: str) -> "tuple[Tags, ...]":
        """Return the items of a sequence; none where it is not there."""
        value = self._value(keyword)
        return tuple(Tags(item, self.path) for item in value) if value is not None else ()

    def error(self, keyword: str, said: str) -> FormatError:
        """Return the error that names file and tag, and says what is wrong with it."""
        return FormatError(f"{self.path.name}: {name_of_tag(keyword)} {said}")

    def _value(self, keyword: str) -> Any:
        try:
            value = self.dataset.get(keyword)
        except (TypeError, ValueError, OverflowError) as error:
            raise self.error(keyword, f"cannot be understood: {error}") from error
        if value is None or (hasattr(value, "__len__") and len(value) == 0):
            return None
        return value


def name_of_tag(keyword: str) -> str:
    """Return ``Pixel Spacing (0028,0030)`` for ``PixelSpacing``."""
    tag = tag_for_keyword(keyword) or 0
    return f"{dictionary_description(tag)} ({tag >> 16:04x},{tag & 0xFFFF:04x})"


def _count(n: int) -> str:
    return "one finite number" if n == 1 else f"{n} finite numbers"
