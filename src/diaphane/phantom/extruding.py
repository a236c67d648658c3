"""One slice of a body drawn out along the axis, so that every slice of it is the same.

Of an ellipsoid or cylinder ``|M (p - c)|² <= 1``, the points at the height z are those with
``uᵀ Q u + 2 w qᵀ u + r w² <= 1``, where u is (x, y) and w is z, both from the center, and
``MᵀM = [[Q, q], [qᵀ, r]]``: an ellipse about ``-w Q⁻¹ q``. A plane becomes an upright one.
"""

from typing import Annotated

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.errors import InputError
from diaphane.options import Range
from diaphane.phantom.body import Body
from diaphane.phantom.shapes import Box, Cut, Cylinder, Part
from diaphane.step import step

_FLAT = 1e-12  # of the larger curvature: the section is a strip, not an ellipse


@step(version=1)
def extruded(
    body: Body,
    *,
    z_mm: Annotated[float, Range(-10_000, 10_000, unit="mm")] = 0.0,
    length_mm: Annotated[float, Range(0.1, 10_000, scale="log", unit="mm")] = 1000.0,
) -> Body:
    """Return the body whose every slice is one slice of another: what 2-D experiments need.

    Parameters
    ----------
    body : Body
        Of which the slice is taken.
    z_mm : number
        Where.
    length_mm : number
        How long the new body is; its middle lies at z = 0.

    Returns
    -------
    Body
        Upright cylinders and boxes, in the order of the parts that the slice meets. Each row of a
        fan or parallel beam then sees the same slice, with noise of its own.

    Raises
    ------
    InputError
        When the slice meets no part.

    Examples
    --------
    >>> from diaphane import phantom
    >>> ball = phantom.Body((phantom.Ellipsoid((0.0, 0.0, 0.0), (5.0, 5.0, 5.0), 0.02),))
    >>> rod = phantom.extruded(ball, z_mm=3.0)
    >>> [round(float(r), 6) for r in rod.parts[0].radii_mm]
    [4.0, 4.0]
    """
    sections = (_section(part, z_mm, length_mm) for part in body.parts)
    parts = tuple(s for s in sections if s is not None)
    if not parts:
        raise InputError(f"phantom.extruded: the body has nothing at z = {z_mm:g} mm")
    return Body(parts, body.name, body.combine)


def _section(part: Part, z_mm: float, length_mm: float) -> Part | None:
    """Return a part's section at a height, drawn out; ``None`` where it has none."""
    cuts = _upright(part.planes, z_mm)
    squares = part.matrix.T @ part.matrix
    bend, tilt, height = squares[:2, :2], squares[:2, 2], z_mm - part.center_mm[2]
    curvatures, axes = np.linalg.eigh(bend)
    curved = curvatures > _FLAT * max(float(curvatures[1]), 1e-300)
    inverse = np.where(curved, 1 / np.where(curved, curvatures, 1), 0)
    middle = -height * (axes * inverse) @ (axes.T @ tilt)
    room = 1 - height**2 * float(squares[2, 2] - tilt @ (axes * inverse) @ axes.T @ tilt)
    if cuts is None or room <= 0 or abs(height) > part.radius_mm:
        return None
    # Where nothing curves, the cuts bound the section, and the part's ball holds them.
    far = 2 * (part.radius_mm + float(np.hypot(*middle)))
    first, second = (float(np.sqrt(room * i)) if c else far for i, c in zip(inverse, curved))
    center = (part.center_mm[0] + float(middle[0]), part.center_mm[1] + float(middle[1]), 0.0)
    turn = (0.0, 0.0, float(np.rad2deg(np.arctan2(axes[1, 0], axes[0, 0]))))
    value, name = part.attenuation_per_mm, part.name
    if curved.all():
        return Cylinder(center, (first, second), length_mm, value, turn, cuts, name)
    return Box(center, (2 * first, 2 * second, length_mm), value, turn, cuts, name)


def _upright(planes: AnyArray, z_mm: float) -> tuple[Cut, ...] | None:
    """Return planes as they cut a slice; ``None`` where one takes it all away."""
    cuts = []
    for x, y, z, offset in planes.tolist():
        room, squared = offset - z * z_mm, x * x + y * y
        if squared > _FLAT:
            cuts.append(Cut((x * room / squared, y * room / squared, 0.0), (x, y, 0.0)))
        elif room < 0:
            return None
    return tuple(cuts)
