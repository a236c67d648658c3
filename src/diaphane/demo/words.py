"""The page's words, each in English and French, as HTML that shows the language chosen."""

import tomllib
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib import resources
from typing import Any

from diaphane.image import Measurement


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


def words(key: str, **values: Any) -> Both:
    """Return the page's text called `key`, its placeholders filled with `values`.

    A number is written as each language writes it; a :class:`Both` gives its own language.
    """
    filled = {}
    for language in ("en", "fr"):
        local = {name: _say(value, language) for name, value in values.items()}
        filled[language] = _texts(language)[key].format(**local)
    return Both(**filled)


def number(value: float, digits: int = 0, unit: str = "") -> Both:
    """Return a number with `digits` decimals and its unit: ``21.4 mL`` and ``21,4 mL``."""
    return Both(
        en=_with_unit(localized(value, digits, "en"), unit),
        fr=_with_unit(localized(value, digits, "fr"), unit),
    )


def measured(found: Measurement, digits: int | None = None) -> Both:
    """Return a measurement with as many digits as its interval allows: ``412 ± 6 HU``."""
    if found.interval is None:
        return number(found.value, 2 if digits is None else digits, found.unit)
    half = (found.interval[1] - found.interval[0]) / 2
    shown = _digits(half) if digits is None else digits
    texts = {
        code: f"{localized(found.value, shown, code)} ± {localized(half, shown, code)}"
        for code in ("en", "fr")
    }
    return Both(**{code: _with_unit(text, found.unit) for code, text in texts.items()})


def localized(value: float, digits: int, language: str) -> str:
    """Return a number as English or French writes it: ``1,234.5`` or ``1 234,5``."""
    text = f"{value:,.{digits}f}".replace("-", "−")
    if language == "fr":
        text = text.replace(",", "\u202f").replace(".", ",")
    return text


def _digits(half_width: float) -> int:
    """Return the decimals that keep one or two leading digits of an interval's half width."""
    digits = 0
    while digits < 4 and half_width * 10**digits < 2:
        digits += 1
    return digits


def _with_unit(text: str, unit: str) -> str:
    return f"{text}\u00a0{unit}" if unit else text


def _say(value: Any, language: str) -> str:
    if isinstance(value, Both):
        return value.en if language == "en" else value.fr
    if isinstance(value, int):
        return localized(value, 0, language)
    if isinstance(value, float):
        return localized(value, 1, language)
    return str(value)


@cache
def _texts(language: str) -> dict[str, str]:
    path = resources.files("diaphane") / "explain" / language / "demo.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))["page"]
