"""Every error that Diaphane raises on purpose.

::

    DiaphaneError
    ├── InputError (ValueError)      a value does not fit where it was given
    │   ├── OptionError              an option of a step is unknown or out of its bounds
    │   ├── QuantityError            a value carries another quantity than the step expects
    │   └── GeometryError            grids, spacings, angles or positions that cannot be right
    ├── FormatError                  a file cannot be read as what it should be
    ├── ChainError                   the text of a chain is not a chain
    ├── OutputError                  a result cannot be written where it was asked to go
    └── Cancelled                    the work was stopped by whoever asked for it

A message is one sentence that gives the parameter or the place, what was expected, what came
and the mend: ``detector_spacing_mm must be > 0, got -0.5``.
"""

from typing import Any


class DiaphaneError(Exception):
    """Base of all errors that Diaphane raises on purpose."""


class InputError(DiaphaneError, ValueError):
    """A value does not fit where it was given."""


class OptionError(InputError):
    """An option of a step is unknown or out of its bounds."""


class QuantityError(InputError):
    """A value carries another quantity than the step expects."""


class GeometryError(InputError):
    """Grids, spacings, angles or positions cannot be right."""


class FormatError(DiaphaneError):
    """A file cannot be read as what it should be."""


class ChainError(DiaphaneError):
    """The text of a chain is not a chain.

    Attributes
    ----------
    faults : tuple of diaphane.chain.Fault
        Each thing that is wrong, with its stage and key, where there are several to tell.
    """

    def __init__(self, message: str, faults: tuple[Any, ...] = ()) -> None:
        super().__init__(message)
        self.faults = faults


class OutputError(DiaphaneError):
    """A result cannot be written where it was asked to go."""


class Cancelled(DiaphaneError):
    """The work was stopped by whoever asked for it."""
