"""A real torso: its bones and lungs against 42 structures labeled by others, its skin."""

import numpy as np
import pytest

import diaphane
from diaphane import chain
from diaphane.image import Labels

LUNGS, CARTILAGE = range(10, 15), 117
BONES = (*range(25, 51), *range(69, 79), *range(91, 117))
FIRST = 82
"""The reference's header puts its 30 slices at the image's first; by the anatomy they are the
last: vertebrae and ribs have 202 HU on average there, and less by every slice that it is moved."""


@pytest.fixture(scope="module")
def torso(data):
    folder = data / "anatomy" / "totalseg"
    image = diaphane.read(folder / "example_ct.nii.gz", quantity="hounsfield")
    return image, diaphane.read(folder / "example_seg.nii.gz").values


def found(name, image, *stages):
    """What some stages of a shipped chain give, without its pictures."""
    made = {"image": image}
    for part in chain.check(chain.load(name)).stages:
        if not part.step.name.startswith(("render.", "surface.")):
            made[part.stage.name] = part.step(*(made[x] for x in part.of), **part.options)
    return [made[x] for x in stages]


def dice(labels: Labels, truth):
    ours = labels.values[FIRST:] > 0
    return 2 * (ours & truth).sum() / (ours.sum() + truth.sum())


def test_the_reference_lies_where_bones_are_bright(torso):
    image, reference = torso
    is_bone = np.isin(reference, BONES)
    means = [image.values[k : k + 30][is_bone].mean() for k in range(FIRST + 1)]
    assert int(np.argmax(means)) == FIRST
    assert means[FIRST] > 200


def test_bones_agree_with_the_reference_but_for_some_cartilage(torso):
    """At 3 mm a voxel. Calcified cartilage is as dense, and rims are left out of the reference."""
    image, reference = torso
    bones, volume = found("bones-ct", image, "bones", "bone_volume")
    is_bone = np.isin(reference, BONES)
    assert dice(bones, is_bone) > 0.87
    ours = bones.values[FIRST:] > 0
    assert ours[is_bone].mean() > 0.97
    others = np.bincount(reference[ours & ~is_bone], minlength=CARTILAGE + 1)
    assert others[CARTILAGE] < 500  # of 2100
    assert others[1:CARTILAGE].sum() < 10
    for organ in (1, 2, 3, 5, 6, 52):  # spleen, kidneys, liver, stomach, aorta
        assert ours[reference == organ].mean() < 0.01
    assert 1000 < volume.value < 1700  # from the tenth rib to the thighs, an implant included
    assert "segment.cut_by_the_border" in {n.code for n in volume.history.notices}


def test_the_bases_of_the_lungs_agree_with_their_lobes_and_no_bowel_is_taken(torso):
    image, reference = torso
    lungs, volume = found("lungs-ct", image, "lungs", "lung_volume")
    is_lung = np.isin(reference, LUNGS)
    assert dice(lungs, is_lung) > 0.86  # recesses thinner than 8 mm are lost
    ours = lungs.values[FIRST:] > 0
    assert ours[reference == 20].mean() < 0.01  # the colon is full of gas
    assert not lungs.values[:FIRST].any()
    low, high = volume.interval
    assert low < is_lung.sum() * image.grid.voxel_volume_mm3 / 1000 < high


def test_the_body_holds_every_structure_and_not_the_table(torso):
    image, reference = torso
    body, volume = found("skin-ct", image, "body", "body_volume")
    assert body.values[FIRST:][reference > 0].mean() > 0.999
    assert not body.values[60, :8].any()  # the table curves beneath the back
    assert 23_000 < volume.value < 24_500
