"""Image in, picture out: planes, projections, lit bodies; and histograms.

The patient's right is on the viewer's left, the head is up; letters say so in each picture.
"""

from diaphane.image import Picture
from diaphane.render.bars import histogram
from diaphane.render.casting import cast
from diaphane.render.planes import plane
from diaphane.render.projecting import mip

__all__ = ["Picture", "cast", "histogram", "mip", "plane"]
