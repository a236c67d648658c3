"""Compressed files with a flipped bit or without their last bytes are refused, never misread."""

import bz2
import gzip
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK
from scipy.io import savemat

from diaphane.errors import FormatError
from diaphane.formats import read_htc2022, read_metaimage, read_nifti, read_nrrd, write_nifti
from diaphane.formats.inflate import unpack_whole
from diaphane.image import Image
from diaphane.space import Grid
from diaphane.units import Quantity

RNG = np.random.default_rng(7)
VALUES = RNG.normal(40, 20, (6, 20, 30)).astype(np.int16)


def _nifti(path: Path) -> int:
    write_nifti(Image(VALUES, Grid.centered(VALUES.shape, 0.5), Quantity.HOUNSFIELD), path)
    return 0


def _itk(path: Path) -> int:
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(VALUES), path, useCompression=True)
    content = path.read_bytes()
    ends = [content.find(b"\n\n") + 2, content.find(b"LOCAL\n") + 6]
    return max(ends)


def _matlab(path: Path) -> int:
    parameters = {
        "angles": np.arange(VALUES.shape[1], dtype=float),
        "numDetectorsPost": float(VALUES.shape[2]),
        "distanceSourceOrigin": 410.0,
        "distanceSourceDetector": 553.0,
        "pixelSizePost": 0.2,
    }
    data = {"sinogram": VALUES[0].astype(float), "parameters": parameters}
    savemat(path, {"CtDataFull": data}, do_compression=True)
    return 128


CASES: Any = [
    ("a.nii.gz", _nifti, read_nifti),
    ("a.nrrd", _itk, read_nrrd),
    ("a.mha", _itk, read_metaimage),
    ("a.mat", _matlab, read_htc2022),
]


@pytest.mark.parametrize(("name", "make", "reader"), CASES)
def test_a_flipped_bit_is_refused_or_changes_nothing(
    name: str, make: Any, reader: Any, tmp_path: Path
) -> None:
    path = tmp_path / name
    start = make(path)
    whole = path.read_bytes()
    expected = reader(path).values
    n_refused = 0
    for place in RNG.integers(start, len(whole), 60):
        changed = bytearray(whole)
        changed[place] ^= 1 << int(RNG.integers(8))
        path.write_bytes(bytes(changed))
        try:
            came = reader(path).values
        except FormatError:
            n_refused += 1
        else:
            assert np.array_equal(came, expected)
    assert n_refused > 50


@pytest.mark.parametrize(("name", "make", "reader"), CASES)
@pytest.mark.parametrize("n_missing", [1, 4, 7, 8, 40])
def test_missing_last_bytes_are_refused(
    name: str, make: Any, reader: Any, n_missing: int, tmp_path: Path
) -> None:
    path = tmp_path / name
    make(path)
    path.write_bytes(path.read_bytes()[:-n_missing])
    with pytest.raises(FormatError, match=r"^a\..*(cut short|damaged)"):
        reader(path)


def test_a_wrong_voxel_names_the_damage_and_the_mend(tmp_path: Path) -> None:
    path = tmp_path / "a.nii.gz"
    _nifti(path)
    path.write_bytes(path.read_bytes()[:-8] + bytes(8))
    with pytest.raises(FormatError, match=r"compressed data is damaged.*CRC.*download the file"):
        read_nifti(path)


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, bz2.compress])
def test_streams_one_after_the_other_and_bytes_behind_them(pack: Any) -> None:
    packing = "bzip2" if pack is bz2.compress else "gzip"
    assert unpack_whole(pack(b"voxels"), packing, 6) == b"voxels"
    assert unpack_whole(pack(b"voxels") + bytes(9), packing, 6) == b"voxels"
    if pack is not zlib.compress:
        assert unpack_whole(pack(b"vox") + pack(b"els"), packing, 6) == b"voxels"


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, bz2.compress])
def test_a_stream_that_grows_without_end_takes_no_memory(pack: Any) -> None:
    packing = "bzip2" if pack is bz2.compress else "gzip"
    with pytest.raises(FormatError, match="more than the 5 bytes"):
        unpack_whole(pack(bytes(10_000_000)), packing, 5)


def test_a_second_stream_is_not_left_out_of_the_count() -> None:
    with pytest.raises(FormatError, match="more than the 3 bytes"):
        unpack_whole(gzip.compress(b"vox") + gzip.compress(b"els"), "gzip", 3)
