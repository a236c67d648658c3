"""Images that several tests of thresholds take."""

import numpy as np
import pytest

from diaphane.image import Image, Quantity
from diaphane.space import Grid


@pytest.fixture(scope="session")
def image_of():
    """Make an image of values with 1, 2 or 3 axes."""

    def make(values, quantity=Quantity.HOUNSFIELD, voxel_mm=1.0):
        values = np.asarray(values)
        values = values.reshape((1,) * (3 - values.ndim) + values.shape)
        return Image(values, Grid.centered(values.shape, voxel_mm), quantity)

    return make
