"""Bodies whose volume and area are known, as fields, masks and checks of meshes."""

from dataclasses import dataclass

import numpy as np

from diaphane.image import Image, Labels, Quantity
from diaphane.space import Affine, Grid

TURN = np.array([[0.8, 0.36, -0.48], [-0.6, 0.48, -0.64], [0.0, 0.8, 0.6]])
"""A rotation about an oblique axis."""


@dataclass(frozen=True)
class Solid:
    """A body: positive inside, its distance to the border near it."""

    name: str
    distance: object
    volume_mm3: float
    area_mm2: float
    center_mm: tuple = (1.3, -2.1, 0.7)

    def image(self, voxel_mm, reach_mm=14.0, matrix=None):
        grid = self.grid(voxel_mm, reach_mm) if matrix is None else matrix
        values = self.distance(grid.to_mm(_indices(grid.shape)) - np.array(self.center_mm))
        return Image(values.astype(np.float32), grid, Quantity.HOUNSFIELD)

    def labels(self, voxel_mm):
        image = self.image(voxel_mm)
        return Labels((image.values > 0).astype(np.uint8), image.grid, {1: self.name})

    def grid(self, voxel_mm, reach_mm=14.0):
        n = int(2 * reach_mm / voxel_mm)
        return Grid.centered((n, n + 1, n + 2), voxel_mm)


def sphere(radius=9.4):
    return Solid(
        "sphere",
        lambda p: radius - np.linalg.norm(p, axis=-1),
        4 / 3 * np.pi * radius**3,
        4 * np.pi * radius**2,
    )


def torus(large=7.1, small=3.3):
    def distance(p):
        p = p @ TURN
        ring = np.hypot(p[..., 0], p[..., 1]) - large
        return small - np.hypot(ring, p[..., 2])

    return Solid("torus", distance, 2 * np.pi**2 * large * small**2, 4 * np.pi**2 * large * small)


def spheroid(long=10.2, short=6.0):
    """A prolate ellipsoid, along an oblique axis."""
    e = np.sqrt(1 - (short / long) ** 2)
    area = 2 * np.pi * short**2 * (1 + long / short / e * np.arcsin(e))

    def distance(p):
        p = p @ TURN / np.array([short, short, long])
        length = np.linalg.norm(p, axis=-1)
        return (1 - length) * short

    return Solid("spheroid", distance, 4 / 3 * np.pi * long * short**2, area)


def brick(half=(5.2, 7.4, 6.3)):
    """A box that stands askew in the grid."""
    a, b, c = half

    def distance(p):
        return (np.array(half) - np.abs(p @ TURN)).min(axis=-1)

    return Solid("brick", distance, 8 * a * b * c, 8 * (a * b + b * c + a * c))


SOLIDS = [sphere(), torus(), spheroid(), brick()]

GRIDS = {
    "left-handed": Affine.from_columns([(0, 0, 0.9), (0, 0.8, 0), (0.7, 0, 0)], (-14, -14, -14)),
    "right-handed": Affine.from_columns([(0, 0, 0.9), (0, 0.8, 0), (-0.7, 0, 0)], (14, -14, -14)),
    "sheared": Affine.from_columns([(0, 0.3, 0.9), (0, 0.8, 0), (0.7, 0, 0)], (-14, -19, -14)),
    "turned": Affine.from_columns(
        (TURN * np.array([0.9, 0.8, 0.7])).T, -14 * TURN.sum(axis=1) + np.array([0, 0, 0])
    ),
}


def odd_grid(name):
    """A grid of 32 × 44 × 41 voxels or so that holds all the bodies, with an awkward affine."""
    return Grid((32, 36, 41), GRIDS[name])


def is_closed(triangles):
    """Whether each directed edge occurs once, and its twin once."""
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    forth = {tuple(e) for e in edges.tolist()}
    return len(forth) == len(edges) and all((b, a) in forth for a, b in forth)


def euler_number(triangles):
    """Points minus edges plus triangles: 2 for a sphere, 0 for a torus."""
    return len(np.unique(triangles)) - 3 * len(triangles) // 2 + len(triangles)


def size(surface):
    """Return volume in mm³ and area in mm², by the divergence theorem in float64."""
    corners = surface.points_mm.astype(np.float64)[surface.triangles]
    crossed = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return (corners[:, 0] * crossed).sum() / 6, np.linalg.norm(crossed, axis=1).sum() / 2


def _indices(shape):
    return np.moveaxis(np.indices(shape), 0, -1)
