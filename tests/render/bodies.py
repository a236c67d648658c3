"""Small bodies in HU on grids of every kind."""

import numpy as np

from diaphane.image import Image, Quantity
from diaphane.space import Affine, Grid

TURN = np.array([[0.8, 0.36, -0.48], [-0.6, 0.48, -0.64], [0.0, 0.8, 0.6]])
"""A rotation about an oblique axis."""

GRIDS = {
    "upright": Grid.centered((40, 42, 45), 1.0),
    "unequal": Grid.centered((20, 57, 45), (2.0, 0.75, 1.0)),
    "left-handed": Grid(
        (40, 42, 45), Affine.from_columns([(0, 0, 1), (0, 1, 0), (-1, 0, 0)], (22, -20.5, -19.5))
    ),
    "sheared": Grid(
        (40, 56, 45),
        Affine.from_columns([(0, 0.35, 1), (0, 1, 0), (1, 0, 0)], (-22, -34.5, -19.5)),
    ),
    "turned": Grid(
        (56, 56, 56),
        Affine.from_columns(TURN.T, -27.5 * TURN.sum(axis=1)),
    ),
}
"""Each holds the box of ± 19 mm; all but the first are awkward in one way."""


def image_of(function, grid, quantity=Quantity.HOUNSFIELD):
    """Return the image whose values are a function of LPS points of shape (..., 3)."""
    points = grid.to_mm(np.moveaxis(np.indices(grid.shape), 0, -1))
    return Image(function(points).astype(np.float32), grid, quantity)


def balls(*specifications):
    """Return a function of points: soft-edged balls (center, radius, value) in air."""

    def values(points):
        result = np.full(points.shape[:-1], -1000.0)
        for center, radius, value in specifications:
            inside = radius - np.linalg.norm(points - np.array(center), axis=-1)
            share = np.clip(inside / 2 + 0.5, 0, 1)
            result = np.maximum(result, -1000 + share * (value + 1000))
        return result

    return values


def brightest_place(pixels):
    """Return the row and the column of the center of what is bright, marks left out."""
    gray = pixels[..., :3].astype(float).mean(axis=-1)
    gray[gray < 0.5 * gray.max()] = 0
    rows, columns = np.indices(gray.shape)
    return (gray * rows).sum() / gray.sum(), (gray * columns).sum() / gray.sum()
