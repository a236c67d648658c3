"""The peers that reconstruct cone-beam scans."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.cone_head import AXIS_MM, DETECTOR_MM, pitch_mm_of, voxel_mm_of
from benchmarks.program import Written, files_in_memory, run_program
from benchmarks.task import Arrays, Contender, program_version

_RTK_VIEWS = 64  # at a time: of 2 (its default), 8 and 64 the fastest
_PLASTIMATCH_WATER_PER_MM = 0.0167


def rtk(bar: float) -> Contender:
    """Return RTK, and how many times faster than it we promise to be."""
    return Contender("rtk", "itk-rtk", _prepare_rtk, _finish_rtk, bar=bar)


def mbirjax(bar: float) -> Contender:
    """Return MBIRJAX, and how many times faster than it we promise to be."""
    return Contender("mbirjax", "mbirjax", _prepare_mbirjax, _finish_mbirjax, bar=bar)


def plastimatch(bar: float) -> Contender:
    """Return plastimatch, a program, and how many times faster than it we promise to be."""
    return Contender(
        "plastimatch",
        "plastimatch",
        _prepare_plastimatch,
        _finish_plastimatch,
        bar=bar,
        find_version=program_version,
    )


def _prepare_rtk(arrays: Arrays, threads: int) -> Callable[[], Any]:
    """Set RTK's geometry: its y is our z, its z our -y, and it takes degrees."""
    itk: Any = import_module("itk")  # its names come into being when they are asked for
    RTK: Any = itk.RTK
    itk.MultiThreaderBase.SetGlobalDefaultNumberOfThreads(threads)
    integrals, n_voxels = arrays["integrals"], len(arrays["truth"])
    n_pixels = integrals.shape[1]
    geometry = RTK.ThreeDCircularProjectionGeometry.New()
    for angle in arrays["angles"]:
        geometry.AddProjection(AXIS_MM, DETECTOR_MM, float(np.rad2deg(angle)), 0.0, 0.0)
    pitch_mm, voxel_mm = pitch_mm_of(n_pixels), voxel_mm_of(n_voxels)
    projections = itk.image_view_from_array(integrals)
    projections.SetSpacing([pitch_mm, pitch_mm, 1.0])
    projections.SetOrigin([-(n_pixels - 1) / 2 * pitch_mm] * 2 + [0.0])
    kind = itk.Image[itk.F, 3]

    def run() -> Any:
        empty = RTK.ConstantImageSource[kind].New()
        empty.SetSize([n_voxels] * 3)
        empty.SetSpacing([voxel_mm] * 3)
        empty.SetOrigin([-(n_voxels - 1) / 2 * voxel_mm] * 3)
        fdk = RTK.FDKConeBeamReconstructionFilter[kind].New()
        fdk.SetInput(0, empty.GetOutput())
        fdk.SetInput(1, projections)
        fdk.SetGeometry(geometry)
        fdk.SetProjectionSubsetSize(_RTK_VIEWS)
        fdk.GetRampFilter().SetTruncationCorrection(0.0)
        fdk.GetRampFilter().SetHannCutFrequency(0.0)
        fdk.Update()
        return fdk.GetOutput()

    return run


def _finish_rtk(image: Any) -> NDArray[np.float32]:
    """Return RTK's (z, y, x) of its own axes as slices, rows and columns."""
    import itk

    return np.ascontiguousarray(itk.array_from_image(image).transpose(1, 0, 2)[:, ::-1])


def _prepare_mbirjax(arrays: Arrays, threads: int) -> Callable[[], Any]:
    """Set MBIRJAX's geometry: its rows run against our y, its slices with our z."""
    module: Any = import_module("mbirjax")
    integrals, n_voxels = arrays["integrals"], len(arrays["truth"])
    model = module.ConeBeamModel(
        integrals.shape,
        arrays["angles"],
        source_detector_dist=DETECTOR_MM,
        source_iso_dist=AXIS_MM,
    )
    pitch_mm = pitch_mm_of(integrals.shape[1])
    model.set_params(
        no_warning=True,
        delta_det_channel=pitch_mm,
        delta_det_row=pitch_mm,
        delta_voxel=voxel_mm_of(n_voxels),
        recon_shape=(n_voxels,) * 3,
    )
    return lambda: np.asarray(model.fdk_recon(integrals))


def _finish_mbirjax(volume: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return its (rows, columns, slices) as slices, rows and columns."""
    return np.ascontiguousarray(volume.transpose(2, 0, 1)[:, ::-1])


def _prepare_plastimatch(arrays: Arrays, threads: int) -> Callable[[], Written]:
    """Write each view with its geometry, into memory where the system has files there.

    It multiplies the spectrum of each row by the whole number of the frequency and the sum over
    the views by √3 over their number, and calls 1/40 of that the attenuation per cm, which it
    writes in HU. The factor that makes this true is told to it.
    """
    folder = files_in_memory()
    views, out = Path(folder.name) / "views", Path(folder.name) / "volume.mha"
    views.mkdir()
    integrals, n_voxels = arrays["integrals"], len(arrays["truth"])
    n_pixels = integrals.shape[1]
    header = f"Pf\n{n_pixels} {n_pixels}\n-1\n".encode()
    for i, (view, angle) in enumerate(zip(integrals, arrays["angles"])):
        (views / f"{i:04}.pfm").write_bytes(header + view.astype("<f4").tobytes())
        (views / f"{i:04}.txt").write_text(plastimatch_geometry(angle, n_pixels))
    pitch_at_axis_mm = pitch_mm_of(n_pixels) * AXIS_MM / DETECTOR_MM
    scale = 10 * 40 * np.pi / np.sqrt(3) / (n_pixels * pitch_at_axis_mm)
    sizes = ("-r", _thrice(n_voxels), "-z", _thrice(voxel_mm_of(n_voxels) * n_voxels))
    files = ("-I", str(views), "-O", str(out))
    command = ("plastimatch", "fdk", *files, *sizes, "-f", "ramp", "-X", "c", "-s", f"{scale:.9g}")

    def run() -> Written:
        assert Path(folder.name) == out.parent  # held here, the folder stays as long as the job
        return run_program(command, out)

    return run


def _thrice(size: float) -> str:
    return f"{size:g} {size:g} {size:g}"


def plastimatch_geometry(angle_rad: float, n_pixels: int) -> str:
    """Return the words of a view: center, projection matrix, two distances, the normal.

    The matrix takes x, y and z in mm to column, row and 1, each times the distance to the source
    over `DETECTOR_MM`; columns and rows are counted from the center.
    """
    cosine, sine, per_mm = np.cos(angle_rad), np.sin(angle_rad), 1 / pitch_mm_of(n_pixels)
    center = (n_pixels - 1) / 2
    lines = (
        (center, center),
        (cosine * per_mm, sine * per_mm, 0, 0),
        (0, 0, per_mm, 0),
        (-sine / DETECTOR_MM, cosine / DETECTOR_MM, 0, AXIS_MM / DETECTOR_MM),
        (AXIS_MM,),
        (DETECTOR_MM,),
        (-sine, cosine, 0),
    )
    return "".join(" ".join(f"{x:.9g}" for x in line) + "\n" for line in lines)


def _finish_plastimatch(written: Written) -> NDArray[np.float32]:
    """Return the attenuation of its HU; its x, y and z are ours."""
    import SimpleITK

    hu = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(written.file)))
    return (_PLASTIMATCH_WATER_PER_MM * (1 + hu / 1000)).astype(np.float32)
