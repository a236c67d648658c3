"""What is wrong with a chain, told by stage and key."""

from collections.abc import Sequence
from dataclasses import dataclass

from diaphane.errors import ChainError

MOST_TOLD = 8
"""How many faults one message tells; the rest are counted."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, where it is, and what would mend it."""

    message: str
    """What was expected, what came, the mend."""
    stage: int = 0
    """Number of the stage, from 1; 0 for what stands outside the stages."""
    name: str = ""
    """The stage's name, as far as it is known."""
    key: str = ""
    """The key within the stage, or at the top of the text, that is to be mended."""

    def __str__(self) -> str:
        """Return ``stage 2 (bone): low must be <= 3000, got 9000``."""
        if not self.stage:
            return self.message
        place = f"stage {self.stage} ({self.name})" if self.name else f"stage {self.stage}"
        return f"{place}: {self.message}"


def refuse(faults: Sequence[Fault], source: str = "") -> None:
    """Raise one :class:`~diaphane.errors.ChainError` that tells all `faults`, if there are any.

    Parameters
    ----------
    faults : sequence of Fault
        What is wrong.
    source : str
        The file in which it is wrong, where there is one.
    """
    if not faults:
        return
    told = "; ".join(str(f) for f in faults[:MOST_TOLD])
    if len(faults) > 1:
        told = f"{len(faults)} faults: {told}"
    if len(faults) > MOST_TOLD:
        told += f"; and {len(faults) - MOST_TOLD} more"
    if source:
        told = f"{source}: {told}"
    raise ChainError(told, tuple(faults))
