"""Which images belong together: the series of a folder, and the one that is asked for.

Frames of one series that differ in size or direction (the three planes of a scout) are told
apart as *stacks*; a planning view among axial sections is a stack of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from diaphane.errors import FormatError
from diaphane.formats.dicom_header import Frame, Header
from diaphane.notices import notice

_SAME_DIRECTION = 1e-3
_MOST_TOLD = 12


@dataclass(frozen=True, eq=False)
class Stack:
    """Frames of one series that have one size and one direction."""

    name: str
    """The series' UID, with ``#2`` where it is the second stack of its series."""
    frames: tuple[Frame, ...]
    """At least one, in the order of the files."""

    @property
    def header(self) -> Header:
        """The header of its first file."""
        return self.frames[0].header

    def __str__(self) -> str:
        """Return number, modality, description, size and name in one line."""
        h = self.header
        words = [h.modality, h.description, "localizer" if h.is_localizer else ""]
        said = " ".join(word for word in words if word)
        rows, columns = h.shape
        size = f"{len(self.frames)} of {rows}×{columns}"
        return f"number {h.series_number or '?'} ({said}, {size}, {self.name})"


def stacks_of(frames: Iterable[Frame]) -> tuple[Stack, ...]:
    """Return the stacks, those of one series side by side, in the order of series numbers."""
    series: dict[str, list[list[Frame]]] = {}
    for frame in frames:
        stacks = series.setdefault(frame.header.series_uid, [])
        home = next((stack for stack in stacks if _belong_together(stack[0], frame)), None)
        if home is None:
            stacks.append([frame])
        else:
            home.append(frame)
    ordered = sorted(series.items(), key=lambda item: _rank(item[1][0][0].header))
    return tuple(
        Stack(f"{uid}#{k}" if len(stacks) > 1 else uid, tuple(stack))
        for uid, stacks in ordered
        for k, stack in enumerate(stacks, 1)
    )


def choose(stacks: Sequence[Stack], series: str | int, source: str) -> Stack:
    """Return the stack that is asked for; the only one where nobody asks.

    Localizers are passed over, with a notice, where there is anything else.

    Parameters
    ----------
    stacks : sequence of Stack
        What there is; not empty.
    series : str or int
        A stack's name, a series' UID or its number; empty when there is but one.
    source : str
        The folder's name, for the message.

    Raises
    ------
    FormatError
        When none fits, or more than one does; lists them.
    """
    asked = str(series).strip()
    fitting = [stack for stack in stacks if not asked or asked in _names(stack)]
    if not fitting:
        raise FormatError(f"{source} has no series {asked!r}; there are: {_told(stacks)}")
    proper = [stack for stack in fitting if not stack.header.is_localizer]
    if len({stack.header.series_uid for stack in proper or fitting}) > 1 and asked:
        raise FormatError(
            f"{source} holds {len(proper or fitting)} series of the number {asked}, which does "
            f"not tell them apart; say which one by series=UID: {_told(proper or fitting)}"
        )
    if len(proper or fitting) > 1:
        raise FormatError(
            f"{source} holds {len(proper or fitting)} series; say which one by "
            f"series=NUMBER or UID: {_told(proper or fitting)}"
        )
    passed_over = sum(len(stack.frames) for stack in fitting) if proper else 0
    chosen = (proper or fitting)[0]
    if passed_over > len(chosen.frames):
        notice("formats.localizers_skipped", images=passed_over - len(chosen.frames))
    return chosen


def check_stack(stack: Stack) -> None:
    """Refuse what would be read wrongly."""
    _check_patient(stack)
    header = stack.header
    if "MOSAIC" in header.image_type:
        raise FormatError(
            f"{header.path.name}: it is a mosaic of Siemens, many sections tiled into one "
            f"picture, which is not read yet; convert it to NIfTI with dcm2niix"
        )
    if stack.frames[0].plane is not None:
        return
    if len({frame.header.path for frame in stack.frames}) > 1:
        raise FormatError(
            f"{stack}: its images have no Image Position (Patient) (0020,0032), so that nobody "
            f"knows their order; read one file"
        )
    if len(stack.frames) == 1:
        return
    times = header.times_s
    if times is None or (np.diff(times) <= 0).any():
        raise FormatError(
            f"{header.path.name}: its {len(stack.frames)} frames have neither positions nor "
            f"growing times (Frame Time, Frame Time Vector)"
        )


def _check_patient(stack: Stack) -> None:
    """Refuse sections of several patients; no message says who they are."""
    for which, tag in enumerate(("Patient ID (0010,0020)", "Patient's Name (0010,0010)")):
        known = [f.header for f in stack.frames if f.header.patient_marks[which]]
        for header in known:
            if header.patient_marks[which] != known[0].patient_marks[which]:
                raise FormatError(
                    f"{known[0].path.name} and {header.path.name} are of one series, but not of "
                    f"one patient: their {tag} differs; read a list of the files of one patient"
                )


def _belong_together(one: Frame, other: Frame) -> bool:
    a, b = one.header, other.header
    if (a.shape, a.is_color, a.is_localizer) != (b.shape, b.is_color, b.is_localizer):
        return False
    if one.plane is None or other.plane is None:
        return one.plane is other.plane
    for step, twin in (
        (one.plane.row_step_mm, other.plane.row_step_mm),
        (one.plane.column_step_mm, other.plane.column_step_mm),
    ):
        if np.abs(step - twin).max() > _SAME_DIRECTION * np.linalg.norm(step):
            return False
    return True


def _names(stack: Stack) -> tuple[str, ...]:
    return stack.name, stack.header.series_uid, stack.header.series_number


def _rank(header: Header) -> tuple[float, str]:
    try:
        return float(header.series_number), header.series_uid
    except ValueError:
        return float("inf"), header.series_uid


def _told(stacks: Sequence[Stack]) -> str:
    told = "; ".join(str(stack) for stack in stacks[:_MOST_TOLD])
    more = len(stacks) - _MOST_TOLD
    return f"{told}; and {more} more" if more > 0 else told
