"""A head whose two sides differ."""

from diaphane.phantom import head_brain, head_face, head_jaws, head_neck, head_skull, head_soft
from diaphane.phantom.body import Body
from diaphane.phantom.materials import attenuation_of
from diaphane.phantom.modeling import cut_off, moved
from diaphane.phantom.shapes import Cut, Cylinder, Part
from diaphane.step import step

TO_MIDDLE = (0.0, 9.0, -9.0)
"""From the plane of ear canals and lower rims of the orbits to the middle of the head's box."""

_END_OF_NECK = Cut((0.0, 0.0, -104.0), (0.0, 0.0, -1.0))


@step(version=1)
def head() -> Body:
    """Return a head, from the crown to the fifth vertebra of the neck.

    The patient faces -y, the crown points to +z, and the middle of the head is the origin. It
    holds skull, teeth, sinuses, airway, brain with ventricles, eyes, and arteries filled with
    contrast medium. That nobody takes a mirror image for the truth, the *left* side alone has a
    burr hole in the parietal bone, an aneurysm of the middle cerebral artery and a gap where the
    lower first molar was; the upper first molar on the *right* carries a ceramic filling, and the
    right frontal sinus is the larger one.

    Returns
    -------
    Body
        It fills a box of 186 × 216 × 227 mm. Later parts replace earlier ones.

    Notes
    -----
    A drawing by hand after textbook proportions of an adult, for tests, teaching and pictures;
    no patient's data are in it.
    """
    parts = [
        *head_soft.skin(),
        *head_face.bones(),
        *head_jaws.lower_jaw(),
        *head_skull.vault(0.0, "bone"),
        *head_skull.vault(2.0, "spongy bone"),
        *head_skull.vault(4.6, "bone"),
        *head_skull.cavity(6.5, "cerebrospinal fluid"),
        *head_skull.cavity(8.5, "brain"),
        *head_brain.brain(),
        *head_skull.base(),
        *head_skull.ears(),
        *head_face.orbits(),
        *head_face.nose(),
        *head_face.sinuses(),
        *head_neck.airway(),
        *head_neck.spine(),
        *head_jaws.teeth(),
        *head_brain.arteries(),
        _burr_hole(),
    ]
    return Body(tuple(moved(cut_off(p, _END_OF_NECK), TO_MIDDLE) for p in parts), "head")


def _burr_hole() -> Part:
    """Return the hole in the left parietal bone, healed with soft tissue."""
    inside, outside = (38.5, 23.2, 91.6), (46.5, 25.4, 101.8)
    return Cylinder.between(inside, outside, 7.0, attenuation_of("soft tissue"), name="burr hole")
