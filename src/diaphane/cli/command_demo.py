"""``diaphane demo``: the main job, from X-ray signals to a page of pictures."""

from pathlib import Path
from typing import Literal

from diaphane.cli.arguments import Flag, Output
from diaphane.cli.display import notices_shown, progress_shown, show


def demo(
    *,
    output: Output = Path("demo"),
    size: Literal["small", "full"] = "full",
    overwrite: Flag = False,
) -> None:
    """Run the main job: from X-ray signals to a page of pictures.

    A head is scanned by a simulated cone-beam scanner, with noise; the volume is computed, the
    bones are found and shown in 3-D, and each number is compared with the truth. Where real
    measurements are at hand (DIAPHANE_DATA names their folder), they come first.

    Parameters
    ----------
    output
        The new folder; open index.html in it. It needs no network.
    size
        Full takes up to three minutes of processor time, small half a minute.
    overwrite
        Replace the folder, if Diaphane wrote it.
    """
    from diaphane.demo import run_demo

    with notices_shown(), progress_shown():
        run_demo(output, overwrite=overwrite, size=size)
    show(f"open {output / 'index.html'}")
