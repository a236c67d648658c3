"""Skeletons: as connected as the body, thin, in its middle, and the same as independent ones."""

import numpy as np
import pytest
from scipy import ndimage
from skimage.measure import euler_number, label
from skimage.morphology import skeletonize
from skimage.morphology import thin as skimage_thin

from diaphane import segment
from diaphane.image import Labels
from diaphane.space import Grid

CUBE = np.ones((3, 3, 3), int)
FACES = ndimage.generate_binary_structure(3, 1)
NEAR = ndimage.generate_binary_structure(3, 2) & (np.indices((3, 3, 3)) != 1).any(axis=0)


def labels_of(values, voxel_mm=1.0):
    values = np.asarray(values, np.uint8)
    return Labels(values, Grid.centered(values.shape, voxel_mm), {1: "body"})


def topology(body):
    """Parts of the body, parts of what is around it, and the Euler number: all there is in 3-D."""
    body = np.pad(np.asarray(body) > 0, 1)
    parts = label(body, connectivity=3).max(), label(~body, connectivity=1).max()
    return (*parts, euler_number(body, 3))


def coordinates(shape, center):
    return np.indices(shape) - np.reshape(center, (3, 1, 1, 1))


def torus(shape=(15, 34, 31), center=(6.5, 17.3, 14.6), ring=9.7, tube=4.2):
    z, y, x = coordinates(shape, center)
    return (np.hypot(x, y) - ring) ** 2 + z**2 < tube**2


def ball(shape, radius, center):
    return (coordinates(shape, center) ** 2).sum(axis=0) < radius**2


def branching_tubes(radius):
    points = np.array([[20, 20, 6], [20, 20, 22], [8, 12, 36], [33, 25, 38], [20, 33, 12]])
    body = np.zeros((42, 42, 46), bool)
    for a, b in ((0, 1), (1, 2), (1, 3), (1, 4)):
        for share in np.linspace(0, 1, 120):
            at = points[a] * (1 - share) + points[b] * share
            body |= ball(body.shape, radius, at)
    return body


BODIES = {
    "torus": torus(),
    "ball": ball((13, 16, 15), 5.4, (5.2, 8.1, 7.3)),
    "shell": ball((17, 18, 19), 7.6, (8, 9, 9)) & ~ball((17, 18, 19), 3.1, (8, 9, 9)),
    "thin tubes": branching_tubes(1.6),
    "thick tubes": branching_tubes(3.4),
    "bar of even thickness": np.ones((4, 6, 21), bool),
    "bar of odd thickness": np.ones((5, 7, 21), bool),
    "two by two": np.ones((1, 2, 2), bool),
    "full block": np.ones((6, 5, 7), bool),
}


@pytest.mark.parametrize("name", BODIES)
def test_parts_tunnels_and_cavities_stay(name):
    result = segment.skeleton(labels_of(BODIES[name])).values
    assert topology(result) == topology(BODIES[name])
    assert not (result.astype(bool) & ~BODIES[name]).any()
    again = segment.skeleton(labels_of(result)).values
    assert (again == result).all()


def test_parts_tunnels_and_cavities_of_random_bodies_stay():
    rng = np.random.default_rng(3)
    for share in (0.2, 0.5, 0.7, 0.9) * 12:
        body = rng.random(rng.integers(1, 9, 3)) < share
        assert topology(segment.skeleton(labels_of(body)).values) == topology(body)


def test_the_skeleton_of_a_torus_is_its_ring_and_a_few_short_spurs():
    result = np.argwhere(segment.skeleton(labels_of(torus())).values)
    z, y, x = (result - (6.5, 17.3, 14.6)).T
    from_ring = np.hypot(np.hypot(x, y) - 9.7, z)
    assert np.median(from_ring) < 0.9  # half a voxel's diagonal
    assert from_ring.max() < 4.2  # all within the tube
    assert len(result) < 1.1 * 2 * np.pi * 9.7


