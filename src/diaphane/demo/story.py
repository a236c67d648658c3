"""What the page shows: tiles, stages, errors, one failure. Values only, no HTML."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from diaphane.demo.words import Both
from diaphane.image import Image, Picture


@dataclass(frozen=True)
class Shown:
    """A picture with what is said beneath it and what it shows."""

    picture: Picture
    """The pixels."""
    caption: Both
    """What is said beneath it."""
    alt: Both
    """What is seen, for those who do not see it."""


@dataclass(frozen=True)
class Tile:
    """Raw signal, picture and one number."""

    title: Both
    """What the number is about."""
    signal: Shown
    """What the device measured."""
    picture: Shown
    """What was made of it."""
    number: Both
    """The number with its interval and unit."""
    words: Both
    """How it was found, and the truth."""
    verdict: Literal["met", "missed", ""] = ""
    """Whether it is within what was asked; empty where nothing was asked."""


@dataclass(frozen=True)
class StageShown:
    """One step of the way, in words, with its picture and its cost."""

    title: Both
    """The step's name for people."""
    words: Both
    """What it does."""
    name: str
    """How the chain calls it; empty for the measurement, which comes before the chain."""
    step: str
    """The step's public name."""
    notices: Sequence[Both] = ()
    """What was assumed, changed or unknown."""
    options: Sequence[tuple[Both, Both, Both]] = ()
    """Name, value and meaning of each option."""
    cost: Both | None = None
    """Processor time."""
    picture: Shown | None = None
    """What came out."""


@dataclass(frozen=True)
class DoseShown:
    """One slice at one dose."""

    label: Both
    """The dose in words."""
    plain: Shown
    """Filtered backprojection."""
    iterative: Shown
    """Iterations."""
    rows: Sequence[tuple[Both, Both, Both]]
    """What was measured, by the one and by the other."""


@dataclass(frozen=True)
class DosesShown:
    """One slice at falling dose."""

    doses: Sequence[DoseShown]
    """From full dose down."""
    found: Both
    """What the numbers say, in a sentence."""
    plots: Sequence[str]
    """Noise and detectability over dose, as SVG."""
    places: Sequence[float]
    """Where each dose lies along the plots."""


@dataclass(frozen=True)
class Story:
    """Everything the page tells."""

    n_views: int
    """Views of the scan."""
    tiles: Sequence[Tile]
    """The first thing seen."""
    volume: Image
    """The picture in HU that turns and is thresholded within the page."""
    threshold_hu: float
    """Where the slider begins."""
    turntable: Sequence[Picture]
    """The bones from all sides, where the page cannot draw them itself."""
    stages: Sequence[StageShown]
    """The way from signal to picture."""
    errors: Sequence[Shown]
    """Computed, true, and their difference."""
    measures: Sequence[tuple[Both, Both, Both]]
    """What was measured, what was found, what is true."""
    failure: Sequence[Shown]
    """Too few views, and enough."""
    failure_views: int
    """How many are too few."""
    doses: DosesShown
    """The slice at falling dose."""
    command: str
    """What reruns it."""
    chain_text: str
    """The chain."""
    has_real: bool = False
    """Whether the first tiles are of real measurements."""
    assumed: Sequence[Both] = field(default_factory=tuple)
    """All notices, each with the stage that said it."""
