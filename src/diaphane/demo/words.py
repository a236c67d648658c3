"""The page's words, each in English and French, as HTML that shows the language chosen."""

import math
from dataclasses import dataclass
from html import escape
from typing import Any

from diaphane.chain.numbers import with_unit
from diaphane.chain.words import common_words, fill, room_words
from diaphane.image import Measurement

LANGUAGES = ("en", "fr")


@dataclass(frozen=True)
class Both:
    """One text in both languages."""

    en: str
    """English."""
    fr: str
    """French."""

    def __html__(self) -> str:
        """Return both, of which the page shows one."""
        en, fr = escape(self.en, quote=False), escape(self.fr, quote=False)
        return f'<span class="en" lang="en">{en}</span><span class="fr" lang="fr">{fr}</span>'

    def in_language(self, language: str) -> str:
        """Return the text in one language."""
        return self.fr if language == "fr" else self.en


def words(key: str, **values: Any) -> Both:
    """Return the page's text called `key`, its placeholders filled with `values`.

    A number is written as each language writes it; a :class:`Both` gives its own language.
    """
    texts = {}
    for language in LANGUAGES:
        local = {name: _say(value, language) for name, value in values.items()}
        texts[language] = fill(room_words("demo", language)["page"][key], local)
    return Both(**texts)


def number(value: float, digits: int = 0, unit: str = "") -> Both:
    """Return a number with `digits` decimals and its unit: ``21.4 mL`` and ``21,4 mL``."""
    return Both(*(_unit(localized(value, digits, code), unit, code) for code in LANGUAGES))


def measured(found: Measurement) -> Both:
    """Return a measurement with as many digits as its interval allows: ``412 ± 6 HU``."""
    if found.interval is None:
        return number(found.value, 3, found.unit)
    half = (found.interval[1] - found.interval[0]) / 2
    digits = _digits(half)
    value, half = round(found.value, digits), round(half, digits)
    texts = []
    for code in LANGUAGES:
        told = [localized(x, max(digits, 0), code) for x in (value, half)]
        texts.append(_unit(" ± ".join(told), found.unit, code))
    return Both(*texts)


def localized(value: float, digits: int, language: str) -> str:
    """Return a number with `digits` decimals: ``1,234.50``, and ``1 234,50`` in French."""
    text = f"{value:,.{digits}f}".replace("-", "−")
    return text.replace(",", "\u202f").replace(".", ",") if language == "fr" else text


def _digits(half_width: float) -> int:
    """Return the decimals that keep two leading digits of an interval's half width."""
    return 1 - math.floor(math.log10(half_width)) if half_width > 0 else 1


def _unit(text: str, unit: str, language: str) -> str:
    return with_unit(text, common_words(language)["units"].get(unit, unit))


def _say(value: Any, language: str) -> str:
    if isinstance(value, Both):
        return value.in_language(language)
    if isinstance(value, int | float):
        return localized(value, 0 if isinstance(value, int) else 1, language)
    return str(value)
