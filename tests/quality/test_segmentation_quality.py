"""Segmentations against the truth: closed forms, scikit-learn, SciPy, SimpleITK, real observers."""

import gzip

import numpy as np
import pytest
import SimpleITK
from PIL import Image as PillowImage
from scipy import ndimage
from sklearn import metrics

from diaphane import quality
from diaphane.errors import GeometryError, InputError
from diaphane.image import Image, Labels, Measurement
from diaphane.space import Grid
from diaphane.units import Quantity


def labels_of(values, spacing_mm=(1.0, 1.0, 1.0)):
    values = np.atleast_3d(np.asarray(values, np.uint8))
    if values.shape[2] == 1 and values.shape[0] > 1:
        values = values.transpose(2, 0, 1)
    return Labels(values, Grid.centered(values.shape, spacing_mm))


def image_of(values, like, quantity=Quantity.PROBABILITY):
    return Image(np.asarray(values, np.float32).reshape(like.grid.shape), like.grid, quantity)


def blobs(seed, shape=(9, 30, 31), level=0.0):
    noise = np.random.default_rng(seed).normal(size=shape)
    return labels_of(ndimage.gaussian_filter(noise, 2) > level, (2.5, 0.8, 1.1))


@pytest.fixture(scope="module")
def pair():
    one, other = blobs(1), blobs(2)
    mixed = np.where(blobs(3, level=0.05).values != 0, other.values, one.values)
    return one, Labels(mixed, one.grid)


BY_HAND = {  # labels 1 1 1 0 0 0 0 0, truth 0 1 1 1 1 0 0 0: TP 2, FP 1, FN 2, TN 3
    quality.sensitivity: 2 / 4,
    quality.specificity: 3 / 4,
    quality.voxel_accuracy: 5 / 8,
    quality.matthews: (2 * 3 - 1 * 2) / np.sqrt(3 * 4 * 5 * 4),
    quality.volume_error: -25.0,
}


@pytest.mark.parametrize("step", BY_HAND, ids=lambda s: s.name)
def test_shares_of_voxels_by_hand(step):
    found, truth = labels_of([[[1, 1, 1, 0, 0, 0, 0, 0]]]), labels_of([[[0, 1, 1, 1, 1, 0, 0, 0]]])
    assert step(found, truth).value == pytest.approx(BY_HAND[step])


def test_shares_have_intervals_that_hold_them(pair):
    for step in BY_HAND:
        told = step(*pair)
        assert told.interval[0] < told.value < told.interval[1]


def test_matthews_is_the_correlation_of_two_masks(pair):
    expected = np.corrcoef(pair[0].values.ravel(), pair[1].values.ravel())[0, 1]
    assert quality.matthews(*pair).value == pytest.approx(expected)


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (3.0, 0.7, 1.2)])
def test_boxes_are_as_far_apart_as_they_were_shifted(spacing):
    values = np.zeros((12, 20, 21), np.uint8)
    values[3:9, 4:14, 5:15] = 1
    shifted = np.roll(values, 2, axis=2)
    step_mm = 2 * spacing[2]
    one, other = labels_of(values, spacing), labels_of(shifted, spacing)
    assert quality.hausdorff(one, other, percentile=100).value == pytest.approx(step_mm)
    assert quality.hausdorff(one, one).value == 0
    assert 0 < quality.surface_distance(one, other).value < step_mm


def test_balls_in_one_another_are_apart_by_their_radii():
    z, y, x = np.indices((25, 61, 61), dtype=float)
    square = ((z - 12) * 2.5) ** 2 + (y - 30) ** 2 + (x - 30) ** 2
    small, large = (labels_of(square <= r**2, (2.5, 1.0, 1.0)) for r in (15, 22))
    assert quality.surface_distance(small, large).value == pytest.approx(7, abs=0.7)
    assert quality.hausdorff(small, large).value == pytest.approx(7, abs=1.3)


