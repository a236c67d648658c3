"""What readers of projections share: the options of a camera, and the beam they give.

Files of projections rarely say how the camera looked at the body. Diaphane's columns run to the
right as seen from the source, its rows upward, and its angle is that of the gantry, which turns
counterclockwise seen from above (:mod:`diaphane.ct`). The options here say what the file means;
what is assumed is said in a notice.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray
from diaphane.ct import Detector, ParallelBeam
from diaphane.errors import FormatError, OptionError
from diaphane.notices import notice

AngleUnit = Literal["deg", "rad"]
Rows = Literal["downward", "upward"]
BodyTurns = Literal["clockwise", "counterclockwise"]


@dataclass(frozen=True)
class Camera:
    """How a camera looked at the body, as far as somebody said it."""

    pixel_mm: float | None = None
    """Width and height of a pixel; 1 mm is assumed where nobody says."""
    center_column: float | None = None
    """The column, not rounded, where the axis of rotation is seen; by default the middle."""
    rows: Rows = "downward"
    """Which way the file's rows run: ``downward``, as in most pictures, or ``upward``."""
    body_turns: BodyTurns = "clockwise"
    """Which way the body turns as the angles grow, seen from above."""

    def __post_init__(self) -> None:
        if self.pixel_mm is not None and not (np.isfinite(self.pixel_mm) and self.pixel_mm > 0):
            raise OptionError(f"pixel_mm must be > 0, got {self.pixel_mm}")

    def beam(self, angles_rad: DoubleArray, n_rows: int, n_columns: int) -> ParallelBeam:
        """Return the parallel beam of views with these angles, and say what was assumed."""
        if self.pixel_mm is None:
            notice("formats.pixel_size_assumed", pixel_mm=1)
        if self.center_column is None:
            notice("formats.center_assumed", center_column=(n_columns - 1) / 2)
        center = float("nan") if self.center_column is None else self.center_column
        pixel_mm = self.pixel_mm or 1.0
        detector = Detector(n_rows, n_columns, pixel_mm, pixel_mm, center_column=center)
        sign = 1 if self.body_turns == "clockwise" else -1
        return ParallelBeam(sign * angles_rad, detector)

    def turn_upright(self, views: AnyArray) -> AnyArray:
        """Turn the rows of views (n, rows, columns) upward, in place, and return the views."""
        if self.rows == "downward":
            for view in views:
                view[...] = view[::-1].copy()
        return views


def read_angles(path: Path, unit: AngleUnit) -> DoubleArray:
    """Read a text file of angles, separated by blanks, commas or new lines, into radians."""
    angles: list[float] = []
    for i, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        for word in re.split(r"[\s,;]+", line.partition("#")[0].strip()):
            try:
                angles += [float(word)] if word else []
            except ValueError:
                raise FormatError(
                    f"{path.name}: line {i} must be an angle, got {word[:20]!r}"
                ) from None
    return in_radians(np.array(angles), unit)


def in_radians(angles: AnyArray, unit: AngleUnit) -> DoubleArray:
    """Return angles of a file in radians."""
    angles = np.asarray(angles, dtype=np.float64).reshape(-1)
    return np.deg2rad(angles) if unit == "deg" else angles


def kept_angles(
    angles_rad: DoubleArray, n_views: int, *, skip_first: int, skip_last: int, source: str
) -> DoubleArray:
    """Return the angles that belong to the views, as the options say; never a guess.

    Raises
    ------
    OptionError
        When what is left is not one angle per view.
    """
    if skip_first < 0 or skip_last < 0:
        raise OptionError(
            f"skip_first_angles and skip_last_angles must be >= 0, got {skip_first}, {skip_last}"
        )
    kept = angles_rad[skip_first : len(angles_rad) - skip_last]
    if len(kept) != n_views:
        left = f", {len(kept)} after skipping," if skip_first or skip_last else ""
        raise OptionError(
            f"{source} holds {len(angles_rad)} angles{left} for {n_views} projections; "
            f"skip_first_angles= and skip_last_angles= must leave one angle per projection"
        )
    return kept
