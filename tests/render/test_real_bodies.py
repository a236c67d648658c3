"""A real skull: its surface closed, its picture a skull seen from the right side of the world."""

import numpy as np
import pytest

import diaphane
from diaphane import image, render, segment, surface
from diaphane.image import Image
from diaphane.space import Affine, Grid

SKULL = "anatomy/dcm_qa_ct_Philips_bone1mm_S2030.tar.xz"


def _halved(whole):
    """Return every second voxel, so that the tests stay quick."""
    steps = whole.grid.affine.steps_mm * np.array([[1], [2], [2]])
    values = whole.values[:, ::2, ::2]
    grid = Grid(values.shape, Affine.from_columns(steps, whole.grid.affine.origin_mm))
    return Image(values, grid, whole.quantity)


@pytest.fixture(scope="module")
def skull(data):
    return _halved(diaphane.read(data / SKULL))


@pytest.mark.slow
def test_the_skull_has_a_closed_surface_of_plausible_size(skull):
    bone = surface.isosurface(skull, level=300)
    volume = surface.volume(bone)
    assert 400 < volume.value < 600
    assert volume.interval[0] < 0.9 * volume.value
    simple = surface.simplify(bone, triangles=100_000)
    assert len(simple.triangles) == 100_000
    assert surface.volume(simple).value == pytest.approx(volume.value, rel=0.01)


@pytest.mark.slow
def test_the_skull_alone_is_lit_and_the_headrest_left_out(skull):
    bone = segment.largest(segment.hysteresis(skull, low=250, high=400))
    options = {"azimuth_deg": 0, "elevation_deg": 0, "size_px": 160, "samples": 1, "marks": "none"}
    alone = render.cast(skull, bone, **options).pixels.astype(int).sum(axis=-1)
    shown = alone > 60
    assert 0.2 < shown.mean() < 0.7
    # a skull seen from the front is nearly its own mirror image
    assert (shown == shown[:, ::-1]).mean() > 0.88
    # the cut edge of the vault and the orbits are darker than the forehead
    rows = np.flatnonzero(shown.any(axis=1))
    forehead = alone[rows[0] + len(rows) // 4, 70:90].mean()
    orbits = alone[rows[0] + 2 * len(rows) // 3 :, 50:70].mean()
    assert forehead > 1.2 * orbits


def test_the_tilted_head_is_shown_upright(data):
    head = image.from_slices(diaphane.read(data / "ct" / "ge_head_ct"), slice_spacing_mm=4.0)
    picture = render.plane(head, plane="sagittal", window="bone", marks="none")
    gray = picture.pixels[..., 0].astype(int)
    # the vault is on top, the face on the viewer's left, and the lower edge slants: the tilt
    lowest = [np.flatnonzero(gray[:, c])[-1] for c in (gray.shape[1] // 3, 2 * gray.shape[1] // 3)]
    assert abs(lowest[1] - lowest[0]) * picture.pixel_mm > 15