def test_distances_of_borders_are_those_of_simpleitk_and_scipy(pair):
    inner = np.zeros(pair[0].grid.shape, np.uint8)
    inner[1:-1, 1:-1, 1:-1] = 1
    one, other = (Labels(x.values * inner, x.grid) for x in pair)
    borders = []
    for labels in (one, other):
        whole = SimpleITK.GetImageFromArray(labels.values)
        whole.SetSpacing(labels.grid.spacing_mm[::-1])
        borders.append(SimpleITK.LabelContour(whole))
    reference = SimpleITK.HausdorffDistanceImageFilter()
    reference.Execute(*borders)
    farthest = quality.hausdorff(one, other, percentile=100).value
    assert farthest == pytest.approx(reference.GetHausdorffDistance(), rel=1e-5)
    there, back = _distances(one, other), _distances(other, one)
    expected = max(np.percentile(there, 95), np.percentile(back, 95))
    assert quality.hausdorff(one, other).value == pytest.approx(expected)
    mean = np.concatenate([there, back]).mean()
    assert quality.surface_distance(one, other).value == pytest.approx(mean)


def _distances(one, other):
    """How far each border voxel of one is from the other's border, by a distance transform."""
    borders = []
    for labels in (one, other):
        mask = labels.values != 0
        within = ndimage.binary_erosion(mask, ndimage.generate_binary_structure(3, 1))
        borders.append(mask & ~within)
    distance = ndimage.distance_transform_edt(~borders[1], sampling=one.grid.spacing_mm)
    return distance[borders[0]]


def test_a_slice_has_no_border_before_and_behind():
    values = np.zeros((1, 20, 20), np.uint8)
    values[0, 5:15, 5:15] = 1
    wider = np.zeros_like(values)
    wider[0, 4:16, 4:16] = 1
    assert quality.hausdorff(labels_of(values), labels_of(wider), percentile=100).value < 1.5


def test_ranking_is_that_of_scikit_learn(pair):
    truth = pair[0]
    noise = np.random.default_rng(0).normal(0, 0.7, truth.values.shape)
    image = image_of((truth.values + noise).round(1), truth)  # rounded: ties
    flat = truth.values.ravel(), image.values.ravel()
    area, precision = quality.roc_area(image, truth), quality.average_precision(image, truth)
    assert area.value == pytest.approx(metrics.roc_auc_score(*flat))
    assert precision.value == pytest.approx(metrics.average_precision_score(*flat))


def test_area_by_hand_with_ties_counted_half():
    truth = labels_of([[[0, 0, 1, 1]]])
    image = image_of([0.1, 0.4, 0.4, 0.8], truth)
    assert quality.roc_area(image, truth).value == pytest.approx(3.5 / 4)
    where = labels_of([[[1, 0, 1, 1]]])
    assert quality.roc_area(image, truth, where).value == 1


def test_probabilities_that_are_right_lie_on_the_diagonal():
    rng = np.random.default_rng(5)
    like = labels_of(np.zeros((8, 60, 60)))
    probability = rng.random(like.grid.shape)
    truth = Labels((rng.random(like.grid.shape) < probability).astype(np.uint8), like.grid)
    image = image_of(probability, like)
    curve = quality.reliability(image, truth)
    assert len(curve.x) == 10
    assert np.abs(curve.x - curve.y).max() < 0.03
    assert ((curve.low <= curve.y) & (curve.y <= curve.high)).all()
    assert quality.calibration_error(image, truth).value < 0.015
    assert quality.brier(image, truth).value == pytest.approx(1 / 6, abs=0.01)
    sure = image_of(probability > 0.5, like)  # right in three of four
    assert quality.calibration_error(sure, truth).value == pytest.approx(0.25, abs=0.01)
    assert quality.brier(sure, truth).value == pytest.approx(0.25, abs=0.01)


def test_brier_is_scikit_learns(pair):
    image = image_of(np.random.default_rng(2).random(pair[0].grid.shape), pair[0])
    expected = metrics.brier_score_loss(pair[0].values.ravel(), image.values.ravel())
    assert quality.brier(image, pair[0]).value == pytest.approx(expected, rel=1e-6)


