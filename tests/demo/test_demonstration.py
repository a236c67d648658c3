"""The demonstration runs whole at a small size, and its page lives in a browser."""

import base64
import html
import io
import itertools
import json
import re
import shutil
import subprocess

import numpy as np
import pytest
from PIL import Image as PillowImage

from diaphane.chain import open_run, replay
from diaphane.demo import run_demo
from diaphane.demo.dose import dose_series
from diaphane.demo.embed import gray_uri
from diaphane.demo.simulated import SIZES
from diaphane.errors import OutputError
from diaphane.formats import read
from diaphane.image import Image, Labels, Picture

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--force-prefers-reduced-motion",
    "--virtual-time-budget=20000",
]

TOUCH = """
<script>
addEventListener("load", () => setTimeout(() => {
  const seen = { bones: document.body.dataset.bones, lang: document.documentElement.lang };
  const slider = document.getElementById("threshold"), volume = () =>
    document.getElementById("threshold-volume").textContent;
  seen.before = volume();
  slider.value = 900; slider.dispatchEvent(new Event("input"));
  seen.after = volume();
  document.querySelector("[data-language=en]").click();
  seen.english = document.title;
  document.querySelector("[data-language=fr]").click();
  seen.french = document.title;
  const canvas = document.getElementById("bones");
  const image = canvas.toDataURL();
  canvas.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft" }));
  seen.turned = canvas.toDataURL() !== image;
  const dose = document.getElementById("dose"), shown = () =>
    [...document.querySelectorAll(".dose")].map((d) => getComputedStyle(d).display !== "none");
  seen.doses = [shown()];
  seen.mark = [document.querySelector(".now").getAttribute("x1")];
  dose.value = dose.max; dose.dispatchEvent(new Event("input"));
  seen.doses.push(shown());
  seen.mark.push(document.querySelector(".now").getAttribute("x1"));
  seen.spoken = dose.getAttribute("aria-valuetext");
  seen.labeled = dose.labels.length;
  seen.reachable = dose.tabIndex >= 0;
  seen.wide = document.documentElement.scrollWidth > innerWidth + 1;
  const out = document.createElement("pre");
  out.id = "seen"; out.textContent = JSON.stringify(seen);
  document.body.append(out);
}, 4000));
</script>
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("demonstration") / "demo"
    run_demo(made, size="small")
    return made


def test_everything_is_written(folder):
    names = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    for name in ("index.html", "head.nii.gz", "bones.stl", "bones.glb", "run/run.json"):
        assert name in names
    assert len([n for n in names if n.startswith("dicom/") and n.endswith(".dcm")]) > 10
    assert len([n for n in names if n.startswith("run/") and n.endswith(".h5")]) == 12
    assert "pictures/bones.png" in names


def test_exports_agree_with_the_stage_they_come_from(folder):
    image = open_run(folder / "run")["image"]
    for other in (read(folder / "dicom"), read(folder / "head.nii.gz")):
        assert isinstance(other, Image)
        assert other.grid.is_close(image.grid)
        assert np.abs(other.values - image.values).max() <= 0.5


def test_one_option_changed_repeats_only_what_follows(folder, tmp_path):
    again = replay(folder / "run", tmp_path / "again", overrides={"bone.low": 400.0})
    bones = again["bone"]
    assert isinstance(bones, Labels)
    assert bones.values.sum() < open_run(folder / "run")["bone"].values.sum()
    repeated = {s.name for s in again.record.stages if s.cpu_s > 0 or s.wall_s > 0}
    assert "volume" not in repeated


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path):
    mine = tmp_path / "thesis.txt"
    mine.write_text("three years of work")
    for overwrite in (False, True):
        with pytest.raises(OutputError):
            run_demo(tmp_path, size="small", overwrite=overwrite)
    assert mine.read_text() == "three years of work"


def test_the_page_needs_no_network_and_says_everything_twice(folder):
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", page)
    assert page.count('class="en"') == page.count('class="fr"') > 50
    assert "{" not in re.sub(r"<(script|style|pre).*?</\1>", "", page, flags=re.DOTALL)
    for image in re.findall(r"<img [^>]*>", page):
        assert re.search(r'alt="[^"]+"', image)
        assert re.search(r'data-alt-fr="[^"]+"', image)


def test_the_page_lives_in_a_browser(folder, tmp_path):
    if BROWSER is None:
        pytest.skip("no Chromium here: the page was not opened")
    page = (folder / "index.html").read_text(encoding="utf-8")
    touched = tmp_path / "touched.html"
    touched.write_text(page.replace("</body>", TOUCH + "</body>"), encoding="utf-8")
    command = [BROWSER, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}"]
    command += ["--window-size=1200,1600", "--dump-dom", f"{touched.as_uri()}?lang=fr"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=True)
    found = re.search(r'<pre id="seen">(.*?)</pre>', done.stdout)
    assert found, "the page's scripts did not finish"
    seen = json.loads(html.unescape(found[1]))
    assert seen["bones"] in ("Bones", "Turntable")
    assert seen["lang"] == "fr"
    assert seen["english"] != seen["french"]
    assert seen["turned"] or seen["bones"] == "Turntable"
    assert not seen["wide"]
    assert seen["doses"] == [[True, False, False], [False, False, True]]
    assert float(seen["mark"][0]) < float(seen["mark"][1])
    assert seen["spoken"].startswith("1/4 de la dose")
    assert seen["labeled"] == 1 and seen["reachable"]  # noqa: PT018

    def milliliters(text: str) -> int:
        return int(re.sub(r"\D", "", text))

    assert 0 < milliliters(seen["after"]) < milliliters(seen["before"])


def test_less_dose_is_more_noise_and_the_spots_fade():
    doses = dose_series(SIZES["small"])
    assert [d.part for d in doses] == [1, 2, 4]
    plain = [d.plain.noise.value for d in doses]
    for once, halved in itertools.pairwise(plain):
        assert 1.25 < halved / once < 1.7  # the root of two
    for dose in doses:
        assert dose.iterative.noise.value < dose.plain.noise.value
        for side in (dose.plain, dose.iterative):
            assert side.noise.interval is not None
            assert side.seen.interval is not None
    assert doses[-1].plain.seen.value < doses[0].plain.seen.value


def test_a_gray_picture_is_carried_to_half_a_level_of_64():
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    uri = gray_uri(Picture(np.repeat(levels[..., None], 3, axis=2)))
    carried = PillowImage.open(io.BytesIO(base64.b64decode(uri.partition(",")[2])))
    error = np.asarray(carried.convert("L"), float) - levels
    assert np.abs(error).max() <= 255 / 63 / 2 + 0.5
