"""Fifty iterations of SIRT on one slice, against ASTRA and a stored sparse matrix."""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks import plane_projection as plane
from benchmarks.sections import WATER_PER_MM, options_of
from benchmarks.task import Arrays, Contender, Task

_ITERATIONS = 50
_OURS = 52  # to reach the same error: our pixels see the mean over their width


def _prepare_ours(arrays: Arrays, threads: int) -> Callable[[], Any]:
    from diaphane.ct import sirt

    scan, grid = plane.scan_of(arrays), options_of(len(arrays["truth"]))
    return lambda: sirt(scan, grid=grid, iterations=_OURS).values[0]


def _prepare_astra(arrays: Arrays, threads: int) -> Callable[[], Any]:
    astra, rays, volume, projector = plane.astra_projector(arrays)
    views = astra.data2d.create("-sino", rays, arrays["views"])
    picture = astra.data2d.create("-vol", volume)
    settings = astra.astra_dict("SIRT")
    settings["ProjectorId"], settings["ProjectionDataId"] = projector, views
    settings["ReconstructionDataId"] = picture
    settings["option"] = {"MinConstraint": 0}

    def run() -> Any:
        astra.data2d.store(picture, 0)
        algorithm = astra.algorithm.create(settings)
        astra.algorithm.run(algorithm, _ITERATIONS)
        astra.algorithm.delete(algorithm)
        return astra.data2d.get(picture)

    return run


def _prepare_csr(arrays: Arrays, threads: int) -> Callable[[], Any]:
    matrix, transpose = plane.matrix_of(arrays)
    data, shape = arrays["views"].ravel(), arrays["truth"].shape

    def run() -> Any:
        rows = 1 / np.maximum(matrix @ np.ones(matrix.shape[1], np.float32), 1e-3)
        columns = 1 / np.maximum(transpose @ np.ones(matrix.shape[0], np.float32), 1e-3)
        x = np.zeros(matrix.shape[1], np.float32)
        for _ in range(_ITERATIONS):
            x = np.maximum(x + columns * (transpose @ (rows * (data - matrix @ x))), 0)
        return x.reshape(shape)

    return run


TASK = Task(
    name="ct.sirt",
    title="fifty iterations of SIRT on one slice",
    conditions=(
        plane.CONDITIONS + "From line integrals in memory to the slice in memory, sums of rows and "
        "columns and our geometry tables included; nothing below 0. "
        "Ours takes 52 iterations, to reach the same error. " + plane.MATRIX
    ),
    make_input=plane.make_input,
    errors=lambda result, arrays: {
        "RMSE, HU": 1000 / WATER_PER_MM * plane.rms(result - arrays["truth"])
    },
    ours=Contender("diaphane", "diaphane", _prepare_ours, np.asarray),
    peers=(
        Contender("astra", "astra-toolbox", _prepare_astra, np.asarray, bar=4),
        Contender("csr", "astra-toolbox", _prepare_csr, np.asarray, bar=1),
    ),
)
