"""The pictures that the product makes, each from the code that the gallery shows beside it."""

import re
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from diaphane.demo import figures
from diaphane.image import Labels, Picture
from docs.drawing.plots import ACCENT, QUIET, figure, save_svg, smaller
from docs.drawing.svg import PICTURES

PAGE = Path(__file__).parents[1] / "gallery.md"
WIDTH_PX = 440


def draw() -> None:
    """Run the examples of the gallery's page and keep what they call a picture."""
    names: dict[str, object] = {"__name__": "__example__"}
    text = PAGE.read_text(encoding="utf-8")
    for example in re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        exec(compile(_finer(example), PAGE.name, "exec"), names)
    pictures = names["pictures"]
    assert isinstance(pictures, dict)
    for name, value in pictures.items():
        _write(name, value)
    _curve(names["sharpness"])


def _finer(example: str) -> str:
    """Return an example at the size of the pictures; on the page it is small, to be quick."""
    return example.replace("FINENESS = 1", "FINENESS = 2")


def _write(name: str, value: object) -> None:
    picture = value if isinstance(value, Picture) else figures.picture_of(value)
    assert picture is not None
    path = PICTURES / f"gallery-{name}.png"
    pixels = Pillow.fromarray(np.asarray(picture.pixels)[..., :3])
    way = Pillow.Resampling.NEAREST if isinstance(value, Labels) else Pillow.Resampling.LANCZOS
    pixels.resize((WIDTH_PX, round(WIDTH_PX * pixels.height / pixels.width)), way).save(path)
    smaller(path, 200)


def _curve(curve: object) -> None:
    from diaphane.quality import Curve

    assert isinstance(curve, Curve)
    made, (ax,) = figure(1, 4.4, 3.4)
    ax.plot(curve.x, curve.y, color=ACCENT, lw=1.8)
    if curve.low is not None and curve.high is not None:
        ax.fill_between(curve.x, curve.low, curve.high, color=ACCENT, alpha=0.25, lw=0)
    ax.axhline(0.1, color=QUIET, lw=1, ls="--")
    ax.set(xlabel=f"{curve.x_name}, {curve.x_unit}", ylabel=curve.name, ylim=(0, 1.05))
    ax.set_xlim(0, None)
    save_svg(made, "gallery-mtf")
