"""Watershed: as a plain queue floods it, plateaus included, and as scikit-image where none tie."""

import heapq
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diaphane import memory, segment
from diaphane.errors import GeometryError, InputError
from diaphane.image import Image, Labels
from diaphane.space import Grid
from diaphane.units import Quantity

MOST = {6: 1, 18: 2, 26: 3}


def _flood(values, seeds, mask, connectivity, has_line):
    """The definition: always the lowest that waits, of equal ones the first that came."""
    out = np.where(mask, seeds.astype(int), -1)
    steps = [s for s in product((-1, 0, 1), repeat=3) if 0 < sum(map(abs, s)) <= MOST[connectivity]]

    def around(at):
        for step in steps:
            near = tuple(a + b for a, b in zip(at, step))
            if all(0 <= a < n for a, n in zip(near, values.shape)):
                yield near

    queue, came = [], 0
    for at in map(tuple, np.argwhere(out > 0)):
        queue.append((values[at], came, at))
        came += 1
    heapq.heapify(queue)
    waits = out != 0
    while queue:
        at = heapq.heappop(queue)[2]
        if out[at] == 0:
            found = {out[near] for near in around(at) if out[near] > 0}
            out[at] = found.pop() if len(found) == 1 else -2
        if out[at] == -2:
            continue
        for near in around(at):
            if not waits[near]:
                waits[near] = True
                out[near] = 0 if has_line else out[at]
                heapq.heappush(queue, (values[near], came, near))
                came += 1
    return np.maximum(out, 0)


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(*[st.integers(1, 8)] * 3),
    st.sampled_from(["u1", "i2", "f4", "f8", "i8"]),
    st.sampled_from([2, 4, 100, 100_000]),
    st.sampled_from([6, 18, 26]),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)
def test_it_floods_as_defined_whatever_the_levels(shape, kind, n_levels, near, has_line, seed):
    rng = np.random.default_rng(seed)
    values = rng.integers(-(n_levels // 2), n_levels // 2, shape)
    values = (values / 7 if kind[0] == "f" else values + (kind == "u1") * n_levels).astype(kind)
    seeds = np.where(rng.random(shape) < 0.1, rng.integers(1, 5, shape), 0).astype(np.uint8)
    mask = rng.random(shape) < 0.9
    if not seeds[mask].any():
        return
    grid = Grid.centered(shape, 1)
    ours = segment.watershed(
        Image(values, grid, Quantity.UNKNOWN),
        Labels(seeds, grid, {1: "a"}),
        Labels(mask.astype(np.uint8), grid),
        connectivity=near,
        borders="line" if has_line else "touching",
    )
    np.testing.assert_array_equal(ours.values, _flood(values, seeds, mask, near, has_line))
    assert ours.names == {1: "a"}
    assert ours.values.dtype == np.uint8


def test_where_no_two_levels_tie_it_is_that_of_scikit_image():
    peer = pytest.importorskip("skimage.segmentation")
    rng = np.random.default_rng(6)
    shape = (21, 34, 40)
    values = rng.permutation(np.prod(shape)).reshape(shape).astype(np.float32)
    seeds = np.zeros(shape, np.int32)
    seeds.flat[rng.choice(seeds.size, 50, replace=False)] = np.arange(1, 51)
    grid = Grid.centered(shape, 1)
    ours = segment.watershed(Image(values, grid, Quantity.UNKNOWN), Labels(seeds, grid))
    np.testing.assert_array_equal(ours.values, peer.watershed(values, seeds))


def test_two_touching_balls_part_where_they_touch():
    grid = Grid.centered((25, 40, 61), 1.0)
    points = grid.to_mm(np.moveaxis(np.indices(grid.shape), 0, -1))
    left, right = (np.linalg.norm(points - (x, 0.5, 0), axis=-1) for x in (-10.5, 10.5))
    both = Labels(((left < 12) | (right < 12)).astype(np.uint8), grid)
    depth = segment.distance(both)
    seeds = Labels(((left < 2) + 2 * (right < 2)).astype(np.uint8), grid, {1: "left", 2: "right"})
    parts = segment.watershed(Image(-depth.values, grid, Quantity.LENGTH), seeds, both)
    wrong = (parts.values != np.where(left < right, 1, 2)) & (both.values != 0)
    assert wrong.mean() < 0.002
    assert ((parts.values != 0) == (both.values != 0)).all()


def test_what_cannot_be_flooded_is_told_in_one_sentence(monkeypatch):
    grid = Grid.centered((2, 3, 4), 1)
    image = Image(np.zeros(grid.shape, np.float32), grid, Quantity.UNKNOWN)
    seeds = Labels(np.eye(24, 1, dtype=np.uint8).reshape(grid.shape), grid)
    empty = Labels(np.zeros(grid.shape, np.uint8), grid)
    with pytest.raises(InputError, match="at least one seed, and no voxel is labeled"):
        segment.watershed(image, empty)
    with pytest.raises(InputError, match="a seed within the mask, all lie outside"):
        segment.watershed(image, seeds, empty)
    small = Labels(np.ones((1, 3, 4), np.uint8), Grid.centered((1, 3, 4), 1))
    with pytest.raises(GeometryError, match="grid of 2 × 3 × 4 voxels, got 1 × 3 × 4: resample"):
        segment.watershed(image, small)
    moved = Labels(seeds.values, Grid.centered((2, 3, 4), 1, (9, 0, 0)))
    with pytest.raises(GeometryError, match="got one of the same size elsewhere"):
        segment.watershed(image, moved)
    monkeypatch.setattr(memory, "free_bytes", lambda: 100)
    with pytest.raises(InputError, match=r"needs 0.0 GiB for 2 × 3 × 4 voxels and"):
        segment.watershed(image, seeds)


def test_what_the_flood_does_not_reach_is_said():
    values = np.zeros((1, 1, 5), np.float32)
    grid = Grid.centered((1, 1, 5), 1)
    seeds = Labels(np.array([[[1, 0, 0, 0, 0]]], np.uint8), grid)
    mask = Labels(np.array([[[1, 1, 0, 1, 1]]], np.uint8), grid)
    flooded = segment.watershed(Image(values, grid, Quantity.UNKNOWN), seeds, mask)
    assert flooded.values.tolist() == [[[1, 1, 0, 0, 0]]]
    (said,) = flooded.history.notices
    assert (said.code, said.values) == ("segment.not_reached", {"voxels": 2})
