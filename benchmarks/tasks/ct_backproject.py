"""The adjoint of the line integrals through one slice, against ASTRA and a stored matrix."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

from benchmarks import plane_projection as plane
from benchmarks.sections import sinogram
from benchmarks.task import Arrays, Contender, Task

_PARTS = (-3 / 8, -1 / 8, 1 / 8, 3 / 8)  # of a pixel or a column


def _prepare_ours(arrays: Arrays, threads: int) -> Callable[[], Any]:
    projection, views = plane.projection_of(arrays), arrays["views"][:, None]
    return lambda: projection.adjoint(views)[0]


def _prepare_csr(arrays: Arrays, threads: int) -> Callable[[], Any]:
    _, transpose = plane.matrix_of(arrays)
    views, shape = arrays["views"].ravel(), arrays["truth"].shape
    return lambda: (transpose @ views).reshape(shape)


def _make_input(shrink: int) -> Arrays:
    """Return also what exact line integrals give back, averaged over each pixel."""
    arrays = dict(plane.make_input(shrink))
    angles, n = arrays["angles"], len(arrays["truth"])
    place = np.arange(n) - (n - 1) / 2
    columns = np.arange(arrays["views"].shape[1]) - (arrays["views"].shape[1] - 1) / 2
    beam = plane.scan_of(arrays).beam
    fine = [(part, sinogram(plane.head(shrink), plane.shifted(beam, part))) for part in _PARTS]
    t = np.concatenate([columns + part for part, _ in fine])
    order = np.argsort(t)
    exact = np.zeros((n, n))
    for view, angle in enumerate(angles):
        along = np.concatenate([rays[view] for _, rays in fine])[order]
        for dx, dy in product(_PARTS, repeat=2):
            x, y = (place + dx) * np.cos(angle), (place + dy)[:, None] * np.sin(angle)
            exact += np.interp(x + y, t[order], along)
    arrays["exact"] = exact / len(_PARTS) ** 2
    return arrays


def _errors(result: Any, arrays: Arrays) -> dict[str, float]:
    exact = arrays["exact"]
    return {"RMSE, ‰": 1000 * plane.rms(result - exact) / float(exact.max())}


TASK = Task(
    name="ct.backproject",
    title="the adjoint of line integrals through one slice",
    conditions=plane.CONDITIONS
    + "The error is taken against what exact line integrals give back, averaged over each pixel, "
    "over its largest. " + plane.MATRIX,
    make_input=_make_input,
    errors=_errors,
    ours=Contender("diaphane", "diaphane", _prepare_ours, np.asarray),
    peers=(
        Contender(
            "astra", "astra-toolbox", lambda a, _: plane.astra_job(a, "BP", "views"), np.asarray, 4
        ),
        Contender("csr", "astra-toolbox", _prepare_csr, np.asarray, bar=1),
    ),
)
