"""Intervals by leaving out blocks: right for noise that hangs together, unlike the naive ones."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from diaphane.quality.blocks import block_edges, block_sums, jackknife


def _mean(sums):
    return sums[..., 0] / sums[..., 1]


def test_blocks_cover_everything_once():
    values = np.random.default_rng(0).normal(size=(5, 7, 2))
    edges = block_edges(values.shape, 3)
    sums = block_sums(values, edges)
    assert len(sums) == 3 * 3 * 2
    assert sums.sum() == pytest.approx(values.sum())
    first = [slice(e[0], e[1]) for e in edges]
    assert sums[0] == pytest.approx(values[tuple(first)].sum())


@pytest.mark.parametrize(("sigma", "at_least"), [(0.0, 0.92), (0.8, 0.88)])
def test_the_interval_of_a_mean_holds_the_truth_as_often_as_it_says(sigma, at_least):
    rng = np.random.default_rng(1)
    edges, counts = block_edges((15, 15, 15), 3), np.full((15, 15, 15), 1.0)
    held, naive = 0, 0
    n_trials = 300
    for _ in range(n_trials):
        noise = rng.normal(size=(23, 23, 23))
        noise = gaussian_filter(noise, sigma)[4:-4, 4:-4, 4:-4]
        sums = np.stack([block_sums(noise, edges), block_sums(counts, edges)], axis=-1)
        value, (low, high) = jackknife(sums, _mean)
        assert value == pytest.approx(noise.mean())
        held += low < 0 < high
        naive += abs(noise.mean()) < 1.96 * noise.std() / np.sqrt(noise.size)
    assert at_least <= held / n_trials <= 0.99
    if sigma:
        assert naive / n_trials < 0.5


def test_few_blocks_give_no_interval():
    assert jackknife(np.array([[1.0, 1], [2, 1], [0, 0], [3, 1]]), _mean) == (2, None)
