"""What the tasks around the forward map of one slice have in common."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.sections import HALF_SIZE_MM, options_of, sinogram, truth_of
from benchmarks.task import Arrays

_VIEWS, _COLUMNS, _PIXELS = 360, 367, 256
_BODY_MM = HALF_SIZE_MM / 2
_SUBRAYS = (-0.4, -0.2, 0.0, 0.2, 0.4)

CONDITIONS = (
    "One slice of Shepp and Logan's head (contrasts of Toft): 360 parallel views of 367 columns "
    "over half a turn, 256 × 256 pixels as wide as a column; exact line integrals, averaged over "
    "the width of a column as detectors do. "
)
MATRIX = (
    "`csr` is SciPy's product with the sparse matrix of ASTRA's line projector (float32, its "
    "transpose stored too), whose making is not timed and which knows this one geometry only. "
)


def head(shrink: int) -> Any:
    """Return Shepp and Logan's head with contrasts that an eye sees."""
    from diaphane.phantom import shepp_logan

    return shepp_logan(half_size_mm=_BODY_MM / shrink)


def make_input(shrink: int) -> Arrays:
    """Return a sinogram, its angles, and the slice it is of."""
    from diaphane.ct import Detector, ParallelBeam

    body = head(shrink)
    angles = np.arange(_VIEWS // shrink) * np.pi / (_VIEWS // shrink)
    beam = ParallelBeam(angles, Detector(1, _COLUMNS // shrink | 1, 1.0, 1.0))
    truth = truth_of(body, _PIXELS // shrink)
    views = np.mean([sinogram(body, shifted(beam, part)) for part in _SUBRAYS], axis=0)
    return {"views": views, "angles": angles, "truth": truth}


def shifted(beam: Any, columns: float) -> Any:
    """Return a parallel beam with every ray a part of a column to the side."""
    from diaphane.ct import Detector, ParallelBeam

    n = beam.detector.n_columns
    center = (n - 1) / 2 - columns
    return ParallelBeam(beam.angles_rad, Detector(1, n, 1.0, 1.0, center_column=center))


def scan_of(arrays: Arrays) -> Any:
    """Return our scan."""
    from diaphane.ct import Detector, ParallelBeam, ParallelScan
    from diaphane.units import Quantity

    views = arrays["views"][:, None]
    beam = ParallelBeam(arrays["angles"], Detector(1, views.shape[2], 1.0, 1.0))
    return ParallelScan(views, beam, Quantity.LINE_INTEGRAL)


def projection_of(arrays: Arrays) -> Any:
    """Return our forward map."""
    from diaphane.ct import Projection
    from diaphane.ct.acquisition.field import fitting_grid

    beam = scan_of(arrays).beam
    return Projection(beam, fitting_grid(beam, options_of(len(arrays["truth"]))))


def astra_projector(arrays: Arrays, kind: str = "line") -> tuple[Any, Any, Any, Any]:
    """Return ASTRA itself, its geometries of rays and pixels, and its projector."""
    astra: Any = import_module("astra")
    n = len(arrays["truth"])
    volume = astra.create_vol_geom(n, n)
    columns = arrays["views"].shape[1]
    rays = astra.create_proj_geom("parallel", 1.0, columns, -arrays["angles"])
    return astra, rays, volume, astra.create_projector(kind, rays, volume)


def matrix_of(arrays: Arrays) -> tuple[Any, Any]:
    """Return ASTRA's line projector as SciPy's sparse matrix, and its transpose."""
    astra, _, _, projector = astra_projector(arrays)
    matrix = astra.matrix.get(astra.projector.matrix(projector)).astype(np.float32).tocsr()
    return matrix, matrix.T.tocsr()


def astra_job(arrays: Arrays, name: str, source: str) -> Callable[[], Any]:
    """Return a job that runs ASTRA's ``FP`` or ``BP`` on the processor, input and output copied."""
    astra, rays, volume, projector = astra_projector(arrays)
    views, picture = astra.data2d.create("-sino", rays), astra.data2d.create("-vol", volume)
    settings = astra.astra_dict(name)
    settings["ProjectorId"], settings["ProjectionDataId"] = projector, views
    settings["VolumeDataId" if name == "FP" else "ReconstructionDataId"] = picture
    algorithm = astra.algorithm.create(settings)
    given, asked = (picture, views) if name == "FP" else (views, picture)

    def run() -> Any:
        astra.data2d.store(given, arrays[source])
        astra.algorithm.run(algorithm)
        return astra.data2d.get(asked)

    return run


def rms(values: NDArray[Any]) -> float:
    """Return the root of the mean square."""
    return float(np.sqrt(np.mean(np.square(values, dtype=np.float64))))
