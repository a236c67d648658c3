"""A real skull in a phantom: found whole by hysteresis, Otsu's threshold checked by brute force."""

import numpy as np
import pytest

import diaphane
from diaphane import segment


@pytest.fixture(scope="module")
def head(data):
    return diaphane.read(data / "anatomy" / "dcm_qa_ct_Philips_bone1mm_S2030.tar.xz")


def test_otsu_on_real_values_is_the_best_split_of_the_same_bins(head):
    counts, edges = np.histogram(head.values, 256)
    centers, best = (edges[:-1].astype(float) + edges[1:]) / 2, (-1.0, 0.0)
    for split in range(1, 256):
        w0, w1 = counts[:split].sum(), counts[split:].sum()
        if w0 and w1:
            m0 = (counts[:split] * centers[:split]).sum() / w0
            m1 = (counts[split:] * centers[split:]).sum() / w1
            best = max(best, (float(w0) * float(w1) * (m0 - m1) ** 2, centers[split - 1]))
    assert segment.otsu_threshold(head).value == pytest.approx(best[1], abs=1e-6)


def test_the_skull_is_one_piece_of_bone(head):
    bone = segment.hysteresis(head, low=300.0, high=700.0, structure="skull")
    skull = segment.largest(bone)
    kept = skull.values.sum() / bone.values.sum()
    assert 0.7 < kept < 1
    volume = segment.volume(skull)
    assert 300 < volume.value < 500
    assert volume.interval[1] - volume.interval[0] < 0.3 * volume.value
    assert {n.code for n in volume.history.notices} == {"segment.cut_by_the_border"}