def test_cl_dice_by_hand():
    """The found vessel has a third of its line beside the true one, and misses half of that."""
    truth, found = np.zeros((1, 9, 20), np.uint8), np.zeros((1, 9, 20), np.uint8)
    truth[0, 3:6, 0:16], found[0, 3:6, 8:20] = 1, 1
    lines = [np.zeros_like(truth), np.zeros_like(truth)]
    lines[0][0, 4, 0:16], lines[1][0, 4, 8:20] = 1, 1
    precise, complete = 8 / 12, 8 / 16
    told = quality.cl_dice(*map(labels_of, (found, truth, lines[1], lines[0])))
    assert told.value == pytest.approx(2 * precise * complete / (precise + complete))
    with pytest.raises(InputError, match="truth_skeleton must lie within truth"):
        quality.cl_dice(*map(labels_of, (found, truth, lines[1], found)))


def observers(n=4, seed=0):
    truth = blobs(11, (8, 40, 40))
    rng = np.random.default_rng(seed)
    drawn = []
    for p, q in [(0.95, 0.9), (0.9, 0.97), (0.7, 0.85), (0.85, 0.99)][:n]:
        right = rng.random(truth.grid.shape) < np.where(truth.values, p, q)
        drawn.append(Labels(np.where(right, truth.values, 1 - truth.values), truth.grid))
    return truth, drawn


@pytest.mark.parametrize("n", [2, 3, 4])
def test_staple_gives_the_probabilities_of_simpleitk(n):
    _, drawn = observers(n)
    reference = SimpleITK.STAPLEImageFilter()
    reference.SetForegroundValue(1)
    reference.SetMaximumIterations(1000)
    expected = SimpleITK.GetArrayFromImage(
        reference.Execute([SimpleITK.GetImageFromArray(d.values) for d in drawn])
    )
    likely = quality.staple(*drawn)
    assert np.abs(likely.values - expected).max() < 2e-3
    (said,) = likely.history.notices
    found = [float(p) for p in said.values["sensitivity"].split(", ")]
    assert found == pytest.approx(list(reference.GetSensitivity()), abs=2e-3)


def test_staple_tells_how_reliable_each_observer_is():
    truth, drawn = observers()
    likely = quality.staple(*drawn)
    (said,) = likely.history.notices
    assert [float(p) for p in said.values["sensitivity"].split(", ")] == pytest.approx(
        [0.95, 0.9, 0.7, 0.85], abs=0.03
    )
    weighed = Labels((likely.values > 0.5).astype(np.uint8), truth.grid)
    voted = quality.majority(*drawn)
    assert quality.dice(weighed, truth).value > quality.dice(voted, truth).value > 0.9


def test_the_majority_decides_and_ties_belong_to_none():
    drawn = [labels_of([[row]]) for row in ([1, 1, 2, 0, 3], [1, 2, 2, 0, 1], [1, 2, 2, 3, 2])]
    assert quality.majority(*drawn).values.ravel().tolist() == [1, 2, 2, 0, 0]
    voted = quality.majority(*drawn[:2])
    assert voted.values.ravel().tolist() == [1, 0, 2, 0, 0]
    (said,) = voted.history.notices
    assert said.values["voxels"] == 2


def test_kappas_are_those_of_the_papers_and_of_scikit_learn(pair):
    one = labels_of(np.random.default_rng(0).integers(0, 4, (4, 9, 9)))
    other = Labels(np.where(blobs(4, (4, 9, 9)).values, one.values, 2).astype(np.uint8), one.grid)
    expected = metrics.cohen_kappa_score(one.values.ravel(), other.values.ravel())
    assert quality.cohen_kappa(one, other).value == pytest.approx(expected)
    # Fleiss (1971) by the definition, for three observers
    third = labels_of(np.random.default_rng(1).integers(0, 4, (4, 9, 9)))
    stack = np.stack([v.values.ravel() for v in (one, other, third)])
    votes = np.stack([(stack == k).sum(axis=0) for k in range(4)])
    agreed = ((votes**2).sum(axis=0) - 3).mean() / 6
    chance = ((votes.sum(axis=1) / votes.sum()) ** 2).sum()
    told = quality.fleiss_kappa(one, other, third)
    assert told.value == pytest.approx((agreed - chance) / (1 - chance))
    assert told.interval[0] < told.value < told.interval[1]


