"""The pieces that bodies are made of: convex shapes whose chords have a closed form.

Every shape is the same thing inside: the points p with ``|M (p - center)|² <= 1`` for a matrix M
that may be singular, and with ``n · p <= offset`` for a few planes. An ellipsoid has three rows
in M and no plane, a cylinder two rows and its two ends, a box no row and six planes; cuts add
planes of their own. A line crosses each in one interval, so that one kernel serves them all.
"""

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from diaphane.arrays import DoubleArray
from diaphane.errors import InputError

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class Cut:
    """A plane that takes away everything on the side to which its normal points."""

    point_mm: Vector
    """A point of the plane in LPS mm."""
    normal: Vector
    """Toward what is taken away; of any length."""

    def __post_init__(self) -> None:
        _check_vector("Cut.point_mm", self.point_mm)
        _check_vector("Cut.normal", self.normal)
        if not any(self.normal):
            raise InputError("Cut.normal must not be 0: it points to what is taken away")


@dataclass(frozen=True)
class Ellipsoid:
    """A full ellipsoid, maybe cut by planes."""

    center_mm: Vector
    """Middle in LPS mm."""
    semi_axes_mm: Vector
    """Half the lengths along its own x, y and z, before it is turned."""
    attenuation_per_mm: float
    """What it holds, or adds where the parts of a body add."""
    rotation_deg: Vector = (0.0, 0.0, 0.0)
    """Turns about the x, then the y, then the z axis of the world, right-handed."""
    cuts: tuple[Cut, ...] = ()
    """What is taken away."""
    name: str = ""
    """What it stands for."""

    def __post_init__(self) -> None:
        _check_part(self)
        _check_sizes("Ellipsoid.semi_axes_mm", self.semi_axes_mm)

    @property
    def matrix(self) -> DoubleArray:
        """M, of shape (3, 3), in 1/mm."""
        return (_rotation(self.rotation_deg) / np.asarray(self.semi_axes_mm)).T

    @property
    def planes(self) -> DoubleArray:
        """Rows ``(n_x, n_y, n_z, offset)``: shape (n_cuts, 4)."""
        return _planes_of(self.cuts)

    @property
    def radius_mm(self) -> float:
        """Of a ball about the center that holds it all."""
        return max(self.semi_axes_mm)


@dataclass(frozen=True)
class Cylinder:
    """A finite cylinder, round or elliptic, of any direction, maybe cut by planes."""

    center_mm: Vector
    """Middle in LPS mm."""
    radii_mm: tuple[float, float]
    """Half the widths along its own x and y."""
    length_mm: float
    """From end to end, along its own z."""
    attenuation_per_mm: float
    """What it holds, or adds where the parts of a body add."""
    rotation_deg: Vector = (0.0, 0.0, 0.0)
    """Turns about the x, then the y, then the z axis of the world, right-handed."""
    cuts: tuple[Cut, ...] = ()
    """What is taken away."""
    name: str = ""
    """What it stands for."""

    def __post_init__(self) -> None:
        _check_part(self)
        _check_sizes("Cylinder.radii_mm", self.radii_mm)
        _check_sizes("Cylinder.length_mm", (self.length_mm,))

    @classmethod
    def between(
        cls,
        start_mm: Vector,
        end_mm: Vector,
        radius_mm: float,
        attenuation_per_mm: float,
        *,
        name: str = "",
    ) -> "Cylinder":
        """Return the round cylinder from one point to another."""
        start, end = np.asarray(start_mm, dtype=np.float64), np.asarray(end_mm, dtype=np.float64)
        x, y, z = (end - start).tolist()
        length = float(np.linalg.norm(end - start))
        return cls(
            _vector((start + end) / 2),
            (radius_mm, radius_mm),
            length,
            attenuation_per_mm,
            frame_deg((x, y, z)),
            name=name,
        )

    @property
    def matrix(self) -> DoubleArray:
        """M, of shape (3, 3), in 1/mm; its last row is 0."""
        own = _rotation(self.rotation_deg) / np.asarray((*self.radii_mm, np.inf))
        return own.T

    @property
    def planes(self) -> DoubleArray:
        """Rows ``(n_x, n_y, n_z, offset)``: shape (2 + n_cuts, 4)."""
        axis = _rotation(self.rotation_deg)[:, 2]
        ends = _slab(axis, self.center_mm, self.length_mm / 2)
        return np.concatenate([ends, _planes_of(self.cuts)])

    @property
    def radius_mm(self) -> float:
        """Of a ball about the center that holds it all."""
        return float(np.hypot(max(self.radii_mm), self.length_mm / 2))


