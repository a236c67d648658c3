"""Line integrals through one slice, against ASTRA, a stored sparse matrix and MBIRJAX."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from benchmarks import plane_projection as plane
from benchmarks.task import Arrays, Contender, Task


def _prepare_ours(arrays: Arrays, threads: int) -> Callable[[], Any]:
    projection, image = plane.projection_of(arrays), arrays["truth"][None]
    return lambda: projection.forward(image)[:, 0]


def _prepare_csr(arrays: Arrays, threads: int) -> Callable[[], Any]:
    matrix, _ = plane.matrix_of(arrays)
    image, shape = arrays["truth"].ravel(), arrays["views"].shape
    return lambda: (matrix @ image).reshape(shape)


def _prepare_mbirjax(arrays: Arrays, threads: int) -> Callable[[], Any]:
    mbirjax: Any = import_module("mbirjax")
    n, (n_views, n_columns) = len(arrays["truth"]), arrays["views"].shape
    model = mbirjax.ParallelBeamModel((n_views, 1, n_columns), arrays["angles"])
    model.set_params(no_warning=True, recon_shape=(n, n, 1), delta_det_channel=1.0, delta_voxel=1.0)
    image = arrays["truth"][:, :, None]
    return lambda: np.asarray(model.forward_project(image))[:, 0]


TASK = Task(
    name="ct.project",
    title="line integrals through one slice",
    conditions=plane.CONDITIONS
    + "The error is that of the line integrals, over their largest. "
    + plane.MATRIX,
    make_input=plane.make_input,
    errors=lambda result, arrays: {
        "RMSE, ‰": 1000 * plane.rms(result - arrays["views"]) / float(arrays["views"].max())
    },
    ours=Contender("diaphane", "diaphane", _prepare_ours, np.asarray),
    peers=(
        Contender(
            "astra", "astra-toolbox", lambda a, _: plane.astra_job(a, "FP", "truth"), np.asarray, 4
        ),
        Contender("csr", "astra-toolbox", _prepare_csr, np.asarray, bar=1),
        Contender("mbirjax", "mbirjax", _prepare_mbirjax, lambda views: views[:, ::-1], bar=10),
    ),
)