def test_the_skeleton_of_tubes_is_a_tree_of_four_ends():
    result = segment.skeleton(labels_of(branching_tubes(3.4))).values
    n_neighbors = ndimage.convolve(result, CUBE, mode="constant")[result > 0] - 1
    assert (n_neighbors == 1).sum() == 4  # ends
    assert (n_neighbors > 2).sum() >= 1


def test_each_structure_has_a_skeleton_of_its_own():
    values = np.zeros((5, 5, 14), np.uint8)
    values[..., :7], values[..., 7:] = 1, 2
    result = segment.skeleton(Labels(values, Grid.centered(values.shape, 1), {1: "a", 2: "b"}))
    alone = segment.skeleton(labels_of(values == 1)).values
    assert ((result.values == 1) == (alone == 1)).all()
    assert (result.values == 2).any()
    assert dict(result.names) == {1: "a", 2: "b"}


def thinned_slowly(body, order, *, checks_again):
    """The published order, voxel by voxel, with SciPy's labels for what hangs together."""

    def parts(around):
        inner = around.copy()
        inner[1, 1, 1] = False
        return ndimage.label(inner, CUBE)[1]

    def is_simple(around):
        outside = ndimage.label(~around & NEAR, FACES)[0]
        return parts(around) == 1 and len(set(outside[NEAR & FACES & ~around])) == 1

    voxels, is_changed = np.pad(body, 1), True
    while is_changed:
        is_changed = False
        for toward in order:
            chosen = []
            for at in map(tuple, np.argwhere(voxels)):
                around = voxels[tuple(slice(n - 1, n + 2) for n in at)]
                if not voxels[tuple(np.add(at, toward))] and around.sum() != 2:
                    chosen += [at] if is_simple(around) else []
            for at in chosen:
                around = voxels[tuple(slice(n - 1, n + 2) for n in at)]
                sure = is_simple(around) and around.sum() != 2
                if sure if checks_again else parts(around) <= 1:
                    voxels[at], is_changed = False, True
    return voxels[1:-1, 1:-1, 1:-1]


OURS = ((0, -1, 0), (0, 0, 1), (1, 0, 0), (0, 1, 0), (0, 0, -1), (-1, 0, 0))
THEIRS = ((0, -1, 0), (0, 1, 0), (0, 0, 1), (0, 0, -1), (1, 0, 0), (-1, 0, 0))


def test_every_voxel_is_that_of_a_slow_program_that_also_gives_those_of_scikit_image():
    """One program, two settings: ours, and scikit-image 0.26's, which checks less and breaks."""
    rng = np.random.default_rng(0)
    for share in (0.4, 0.6, 0.8):
        body = rng.random((4, 6, 5)) < share
        slow = thinned_slowly(body, OURS, checks_again=True)
        assert (segment.skeleton(labels_of(body)).values == slow).all()
        theirs = thinned_slowly(body, THEIRS, checks_again=False)
        assert (skeletonize(body, method="lee") == theirs).all()


def test_a_slice_thinned_by_itself_gives_every_pixel_of_scikit_image():
    rng = np.random.default_rng(5)
    for share in (0.3, 0.5, 0.7, 0.9):
        body = rng.random((6, *rng.integers(1, 20, 2))) < share
        blobs = ndimage.gaussian_filter(rng.standard_normal((4, 41, 36)), (0, 2, 2)) > 0
        for slices in (body, blobs):
            result = segment.skeleton_of_slices(labels_of(slices)).values
            for ours, whole in zip(result, slices):
                assert (ours == skimage_thin(whole)).all()
                assert euler_number(ours, 2) == euler_number(whole, 2)
                assert label(ours).max() == label(whole).max()


def test_nothing_has_no_skeleton_and_that_is_said():
    result = segment.skeleton(labels_of(np.zeros((3, 4, 5))))
    assert not result.values.any()
    assert [n.code for n in result.history.notices] == ["segment.nothing_inside"]
