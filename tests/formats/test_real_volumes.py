"""Every real volume lies where SimpleITK and nibabel say it lies, and holds the same values."""

from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK

from diaphane.formats import inspect, read
from diaphane.image import Labels, Quantity
from diaphane.space import flip_ras_lps

NIFTI = (
    "niivue/CT_AVM.nii.gz",
    "niivue/CT_pitch.nii.gz",
    "niivue/MR_Gd.nii.gz",
    "totalseg/aorta_ct_cropped.nii.gz",
    "totalseg/aorta_true_false_lumen.nii.gz",
    "totalseg/ct_brain_atlas_1mm.nii.gz",
    "totalseg/example_ct.nii.gz",
    "totalseg/example_seg.nii.gz",
    "totalseg/pulmonary_ct_cropped.nii.gz",
    "totalseg/pulmonary_heart.nii.gz",
    "volrender/AVM.nii.gz",
    "volrender/FLAIR.nii.gz",
    "volrender/T1.nii.gz",
)
METAIMAGE = (
    "pyvista_vtkdata/HeadMRVolume.mhd",
    "pyvista_vtkdata/foot.mha",
    "pyvista_vtkdata/frogtissue.mhd",
    "vmtk/aorta.mha",
)
TOLERANCE_MM = 0.001


@pytest.fixture
def anatomy(data: Path) -> Path:
    return data / "anatomy"


def _corners(shape: tuple[int, ...]) -> np.ndarray:
    return np.array(np.meshgrid(*[(0, n - 1) for n in shape])).reshape(3, -1).T


@pytest.mark.parametrize("name", NIFTI + METAIMAGE)
def test_a_real_volume_lies_where_simpleitk_puts_it(name: str, anatomy: Path) -> None:
    image = read(anatomy / name)
    judge = SimpleITK.ReadImage(str(anatomy / name))
    for corner in _corners(image.grid.shape):
        index = [float(i) for i in corner[::-1][: judge.GetDimension()]]
        expected = judge.TransformContinuousIndexToPhysicalPoint(index)
        came = image.grid.to_mm(corner)[: judge.GetDimension()]
        assert np.linalg.norm(came - expected) < TOLERANCE_MM
    values = SimpleITK.GetArrayFromImage(judge).reshape(image.grid.shape)
    n = 30_963_285 if "frogtissue" in name else values.size  # see the next test but one
    assert np.array_equal(image.values.reshape(-1)[:n], values.reshape(-1)[:n])
    (item,) = inspect(anatomy / name).items
    assert (item.shape, item.spacing_mm) == (image.grid.shape, image.grid.spacing_mm)


@pytest.mark.parametrize("name", NIFTI)
def test_a_real_nifti_lies_where_nibabel_puts_it(name: str, anatomy: Path) -> None:
    image = read(anatomy / name)
    judge = nibabel.load(anatomy / name)
    corners = _corners(image.grid.shape)
    ras = nibabel.affines.apply_affine(flip_ras_lps(judge.affine), corners[:, ::-1])
    assert np.abs(image.grid.to_mm(corners) - ras).max() < TOLERANCE_MM
    assert np.allclose(image.values.T, judge.get_fdata(), rtol=1e-6)


def test_a_wrong_compressed_size_loses_no_voxel(anatomy: Path) -> None:
    """The header promises 2067 bytes too few; readers that trust it lose the last 2670 voxels."""
    image = read(anatomy / "pyvista_vtkdata/frogtissue.mhd")
    assert image.values.reshape(-1)[31_904_291] == 13
    assert not image.values.reshape(-1)[31_904_292:].any()


def test_a_real_segmentation_reads_as_labels(anatomy: Path) -> None:
    labels = read(anatomy / "totalseg/aorta_true_false_lumen.nii.gz", as_labels=True)
    assert isinstance(labels, Labels)
    image = read(anatomy / "totalseg/aorta_ct_cropped.nii.gz", quantity="hounsfield")
    assert image.quantity is Quantity.HOUNSFIELD
    assert image.grid.is_close(labels.grid)
    assert image.values[labels.values > 0].mean() > 150, "contrast medium is bright"
