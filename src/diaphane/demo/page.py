"""The story as one self-contained page: words, pictures, data and scripts in one file."""

import json
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import jinja2
import numpy as np
from markupsafe import Markup

from diaphane.demo import embed
from diaphane.demo.story import Story
from diaphane.demo.words import words

_SLIDER_HU = (-300, 1500)
_SKIN_HU = -300
_PARTS = files("diaphane") / "demo" / "page"
_SCRIPTS = ("language.js", "bones.js", "threshold.js", "dose.js")


def page(story: Story) -> str:
    """Return the page as HTML that needs no other file and no network."""
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(_part("index.html.j2"))
    volume, spacing_mm = embed.small_volume(story.volume)
    planes, values = _planes(story)
    facts = {
        "volume": {
            "shape": volume.shape,
            "spacing_mm": spacing_mm,
            "range_hu": embed.VOLUME_RANGE_HU,
            "threshold_hu": story.threshold_hu,
            "skin_hu": _SKIN_HU,
        },
        "slider": {"low_hu": _SLIDER_HU[0], "high_hu": _SLIDER_HU[1]},
        "histogram": embed.histogram(story.volume),
        "planes": planes,
        "dose_places": list(story.doses.places),
        "frames": [embed.picture_uri(p, quality=70) for p in story.turntable],
    }
    return template.render(
        words=lambda key: words(key, **_values(story)),
        plain=lambda key, language: words(key).in_language(language),
        style=Markup(_part("style.css")),
        scripts=Markup("\n".join(_part(name) for name in _SCRIPTS)),
        facts=facts,
        facts_json=Markup(json.dumps(facts).replace("<", "\\u003c")),
        volume_data=Markup(embed.packed(volume)),
        slices_data=Markup(embed.packed(values)),
        plane_alt=words("plane_alt"),
        bones_alt=words("bones_alt"),
        histogram_alt=words("histogram_alt"),
        uri=lambda shown: embed.picture_uri(shown.picture),
        gray_uri=lambda shown: embed.gray_uri(shown.picture),
        plots=[Markup(plot) for plot in story.doses.plots],
        story=story,
    )


def _values(story: Story) -> dict[str, Any]:
    """Return what the page's own words may name."""
    return {
        "views": story.failure_views,
        "all_views": story.n_views,
        "version": version("diaphane"),
    }


def _planes(story: Story) -> tuple[list[dict[str, Any]], Any]:
    """Return the three planes through the middle, and their values in HU one after the other.

    The volume is upright (slices up, rows back, columns left), so that planes are slices of the
    array, turned head up.
    """
    image = story.volume
    middle = [n // 2 for n in image.grid.shape]
    dz, dy, dx = image.grid.spacing_mm
    values = np.asarray(image.values)
    cut = {
        "axial": (values[middle[0]], (dy, dx), "RLAP"),
        "coronal": (values[::-1, middle[1]], (dz, dx), "RLHF"),
        "sagittal": (values[::-1, :, middle[2]], (dz, dy), "APHF"),
    }
    planes = [
        {"id": name, "shape": plane.shape, "pixel_mm": pixel_mm, "letters": letters}
        for name, (plane, pixel_mm, letters) in cut.items()
    ]
    rounded = [np.clip(p, -32768, 32767).round().astype("<i2").ravel() for p, _, _ in cut.values()]
    return planes, np.concatenate(rounded)


def _part(name: str) -> str:
    return (_PARTS / name).read_text(encoding="utf-8")