def test_pairwise_dice_is_the_mean_of_all_pairs():
    _, drawn = observers(3)
    pairs = [(0, 1), (0, 2), (1, 2)]
    expected = np.mean([quality.dice(drawn[a], drawn[b]).value for a, b in pairs])
    assert quality.pairwise_dice(*drawn).value == pytest.approx(expected)


def test_cases_are_gathered_with_the_bootstraps_interval():
    values = np.random.default_rng(3).normal(0.8, 0.05, 20)
    told = quality.over_cases([Measurement(float(v), "", name="Dice coefficient") for v in values])
    assert told.value == pytest.approx(values.mean())
    half = 1.96 * values.std() / np.sqrt(20)
    assert told.interval == pytest.approx((values.mean() - half, values.mean() + half), abs=0.004)
    for bad, match in (
        ([Measurement(1.0, "mm")], "at least 2"),
        ([Measurement(1.0, "mm"), Measurement(1.0, "")], "one measurement of each case"),
        ([Measurement(1.0, ""), Measurement(float("nan"), "")], "case 1 is nan"),
    ):
        with pytest.raises(InputError, match=match):
            quality.over_cases(bad)


def test_what_cannot_be_compared_is_refused_in_one_sentence(pair):
    empty, full = labels_of(np.zeros((9, 30, 31))), labels_of(np.ones((9, 30, 31)))
    empty, full = (Labels(x.values, pair[0].grid) for x in (empty, full))
    likely = image_of(np.full(empty.grid.shape, 0.5), empty)
    for step, values, match in (
        (quality.sensitivity, (pair[0], empty), "truth has no voxel of any structure"),
        (quality.specificity, (pair[0], full), "it fills the grid"),
        (quality.matthews, (full, pair[1]), "all are in"),
        (quality.volume_error, (pair[0], empty), "truth has no voxel"),
        (quality.hausdorff, (empty, pair[1]), "labels has no voxel of any structure: no border"),
        (quality.surface_distance, (pair[0], empty), "truth has no voxel"),
        (quality.roc_area, (likely, empty), "all 8370 are out"),
        (quality.brier, (image_of(2 * likely.values + 1, empty), pair[0]), "between 0 and 1"),
        (quality.average_precision, (image_of(np.nan * likely.values, empty), pair[0]), "finite"),
        (quality.staple, (empty, empty), "all are out"),
        (quality.cohen_kappa, (empty, empty), "chance explains everything"),
        (quality.pairwise_dice, (empty, empty), "no voxel of any structure"),
    ):
        with pytest.raises(InputError, match=match):
            step(*values)
    smaller = labels_of(np.ones((9, 30, 30)))
    for step in (quality.matthews, quality.hausdorff, quality.majority, quality.fleiss_kappa):
        with pytest.raises(GeometryError, match="shapes"):
            step(pair[0], smaller)


def test_two_observers_of_real_vessels_agree_as_published(data):
    """STARE, over the whole frame: 89.51 % of Hoover's vessels are Kouznetsova's, too."""
    folder = data / "retina" / "STARE"
    told = []
    for path in sorted(folder.glob("labels-ah/*.gz")):
        first = _mask(path)
        second = _mask(next(folder.glob(f"labels-vk/{path.name[:6]}.vk.*.gz")))
        measured = (quality.sensitivity, quality.specificity, quality.voxel_accuracy)
        told.append([step(second, first) for step in (*measured, quality.cohen_kappa)])
    assert len(told) == 20
    found, left, right, kappa = (quality.over_cases(list(m)) for m in zip(*told))
    assert found.value == pytest.approx(0.8951, abs=0.00005)
    assert left.value == pytest.approx(0.956, abs=0.001)
    assert right.value == pytest.approx(0.952, abs=0.001)
    assert found.interval[0] < 0.895 < found.interval[1]
    assert 0.6 < kappa.value < 0.8


def _mask(path):
    with gzip.open(path) as file, PillowImage.open(file) as picture:
        values = np.asarray(picture.convert("L")) > 127
    return Labels(values[None].astype(np.uint8), Grid.of_pixels(*values.shape))
