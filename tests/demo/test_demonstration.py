"""The demonstration runs whole at a small size, and its page lives in a browser."""

import html
import json
import re
import shutil
import subprocess

import numpy as np
import pytest

from diaphane.chain import open_run, replay
from diaphane.demo import run_demo
from diaphane.errors import OutputError
from diaphane.formats import read
from diaphane.image import Image, Labels

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

    def milliliters(text: str) -> int:
        return int(re.sub(r"\D", "", text))

    assert 0 < milliliters(seen["after"]) < milliliters(seen["before"])
