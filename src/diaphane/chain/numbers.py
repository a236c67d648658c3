"""Numbers as each language writes them: ``1,234.5 HU`` and ``1 234,5 UH``."""

import math

import numpy as np

NARROW_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"


def number_words(value: float, language: str, *, digits: int = 6) -> str:
    """Return a number as a language writes it.

    Parameters
    ----------
    value : number
        Whole numbers are written whole.
    language : {"en", "fr"}
        English groups thousands with commas; French with narrow spaces, and its decimal sign is
        the comma.
    digits : int
        Significant digits of a number that is not whole.

    Examples
    --------
    >>> number_words(12345.678, "en"), number_words(0.5, "fr"), number_words(-20, "en")
    ('12,345.7', '0,5', '−20')
    """
    if not math.isfinite(value):
        return str(value)
    if isinstance(value, int) or float(value).is_integer():
        text = f"{int(value):,}"
    else:
        digits = max(digits, len(str(abs(int(value)))))
        plain = np.format_float_positional(value, digits, unique=False, fractional=False, trim="-")
        whole, _, decimals = plain.partition(".")
        sign = "-" if value < 0 else ""
        text = f"{sign}{abs(int(whole)):,}" + (f".{decimals}" if decimals else "")
    text = text.replace("-", "−")
    if language == "fr":
        text = text.replace(",", NARROW_SPACE).replace(".", ",")
    return text


def with_unit(number: str, unit: str) -> str:
    """Return a number and its unit, which stay on one line: ``412 HU``, but ``30°``."""
    if not unit:
        return number
    return number + unit if unit == "°" else f"{number}{NO_BREAK_SPACE}{unit}"
