"""The strategies make what they promise, awkward cases included."""

import importlib
import sys

import numpy as np
import pytest
from hypothesis import Phase, find, given, settings

import diaphane.testing
from diaphane.image import Quantity
from diaphane.testing import affines, grids, images, label_maps

QUICK = settings(max_examples=2000, database=None, phases=[Phase.generate])


@pytest.mark.parametrize(
    "is_awkward",
    [
        lambda g: g.is_sheared,
        lambda g: g.affine.determinant > 0,
        lambda g: g.affine.determinant < 0,
        lambda g: g.shape[0] == 1 and g.shape[1] > 1,
        lambda g: g.shape[2] % 2 == 0,
        lambda g: g.shape[2] % 2 == 1,
        lambda g: g.letters[0][0] not in "HF",
    ],
)
def test_awkward_grids_are_among_them(is_awkward):
    find(grids(), is_awkward, settings=QUICK)


@given(affines(spacing_mm=(0.5, 2), sheared=False))
def test_spacings_keep_within_their_bounds(affine):
    for spacing in affine.spacing_mm:
        assert 0.5 - 1e-9 <= spacing <= 2 + 1e-9


@given(grids(sheared=False))
def test_grids_without_shear_have_none(grid):
    assert not grid.is_sheared


@given(images(dtypes=(np.float32, np.complex64), quantities=(Quantity.COLOR, Quantity.AMPLITUDE)))
def test_images_are_whole_and_finite(image):
    assert image.values.shape[:3] == image.grid.shape
    assert np.isfinite(image.values).all()
    assert (image.values.ndim == 4) == (image.quantity is Quantity.COLOR)


@given(label_maps(n_labels=2))
def test_label_maps_name_every_label(labels):
    assert set(np.unique(labels.values)) <= {0, *labels.names}


def test_without_hypothesis_the_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    monkeypatch.delitem(sys.modules, "diaphane.testing.strategies")
    with pytest.raises(ImportError, match=r"pip install 'diaphane\[testing\]'"):
        importlib.import_module("diaphane.testing.strategies")
    assert callable(diaphane.testing.assert_linear)