@dataclass(frozen=True)
class Box:
    """A box of any direction, maybe cut by planes."""

    center_mm: Vector
    """Middle in LPS mm."""
    sizes_mm: Vector
    """Whole lengths along its own x, y and z, before it is turned."""
    attenuation_per_mm: float
    """What it holds, or adds where the parts of a body add."""
    rotation_deg: Vector = (0.0, 0.0, 0.0)
    """Turns about the x, then the y, then the z axis of the world, right-handed."""
    cuts: tuple[Cut, ...] = ()
    """What is taken away."""
    name: str = ""
    """What it stands for."""

    def __post_init__(self) -> None:
        _check_part(self)
        _check_sizes("Box.sizes_mm", self.sizes_mm)

    @property
    def matrix(self) -> DoubleArray:
        """M, of shape (3, 3): zeros."""
        return np.zeros((3, 3))

    @property
    def planes(self) -> DoubleArray:
        """Rows ``(n_x, n_y, n_z, offset)``: shape (6 + n_cuts, 4)."""
        axes = _rotation(self.rotation_deg).T
        sides = [_slab(n, self.center_mm, size / 2) for n, size in zip(axes, self.sizes_mm)]
        return np.concatenate([*sides, _planes_of(self.cuts)])

    @property
    def radius_mm(self) -> float:
        """Of a ball about the center that holds it all."""
        return float(np.linalg.norm(self.sizes_mm)) / 2


Part = Ellipsoid | Cylinder | Box
AnyPart = TypeVar("AnyPart", bound=Ellipsoid | Cylinder | Box)


def frame_deg(z_axis: Vector, x_axis: Vector | None = None) -> Vector:
    """Return the ``rotation_deg`` that turns a part's own z, and nearly its own x, to given axes.

    Parameters
    ----------
    z_axis : vector
        Where the part's own z points afterwards; of any length.
    x_axis : vector, optional
        Where its own x points, after what runs along `z_axis` is taken away. By default any.
    """
    z = np.asarray(z_axis, dtype=np.float64) / np.linalg.norm(z_axis)
    x = np.eye(3)[np.abs(z).argmin()] if x_axis is None else np.asarray(x_axis, dtype=np.float64)
    x = x - (x @ z) * z
    x = x / np.linalg.norm(x)
    y = np.cross(z, x)
    level = np.hypot(x[0], x[1])
    about_y = np.arctan2(-x[2], level)
    if level > 1e-9:
        about_x, about_z = np.arctan2(y[2], z[2]), np.arctan2(x[1], x[0])
    else:  # own x stands upright: the turns about x and z are one, and z takes it all
        about_x, about_z = 0.0, np.arctan2(-y[0], y[1])
    return _vector(np.rad2deg([about_x, about_y, about_z]))


def mirrored(part: AnyPart, *, name: str = "") -> AnyPart:
    """Return `part` as seen in a mirror at the plane x = 0: the other side of the body."""
    x, y, z = part.center_mm
    about_x, about_y, about_z = part.rotation_deg
    cuts = tuple(
        Cut((-c.point_mm[0], *c.point_mm[1:]), (-c.normal[0], *c.normal[1:])) for c in part.cuts
    )
    return replace(
        part,
        center_mm=(-x, y, z),
        rotation_deg=(about_x, -about_y, -about_z),
        cuts=cuts,
        name=name or part.name,
    )


def _rotation(degrees: Vector) -> DoubleArray:
    """Return R = Rz Ry Rx, whose columns are the part's own axes in the world."""
    (cx, cy, cz), (sx, sy, sz) = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return about_z @ about_y @ about_x


def _slab(normal: DoubleArray, center_mm: Vector, half_mm: float) -> DoubleArray:
    """Return the two planes at `half_mm` to both sides of the center."""
    middle = float(normal @ np.asarray(center_mm))
    return np.array([[*normal, middle + half_mm], [*-normal, half_mm - middle]])


def _planes_of(cuts: tuple[Cut, ...]) -> DoubleArray:
    planes = np.zeros((len(cuts), 4))
    for plane, cut in zip(planes, cuts):
        plane[:3] = np.asarray(cut.normal) / np.linalg.norm(cut.normal)
        plane[3] = plane[:3] @ np.asarray(cut.point_mm)
    return planes


def _vector(values: DoubleArray) -> Vector:
    x, y, z = values.tolist()
    return x, y, z


def _check_part(part: Part) -> None:
    name = type(part).__name__
    _check_vector(f"{name}.center_mm", part.center_mm)
    _check_vector(f"{name}.rotation_deg", part.rotation_deg)
    if not np.isfinite(part.attenuation_per_mm):
        raise InputError(f"{name}.attenuation_per_mm must be finite, got {part.attenuation_per_mm}")


def _check_vector(name: str, values: tuple[float, ...]) -> None:
    if len(values) != 3 or not np.isfinite(values).all():
        raise InputError(f"{name} must be three finite numbers, got {values}")


def _check_sizes(name: str, values: tuple[float, ...]) -> None:
    if not (np.isfinite(values).all() and min(values) > 0):
        raise InputError(f"{name} must be > 0, got {values}")
