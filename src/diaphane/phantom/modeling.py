"""Modeling bodies by hand: blobs, strings of blobs along a path, and the two sides of a body.

Points and lengths are in mm. What is said once is said for the patient's left, where x > 0.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from scipy.interpolate import CubicSpline

from diaphane.arrays import DoubleArray
from diaphane.phantom.materials import attenuation_of
from diaphane.phantom.shapes import AnyPart, Cut, Ellipsoid, Part, Vector, frame_deg, mirrored


def blob(
    center_mm: Vector,
    semi_axes_mm: Vector,
    material: str,
    *,
    turn_deg: Vector = (0.0, 0.0, 0.0),
    cuts: Iterable[tuple[Vector, Vector]] = (),
    name: str = "",
) -> Ellipsoid:
    """Return an ellipsoid of a material, cut by planes given as a point and a normal each."""
    planes = tuple(Cut(point, normal) for point, normal in cuts)
    return Ellipsoid(center_mm, semi_axes_mm, attenuation_of(material), turn_deg, planes, name)


def string(
    path_mm: Sequence[Vector],
    radii_mm: tuple[float, float] | Sequence[tuple[float, float]],
    material: str,
    *,
    n: int,
    up: Vector = (0.0, 0.0, 1.0),
    name: str = "",
) -> list[Part]:
    """Return `n` overlapping ellipsoids along a smooth path: a rod that may bend and taper.

    Parameters
    ----------
    path_mm : points
        The path runs smoothly through them; the rod's round ends touch the first and the last.
    radii_mm : one pair, or one for each point
        Half the rod's width and half its height; the height is measured toward `up`.
    material : str
        A name of :data:`~diaphane.phantom.materials.HOUNSFIELD`.
    n : int
        Each ellipsoid is four times as long as they are apart, so that the rod is smooth to 3 %.
    up : vector
        Toward the rod's height.
    name : str
        What it stands for.
    """
    points = np.asarray(path_mm, dtype=np.float64)
    radii = np.broadcast_to(np.asarray(radii_mm, dtype=np.float64), (len(points), 2))
    lengths = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    place, width = CubicSpline(lengths, points), CubicSpline(lengths, radii)
    if len(points) == 2:
        place, width = (CubicSpline(lengths, x, bc_type="natural") for x in (points, radii))
    half = 2 * lengths[-1] / (n + 3)
    parts: list[Part] = []
    for s in np.linspace(half, lengths[-1] - half, n):
        tangent = place(s, 1)
        side = np.cross(up, tangent)
        wide, high = width(s)
        parts.append(
            Ellipsoid(
                _vector(place(s)),
                (float(wide), float(high), float(half)),
                attenuation_of(material),
                frame_deg(_vector(tangent), _vector(side)),
                name=name,
            )
        )
    return parts


def egg(
    center_mm: Vector,
    half_width_mm: float,
    front_back_mm: tuple[float, float],
    up_down_mm: tuple[float, float],
    material: str,
    *,
    cuts: Iterable[tuple[Vector, Vector]] = (),
    quarters: Iterable[tuple[int, int]] = ((-1, 1), (-1, -1), (1, 1), (1, -1)),
    name: str = "",
) -> list[Part]:
    """Return an egg: quarters of ellipsoids that meet without an edge.

    Parameters
    ----------
    center_mm : vector
        Where the quarters meet: the widest place.
    half_width_mm : float
        To the left and to the right.
    front_back_mm, up_down_mm : pairs
        From the center to the front and the back, to the top and the bottom.
    material, cuts, name
        As for :func:`blob`.
    quarters : pairs
        Which quarters: -1 for the front, 1 for the back; 1 for the top, -1 for the bottom.
    """
    parts: list[Part] = []
    for backward, upward in quarters:
        sides = [(center_mm, (0.0, -backward, 0.0)), (center_mm, (0.0, 0.0, -upward))]
        depth = front_back_mm[0] if backward < 0 else front_back_mm[1]
        height = up_down_mm[0] if upward > 0 else up_down_mm[1]
        semi_axes = (half_width_mm, depth, height)
        parts.append(blob(center_mm, semi_axes, material, cuts=[*sides, *cuts], name=name))
    return parts


def both(parts: Part | Iterable[Part]) -> list[Part]:
    """Return parts of the left side, and their mirror images on the right."""
    left = [parts] if isinstance(parts, Part) else list(parts)
    return [*left, *(mirrored(part) for part in left)]


def moved(part: AnyPart, by_mm: Vector) -> AnyPart:
    """Return a part at another place."""
    dx, dy, dz = by_mm

    def there(point: Vector) -> Vector:
        x, y, z = point
        return x + dx, y + dy, z + dz

    cuts = tuple(Cut(there(c.point_mm), c.normal) for c in part.cuts)
    return replace(part, center_mm=there(part.center_mm), cuts=cuts)


def cut_off(part: AnyPart, cut: Cut) -> AnyPart:
    """Return a part without what lies beyond a plane; one that does not reach it as it is."""
    normal = np.asarray(cut.normal) / np.linalg.norm(cut.normal)
    below = np.asarray(cut.point_mm) - np.asarray(part.center_mm)
    return part if part.radius_mm <= below @ normal else replace(part, cuts=(*part.cuts, cut))


def _vector(values: DoubleArray) -> Vector:
    x, y, z = (float(v) for v in values)
    return x, y, z
