"""Real images in 256 gray levels: what ImageJ, scikit-image and SimpleITK all take alike."""

import numpy as np
import scipy.io
from PIL import Image as PillowImage

from diaphane import formats

NAMES = ("torso", "head", "retina", "disc")


def gray_levels(name, data):
    """Return uint8, darkest 0 and brightest 255."""
    if name == "torso":
        values = formats.read(data / "anatomy" / "totalseg" / "example_ct.nii.gz").values[::4]
        low, high = -1000, 1000
    elif name == "head":
        values = formats.read(data / "ct" / "ge_head_ct").values[14]
        low, high = -200, 1800
    elif name == "retina":
        with PillowImage.open(data / "retina/DRIVE/test/images/01_test.tif") as picture:
            values = np.asarray(picture)[..., 1]
        low, high = values.min(), values.max()
    else:
        file = data / "ct" / "htc2022" / "htc2022_solid_disc_full_recon_fbp.mat"
        values = scipy.io.loadmat(file)["reconFullFbp"]
        low, high = values.min(), values.max()
    shares = np.clip((values.astype(np.float64) - low) / (float(high) - float(low)), 0, 1)
    return np.rint(shares * 255).astype(np.uint8)
