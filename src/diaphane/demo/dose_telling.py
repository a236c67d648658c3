"""What the page says and draws of the slice at falling dose."""

import math
from collections.abc import Callable, Sequence
from html import escape

from diaphane.demo.dose import Dose, Side
from diaphane.demo.story import DoseShown, DosesShown, Shown
from diaphane.demo.words import LANGUAGES, Both, measured, number, words
from diaphane.image import Measurement

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _FOOT = 420, 230, 44, 110, 30, 40
_COLORS = {"plain": "#b3b1ac", "iterative": "#f0a63c"}


def tell_doses(doses: Sequence[Dose]) -> DosesShown:
    """Return the section of the page."""
    last = doses[-1]
    return DosesShown(
        doses=[_shown(dose) for dose in doses],
        found=words(
            "dose_found",
            dose=_label(last),
            noise_plain=measured(last.plain.noise),
            noise_iterative=measured(last.iterative.noise),
            seen_plain=_said(last.plain.seen),
            seen_iterative=_said(last.iterative.seen),
        ),
        plots=[
            _plot(doses, words("dose_plot_noise"), lambda side: side.noise),
            _plot(doses, words("dose_plot_seen"), lambda side: side.seen),
        ],
        places=[_place(k, len(doses)) for k in range(len(doses))],
    )


def _shown(dose: Dose) -> DoseShown:
    return DoseShown(
        label=_label(dose),
        plain=Shown(dose.plain.picture, words("dose_plain"), words("dose_plain_alt")),
        iterative=Shown(
            dose.iterative.picture, words("dose_iterative"), words("dose_iterative_alt")
        ),
        rows=[
            (words(f"dose_{key}"), _said(of(dose.plain)), _said(of(dose.iterative)))
            for key, of in _MEASURES.items()
        ],
    )


_MEASURES: dict[str, Callable[[Side], Measurement | None]] = {
    "noise": lambda side: side.noise,
    "seen": lambda side: side.seen,
    "sharp": lambda side: side.sharp,
}


def _label(dose: Dose) -> Both:
    photons = number(dose.photons)
    if dose.part == 1:
        return words("dose_full", photons=photons)
    return words("dose_part", part=str(dose.part), photons=photons)


def _said(found: Measurement | None) -> Both:
    """Return a measurement; with both bounds where they lie unevenly about it, as d' near 0."""
    if found is None:
        return words("dose_unmeasured")
    if found.unit or found.interval is None:
        return measured(found)
    low, high = (number(bound, 1) for bound in found.interval)
    value = number(found.value, 1)
    return Both(f"{value.en} [{low.en}, {high.en}]", f"{value.fr} [{low.fr} ; {high.fr}]")


def _place(k: int, n: int) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * k / max(n - 1, 1)


def _plot(doses: Sequence[Dose], title: Both, of: Callable[[Side], Measurement | None]) -> str:
    """Return one plot as SVG: no box, lines labeled at their ends, intervals as bars."""
    sides = {"plain": [of(d.plain) for d in doses], "iterative": [of(d.iterative) for d in doses]}
    most = max(_bounds(m)[1] for found in sides.values() for m in found if m is not None)

    def y(value: float) -> float:
        return _HEIGHT - _FOOT - (_HEIGHT - _FOOT - _TOP) * max(value, 0.0) / most

    parts = [_text(0, 16, title, "start")]
    tick = _tick(most)
    for k in range(int(most / tick) + 1):
        digits = max(0, -math.floor(math.log10(tick)))
        parts.append(_text(_LEFT - 10, y(k * tick) + 4, number(k * tick, digits), "end"))
    for k, dose in enumerate(doses):
        name = "1" if dose.part == 1 else f"1/{dose.part}"
        parts.append(_text(_place(k, len(doses)), _HEIGHT - 18, Both(name, name), "middle"))
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(_text(middle, _HEIGHT - 2, words("dose_axis"), "middle"))
    now = _place(0, len(doses))
    parts.append(
        f'<line class="now" x1="{now:.1f}" x2="{now:.1f}" y1="{_TOP}" y2="{_HEIGHT - _FOOT}"/>'
    )
    ends = _apart({name: y(f[-1].value) for name, f in sides.items() if f[-1] is not None})
    for name, found in sides.items():
        points = [(_place(k, len(doses)), m) for k, m in enumerate(found) if m is not None]
        line = " ".join(f"{x:.1f},{y(m.value):.1f}" for x, m in points)
        color = _COLORS[name]
        parts.append(f'<polyline points="{line}" fill="none" stroke="{color}" stroke-width="2"/>')
        for x, m in points:
            low, high = _bounds(m)
            parts.append(
                f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y(low):.1f}" y2="{y(high):.1f}" '
                f'stroke="{color}"/><circle cx="{x:.1f}" cy="{y(m.value):.1f}" r="3" '
                f'fill="{color}"/>'
            )
        label = words(f"dose_line_{name}")
        parts.append(_text(_WIDTH - _RIGHT + 10, ends[name] + 4, label, "start", color))
    alt = words("dose_plot_alt")
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(alt.en)}" '
        f'data-alt-en="{escape(alt.en)}" data-alt-fr="{escape(alt.fr)}">{"".join(parts)}</svg>'
    )


def _bounds(found: Measurement) -> tuple[float, float]:
    return found.interval or (found.value, found.value)


def _tick(most: float) -> float:
    """Return a round step of which three to five fit."""
    step = 10 ** math.floor(math.log10(most / 3))
    return next(step * f for f in (1, 2, 5, 10) if most / (step * f) <= 5)


def _apart(ends: dict[str, float]) -> dict[str, float]:
    """Return where labels at line ends stand, at least a line's height apart."""
    names = sorted(ends, key=lambda name: ends[name])
    if len(names) == 2 and ends[names[1]] - ends[names[0]] < 16:
        middle = (ends[names[0]] + ends[names[1]]) / 2
        return {names[0]: middle - 8, names[1]: middle + 8}
    return ends


def _text(x: float, y: float, said: Both, anchor: str, color: str = "") -> str:
    fill = f' fill="{color}"' if color else ""
    return "".join(
        f'<text class="{code}" lang="{code}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{fill}>'
        f"{escape(said.in_language(code))}</text>"
        for code in LANGUAGES
    )
