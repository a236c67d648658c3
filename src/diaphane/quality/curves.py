"""Curves: one quantity over another, with the interval of each point, and numbers read off them."""

from dataclasses import dataclass, field
from typing import Annotated

import numpy as np

from diaphane.arrays import DoubleArray, frozen
from diaphane.errors import InputError
from diaphane.history import History
from diaphane.image import Measurement
from diaphane.options import Range
from diaphane.step import step


@dataclass(frozen=True, eq=False)
class Curve:
    """One quantity over another: a modulation transfer, a spectrum of noise, a profile."""

    x: DoubleArray
    """Shape (n,), growing."""
    y: DoubleArray
    """Shape (n,)."""
    x_unit: str
    """Unit of `x`; empty for a ratio."""
    y_unit: str
    """Unit of `y`; empty for a ratio."""
    low: DoubleArray | None = None
    """Lower bound of the 95 % interval of each point, where it is known."""
    high: DoubleArray | None = None
    """Upper bound."""
    x_name: str = ""
    """What `x` measures."""
    name: str = ""
    """What `y` measures."""
    history: History | None = field(default=None, init=False, repr=False)
    """How it was made."""

    def __post_init__(self) -> None:
        x = np.array(self.x, dtype=np.float64)
        if x.ndim != 1 or not len(x) or (np.diff(x) <= 0).any():
            raise InputError("Curve.x must be a growing list of numbers")
        if (self.low is None) != (self.high is None):
            raise InputError("Curve needs both low and high, or neither")
        for name in ("x", "y", "low", "high"):
            values = getattr(self, name)
            if values is None:
                continue
            values = np.array(values, dtype=np.float64)
            if values.shape != x.shape or not np.isfinite(values).all():
                raise InputError(
                    f"Curve.{name} must be {len(x)} finite numbers, got shape {values.shape}"
                )
            object.__setattr__(self, name, frozen(values))


@step(version=1)
def falls_to(curve: Curve, *, level: Annotated[float, Range(0.01, 0.99)] = 0.1) -> Measurement:
    """Return where a curve first falls to a share of its first value.

    Parameters
    ----------
    curve : Curve
        A modulation transfer function, or another curve that begins high.
    level : number
        The share of the first value: 0.5 and 0.1 are usual for a modulation transfer.

    Returns
    -------
    Measurement
        In the unit of `x`, interpolated linearly. The interval is where the bounds of the curve
        fall to the same value.

    Raises
    ------
    InputError
        When the curve does not fall so far.

    Examples
    --------
    >>> curve = Curve(np.arange(3.0), np.array([1.0, 0.6, 0.2]), "1/mm", "")
    >>> print(falls_to(curve, level=0.4))
    1.5 1/mm
    """
    target = level * curve.y[0]
    found = _first_below(curve.x, curve.y, target)
    if found is None:
        raise InputError(
            f"quality.falls_to: the curve must fall to {level:g} of its first value, it ends at "
            f"{curve.y[-1] / curve.y[0]:.3g}: raise level"
        )
    interval = None
    if curve.low is not None and curve.high is not None:
        low = _first_below(curve.x, curve.low, target)
        high = _first_below(curve.x, curve.high, target)
        interval = (float(curve.x[0]) if low is None else low,
                    float(curve.x[-1]) if high is None else high)  # fmt: skip
    return Measurement(found, curve.x_unit, interval, f"{curve.name} {level:g}".strip())


@step(version=1)
def width_at(curve: Curve, *, level: Annotated[float, Range(0.01, 0.99)] = 0.5) -> Measurement:
    """Return how wide the highest peak of a curve is at a share of its height.

    Parameters
    ----------
    curve : Curve
        A profile that falls on both sides of its highest point.
    level : number
        The share of the height: 0.5 gives the full width at half maximum.

    Returns
    -------
    Measurement
        In the unit of `x`, between points by a cubic spline; the interval from the bounds of the
        curve.

    Raises
    ------
    InputError
        When the curve does not fall so far on both sides.
    """
    x, y = _finer(curve.x, curve.y)
    target = level * float(y.max())
    found = _width(x, y, target)
    if found is None:
        raise InputError(
            f"quality.width_at: the profile must fall to {level:g} of its height on both sides: "
            f"measure it over a longer way"
        )
    interval = None
    if curve.low is not None and curve.high is not None:
        low, high = (_width(*_finer(curve.x, y), target) for y in (curve.low, curve.high))
        interval = (low or 0.0, float(np.ptp(curve.x)) if high is None else high)
    return Measurement(found, curve.x_unit, interval, f"width at {level:g}")


def _finer(x: DoubleArray, y: DoubleArray) -> tuple[DoubleArray, DoubleArray]:
    """Return a curve at sixteen times as many points: its top may lie between two."""
    if len(x) < 4:
        return x, y
    from scipy.interpolate import CubicSpline

    place = np.linspace(0, len(x) - 1, 16 * (len(x) - 1) + 1)
    finer = np.interp(place, np.arange(len(x)), x)
    return finer, np.asarray(CubicSpline(x, y)(finer))


def _first_below(x: DoubleArray, y: DoubleArray, target: float) -> float | None:
    below = np.flatnonzero(y <= target)
    if not len(below):
        return None
    k = int(below[0])
    if k == 0:
        return float(x[0])
    return float(x[k - 1] + (x[k] - x[k - 1]) * (y[k - 1] - target) / (y[k - 1] - y[k]))


def _width(x: DoubleArray, y: DoubleArray, target: float) -> float | None:
    top = int(y.argmax())
    if y[top] <= target:
        return 0.0
    after = _first_below(x[top:], y[top:], target)
    before = _first_below(-x[top::-1], y[top::-1], target)
    return None if after is None or before is None else after + before
