"""One number for many cases: the mean of its measurements, with a bootstrap interval.

The interval of one case knows nothing of how patients differ. Over cases, each a patient or a
scan of its own, the bootstrap draws as many cases again, with replacement, and looks how the mean
scatters.

References
----------
B. Efron and R. J. Tibshirani, *An Introduction to the Bootstrap*, Chapman & Hall, 1993, chapter 13.
"""

from collections.abc import Sequence

import numpy as np

from diaphane.errors import InputError
from diaphane.image import Measurement

_RESAMPLES = 10_000


def over_cases(measurements: Sequence[Measurement], *, seed: int = 0) -> Measurement:
    """Return the mean of one measurement over cases, with its 95 % bootstrap interval.

    Parameters
    ----------
    measurements : sequence of Measurement
        The same number of each case, in one unit; at least two cases.
    seed : int
        Of the random draws.

    Returns
    -------
    Measurement
        The mean; the interval holds the middle 95 % of the means of 10 000 samples of cases drawn
        with replacement (the percentile bootstrap), which is somewhat narrow below ten cases.

    Raises
    ------
    InputError
        With fewer than two cases, numbers that are not finite, or of different names or units.

    Examples
    --------
    >>> print(over_cases([Measurement(x, "mm") for x in (1.0, 2.0, 3.0)]))
    2 mm [1, 3]
    """
    if len(measurements) < 2:
        raise InputError(f"over_cases needs at least 2 cases, got {len(measurements)}")
    kinds = {(m.name, m.unit) for m in measurements}
    if len(kinds) > 1:
        told = " and ".join(
            f"{name or 'a number'} in {unit or '1'}" for name, unit in sorted(kinds)
        )
        raise InputError(f"over_cases takes one measurement of each case, got {told}")
    values = np.array([m.value for m in measurements], dtype=np.float64)
    if not np.isfinite(values).all():
        bad = int(np.flatnonzero(~np.isfinite(values))[0])
        raise InputError(f"over_cases takes finite numbers, case {bad} is {values[bad]}")
    n = len(values)
    drawn = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=_RESAMPLES)
    low, high = np.percentile(drawn @ values / n, (2.5, 97.5))
    first = measurements[0]
    return Measurement(float(values.mean()), first.unit, (float(low), float(high)), first.name)
