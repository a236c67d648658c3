"""From what was computed to what the page tells."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from diaphane.chain import Run, explain
from diaphane.chain.story import Passage
from diaphane.ct import ConeScan
from diaphane.demo.checks import BONE_HU, BRAIN_RADIUS_MM, Checks
from diaphane.demo.dose import Dose
from diaphane.demo.dose_telling import tell_doses
from diaphane.demo.figures import picture_of, shadow, sinogram
from diaphane.demo.story import Shown, StageShown, Story, Tile
from diaphane.demo.words import LANGUAGES, Both, measured, number, words
from diaphane.history import history_of
from diaphane.image import Image, Picture
from diaphane.quality import difference
from diaphane.render import plane

LEVEL_MM = 35.0
"""Height of the axial slice shown: through the ventricles."""


@dataclass(frozen=True)
class Results:
    """Everything the main job computed."""

    scan: ConeScan
    """The head, in counts."""
    water: ConeScan
    """The water, in counts."""
    run: Run
    """The chain's run."""
    chain: str
    """Its name."""
    chain_text: str
    """The chain as it is shipped."""
    image: Image
    """The head in HU."""
    truth: Image
    """The true head in HU on the same grid."""
    water_image: Image
    """The water in HU."""
    few: Image
    """The head in HU from too few views."""
    few_views: int
    """How many those are."""
    checks: Checks
    """What was compared with the truth."""
    turntable: Sequence[Picture]
    """The bones from all sides."""
    doses: Sequence[Dose]
    """One slice at falling dose."""


def pictures(results: Results) -> Mapping[str, Picture]:
    """Return the pictures of the story by name, as they are written into the folder."""
    error = difference(results.image, results.truth)
    return {
        "view": shadow(results.scan),
        "sinogram": sinogram(results.scan),
        "axial": plane(results.image, plane="axial", position_mm=LEVEL_MM, window="soft"),
        "coronal": plane(results.image, plane="coronal", window="bone"),
        "sagittal": plane(results.image, plane="sagittal", window="bone"),
        "truth": plane(results.truth, plane="axial", position_mm=LEVEL_MM, window="soft"),
        "error": plane(
            error, plane="axial", position_mm=LEVEL_MM, level=0, width=400, colors="diverging"
        ),
        "few_views": plane(results.few, plane="axial", position_mm=LEVEL_MM, window="soft"),
        "water_view": shadow(results.water),
        "water": plane(results.water_image, plane="axial", level=0, width=100),
        "bones": results.run["picture"],
    }


def tell(
    results: Results, shown: Mapping[str, Picture], real: Sequence[Tile], folder: Path
) -> Story:
    """Return the story of the page: real measurements first, then the simulated head.

    `shown` are the results' :func:`pictures`, which are drawn once and written into the folder too.
    """
    stages = _stages(results)
    return Story(
        n_views=len(results.scan.values),
        tiles=[*real, *_tiles(results, shown)],
        volume=results.image,
        threshold_hu=BONE_HU,
        turntable=results.turntable,
        stages=stages,
        errors=[
            Shown(shown["axial"], words("error_picture"), words("error_picture_alt")),
            Shown(shown["truth"], words("error_truth"), words("error_truth_alt")),
            Shown(shown["error"], words("error_map"), words("error_map_alt")),
        ],
        measures=results.checks.rows(),
        failure=[
            Shown(
                shown["few_views"],
                words("failure_few", views=results.few_views),
                words("failure_few_alt"),
            ),
            Shown(
                shown["axial"],
                words("failure_all", views=len(results.scan.values)),
                words("failure_all_alt"),
            ),
        ],
        failure_views=results.few_views,
        doses=tell_doses(results.doses),
        command=_command(results.chain, folder),
        chain_text=results.chain_text,
        has_real=bool(real),
        assumed=[
            Both(
                f"{stage.title.en} ({stage.name}): {said.en}",
                f"{stage.title.fr} ({stage.name}) : {said.fr}",
            )
            for stage in stages
            for said in stage.notices
        ],
    )


def _tiles(results: Results, shown: Mapping[str, Picture]) -> list[Tile]:
    checks, n_views = results.checks, len(results.scan.values)
    view = Shown(shown["view"], words("signal_view", views=n_views), words("signal_view_alt"))
    tracks = Shown(shown["sinogram"], words("signal_sinogram"), words("signal_sinogram_alt"))
    water = Shown(shown["water_view"], words("signal_water"), words("signal_water_alt"))
    threshold = number(BONE_HU, 0, "HU")
    return [
        Tile(
            words("bone_title"),
            view,
            Shown(shown["bones"], words("bones_caption"), words("bones_tile_alt")),
            measured(checks.bone.found),
            words("bone_words", threshold=threshold, truth=checks.bone.truth),
            checks.bone.verdict,
        ),
        Tile(
            words("tissue_title"),
            tracks,
            Shown(shown["axial"], words("slice_caption"), words("slice_alt")),
            measured(checks.tissue.found),
            words("tissue_words", radius=int(BRAIN_RADIUS_MM), truth=checks.tissue.truth),
            checks.tissue.verdict,
        ),
        Tile(
            words("water_title"),
            water,
            Shown(shown["water"], words("water_caption"), words("water_alt")),
            measured(checks.water.found),
            words("water_words"),
            checks.water.verdict,
        ),
    ]


def _stages(results: Results) -> list[StageShown]:
    """Return the measurement, then each stage of the chain, in both languages."""
    record = results.run.record
    costs = {stage.name: stage.cpu_s for stage in record.stages}
    english, french = explain(results.run, "en"), explain(results.run, "fr")
    n_views = len(results.scan.values)
    measured_en, measured_fr = (
        next(p for p in explain(history_of(results.scan), code) if p.step == "phantom.scan")
        for code in LANGUAGES
    )
    first = replace(
        _stage(measured_en, measured_fr, None, results.scan),
        title=words("stage_scan"),
        words=words("stage_scan_words", views=n_views),
    )
    told = [
        _stage(en, fr, costs.get(en.name), results.run[en.name])
        for en, fr in zip(english, french)
        if en.step
    ]
    return [first, *told]


def _stage(en: Passage, fr: Passage, cpu_s: float | None, value: Any) -> StageShown:
    title = Both(en.title, fr.title)
    options = [
        (Both(a.title, b.title), Both(a.value, b.value), Both(a.text, b.text))
        for a, b in zip(en.options, fr.options)
    ]
    cost = None if cpu_s is None else words("cpu_seconds", seconds=float(cpu_s))
    notices = [Both(a, b) for a, b in zip(en.notices, fr.notices)]
    shown = _shown_value(value, title)
    text = Both(en.text, fr.text)
    return StageShown(title, text, en.name, en.step, notices, options, cost, shown)


def _shown_value(value: Any, title: Both) -> Shown | None:
    picture = picture_of(value)
    return None if picture is None else Shown(picture, title, title)


def _command(chain: str, folder: Path) -> str:
    run = shlex.quote(str(folder / "run"))
    return (
        f"diaphane run {chain} scan={run}/00-scan.h5 water={run}/00-water.h5 -o again\n"
        f"diaphane run --from {run} --set bone.low=800 --set bone.high=1000 -o denser"
    )
