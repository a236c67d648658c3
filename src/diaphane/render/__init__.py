"""Image in, picture out: planes, projections, and lit bodies.

The patient's right is on the viewer's left, the head is up; letters say so in each picture.
"""

from diaphane.image import Picture
from diaphane.render.casting import cast
from diaphane.render.planes import plane
from diaphane.render.projecting import mip

__all__ = ["Picture", "cast", "mip", "plane"]
