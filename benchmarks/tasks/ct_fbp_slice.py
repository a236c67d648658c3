"""A single slice from parallel views, where a look is wanted at once."""

import os
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import parallel_sections as sections
from benchmarks.sections import options_of
from benchmarks.task import Arrays, Contender, Task


def _prepare_ours(arrays: Arrays, threads: int) -> Callable[[], Any]:
    from diaphane.ct import fbp_gridded

    scan, grid = sections.scan_of(arrays), options_of(len(arrays["truth"]))
    return lambda: fbp_gridded(scan, grid=grid, window="ram-lak").values


def _prepare_gridrec(arrays: Arrays, threads: int) -> Callable[[], Any]:
    """Call MIDAS's gridrec in memory, padded as ours; it does two slices at once, never one."""
    midas: Any = import_module("midas_tomo")
    library: Any = import_module("midas_tomo.backend_lib")
    views, n = arrays["views"][:, 0], len(arrays["truth"])
    even = np.pad(views, ((0, 0), (0, views.shape[1] % 2)))
    pair = np.stack([even, even])
    folder = Path(tempfile.mkdtemp(prefix="diaphane-gridrec-"))
    angles = midas.write_thetas(np.rad2deg(arrays["angles"]), folder / "angles.txt")
    shift = even.shape[1] / 2 - (views.shape[1] - 1) / 2
    settings = midas.TomoConfig(
        data_file=folder / "unused",
        recon_file=folder / "unused",
        are_sinos=True,
        det_xdim=even.shape[1],
        det_ydim=2,
        theta_file=angles,
        filter_nr=next(number for number, name in midas.FILTERS.items() if name == "ramp"),
        shift_values=(shift, shift, 1.0),
        do_log=False,
        extra_pad=True,
        auto_centering=False,
    )
    told = settings.to_param_file(folder / "settings.txt")
    size = settings.recon_xdim
    part = slice(size // 2 - 1 - n // 2, size // 2 + n // 2)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # it tells all that it does

    def run() -> Any:
        return library.run_arrays(told, pair, (1, 2, size, size), threads)[0, :1, part, part]

    return run


def _finish_gridrec(slices: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.ascontiguousarray(slices.transpose(0, 2, 1))


TASK = Task(
    name="ct.fbp_slice",
    title="filtered backprojection of a single slice",
    conditions=(
        "One slice of Shepp and Logan's head (contrasts of 1 %), exact line integrals: 720 "
        "parallel views of 729 columns over half a turn, 513 × 513 pixels as wide as a column. "
        "Ramp filter without window. From line integrals in memory to the slice in memory. Ours "
        "is `ct.fbp_gridded`; gridrec (as MIDAS has it, rows padded to twice their length as ours) "
        "goes through frequencies too, two slices at a time, so that half of its time is that of "
        "a slice in a stack; the others sum directly. algotom fills a square as wide as the "
        "detector, twice as many pixels. "
        "Errors are taken within a circle around the head, against the mean of each pixel."
    ),
    make_input=lambda shrink: sections.make_input(shrink, 1),
    errors=sections.errors,
    ours=Contender("diaphane", "diaphane", _prepare_ours, np.asarray),
    peers=(
        Contender("gridrec", "midas-tomo", _prepare_gridrec, _finish_gridrec, bar=2),
        Contender("algotom", "algotom", sections.prepare_algotom, sections.finish_algotom, bar=15),
        Contender("astra", "astra-toolbox", sections.prepare_astra, np.asarray, bar=15),
        Contender("skimage", "scikit-image", sections.prepare_skimage, np.asarray, bar=15),
    ),
)
