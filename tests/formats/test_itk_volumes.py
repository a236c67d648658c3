"""MetaImage and NRRD are read as SimpleITK means them; bad files are refused."""

import contextlib
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK
from hypothesis import given, settings

from diaphane.errors import FormatError
from diaphane.formats import inspect, read, read_metaimage, read_nrrd
from diaphane.image import Cine, Image, Labels, Quantity
from diaphane.testing import images

RNG = np.random.default_rng(8)
ENDINGS = ("mha", "mhd", "nrrd", "nhdr")
NUMBERS = ("u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8")


def _codes(value: Any) -> list[str]:
    return [n.code for n in value.history.notices]


def _itk(image: Image) -> Any:
    itk = SimpleITK.GetImageFromArray(image.values)
    steps = image.grid.affine.steps_mm[::-1]
    lengths = np.linalg.norm(steps, axis=1)
    itk.SetSpacing(lengths.tolist())
    itk.SetDirection((steps / lengths[:, None]).T.reshape(-1).tolist())
    itk.SetOrigin(image.grid.affine.origin_mm.tolist())
    return itk


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("ending", ENDINGS)
@settings(max_examples=40)
@given(image=images())
def test_any_image_of_simpleitk_is_read_where_it_lies(
    ending: str, compressed: bool, image: Image, tmp_path_factory: Any
) -> None:
    path = tmp_path_factory.mktemp("itk") / f"image.{ending}"
    SimpleITK.WriteImage(_itk(image), str(path), compressed)
    came = read(path, quantity=image.quantity.label)
    assert came.values.dtype == image.values.dtype
    assert np.array_equal(came.values, image.values)
    assert came.grid.is_close(image.grid, tolerance=1e-3)
    assert inspect(path).items[0].shape == image.grid.shape


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize("ending", ENDINGS)
def test_every_kind_of_number_is_read_as_it_is(dtype: str, ending: str, tmp_path: Path) -> None:
    values = RNG.normal(scale=50, size=(3, 4, 5)).astype(dtype)
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(values), str(tmp_path / f"x.{ending}"))
    came = read(tmp_path / f"x.{ending}")
    assert came.values.dtype == values.dtype
    assert np.array_equal(came.values, values)


@pytest.mark.parametrize("ending", ENDINGS)
def test_channels_and_flat_pictures_are_read(ending: str, tmp_path: Path) -> None:
    channels = RNG.normal(size=(3, 4, 5, 2)).astype("f4")
    flat = RNG.normal(size=(4, 5)).astype("f4")
    for i, (values, is_vector) in enumerate([(channels, True), (flat, False)]):
        itk = SimpleITK.GetImageFromArray(values, isVector=is_vector)
        SimpleITK.WriteImage(itk, str(tmp_path / f"{i}.{ending}"))
    came = read(tmp_path / f"0.{ending}")
    assert came.channels == ("channel 1", "channel 2")
    assert np.array_equal(came.values, channels)
    assert np.array_equal(read(tmp_path / f"1.{ending}").values, flat[None])


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_file_cut_anywhere_is_refused_in_one_sentence(ending: str, tmp_path: Path) -> None:
    values = RNG.integers(0, 99, (5, 6, 7)).astype("i2")
    path = tmp_path / f"cut.{ending}"
    for compressed in (False, True):
        SimpleITK.WriteImage(SimpleITK.GetImageFromArray(values), str(path), compressed)
        whole = path.read_bytes()
        reader = read_nrrd if ending in ("nrrd", "nhdr") else read_metaimage
        for n in RNG.integers(0, len(whole) - 9, 40):
            path.write_bytes(whole[:n])
            with contextlib.suppress(FormatError):
                came = reader(path)
                assert came.values.size < values.size, "a shorter header may still be a header"


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_file_with_any_byte_changed_is_read_or_refused(ending: str, tmp_path: Path) -> None:
    values = RNG.integers(0, 99, (2, 3, 4)).astype("i2")
    path = tmp_path / f"changed.{ending}"
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(values), str(path), ending == "nrrd")
    whole = path.read_bytes()
    reader = read_nrrd if ending in ("nrrd", "nhdr") else read_metaimage
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= int(RNG.integers(1, 255))
        path.write_bytes(bytes(changed))
        with contextlib.suppress(FormatError):
            reader(path)


META = """ObjectType = Image
NDims = 3
{more}DimSize = 2 3 4
ElementSpacing = 0.5 0.6 2
ElementType = MET_SHORT
ElementDataFile = {data}
"""


def _meta(folder: Path, more: str = "", data: str = "LOCAL", content: bytes | None = None) -> Path:
    path = folder / "x.mha"
    body = np.arange(24, dtype="<i2").tobytes() if content is None else content
    path.write_bytes(META.format(more=more, data=data).encode() + body)
    return path


def test_metaimage_byte_order_text_lists_and_slopes(tmp_path: Path) -> None:
    expected = np.arange(24).reshape(4, 3, 2)
    big = np.arange(24, dtype=">i2").tobytes()
    text = " ".join(str(i) for i in range(24)).encode()
    for i in range(4):
        (tmp_path / f"slice{i:02d}.raw").write_bytes(expected[i].astype("<i2").tobytes())
    names = "\n".join(f"slice{i:02d}.raw" for i in range(4)).encode()
    cases = [
        _meta,
        lambda p: _meta(p, "BinaryDataByteOrderMSB = True\n", content=big),
        lambda p: _meta(p, "BinaryData = False\n", content=text),
        lambda p: _meta(p, "CompressedData = True\n", content=zlib.compress(big[:0] + _raw())),
        lambda p: _meta(p, data="LIST", content=names),
        lambda p: _meta(p, data="slice%02d.raw 0 3 1", content=b""),
    ]
    for make in cases:
        assert np.array_equal(read(make(tmp_path)).values, expected)
    sloped = read(_meta(tmp_path, "ElementToIntensityFunctionSlope = 2\n"))
    assert np.array_equal(sloped.values, 2 * expected)


def _raw() -> bytes:
    return np.arange(24, dtype="<i2").tobytes()


def test_metaimage_orientation_that_contradicts_itself_is_said(tmp_path: Path) -> None:
    assert "formats.orientation_differs" in _codes(
        read(_meta(tmp_path, "AnatomicalOrientation = LPI\n"))
    )
    for more in ("", "AnatomicalOrientation = RAI\n", "AnatomicalOrientation = ???\n"):
        assert "formats.orientation_differs" not in _codes(read(_meta(tmp_path, more)))


@pytest.mark.parametrize(
    ("more", "data", "sentence"),
    [
        ("ElementSpacing = 0 1 1\n", "LOCAL", "must be > 0"),
        ("TransformMatrix = 1 0 0 1 0 0 0 0 1\n", "LOCAL", "one plane"),
        ("TransformMatrix = 1 0 0\n", "LOCAL", "must be 9 numbers"),
        ("Offset = 0 x 0\n", "LOCAL", "must be numbers"),
        ("Offset = 0 nan 0\n", "LOCAL", "finite"),
        ("DistanceUnits = inch\n", "LOCAL", "DistanceUnits"),
        ("", "../secret.raw", "outside its own folder"),
        ("", "/etc/passwd", "outside its own folder"),
        ("", "gone.raw", "not beside it"),
        ("", "%999999999d 1 2 1", "cannot name files"),
        ("", "%s%s 1 2 1", "cannot name files"),
        ("", "x%d.raw 1 2 0", "cannot name files"),
        ("CompressedData = True\n", "LOCAL", "compressed data is damaged"),
        ("BinaryData = False\n", "LOCAL", "numbers, expected 24|no number"),
    ],
)
def test_a_wrong_metaimage_is_refused(more: str, data: str, sentence: str, tmp_path: Path) -> None:
    text = META.format(more=more, data=data)
    if "ElementSpacing" in more:
        text = text.replace("ElementSpacing = 0.5 0.6 2\n", "")
    (tmp_path / "x.mha").write_bytes(text.encode() + _raw())
    with pytest.raises(FormatError, match=sentence) as refused:
        read(tmp_path / "x.mha")
    assert str(refused.value).startswith("x.mha")


def test_a_header_that_claims_too_much_takes_no_memory(tmp_path: Path) -> None:
    text = META.format(more="CompressedData = True\n", data="LOCAL").replace(
        "2 3 4", "65000 65000 99"
    )
    (tmp_path / "x.mha").write_bytes(text.encode() + zlib.compress(_raw()))
    with pytest.raises(FormatError, match="expected 836550000000"):
        read(tmp_path / "x.mha")
    nrrd = (
        "NRRD0004\ntype: short\ndimension: 1\nsizes: 9999999999999\nencoding: raw\nendian: little"
    )
    (tmp_path / "x.nrrd").write_text(f"{nrrd}\n\n")
    with pytest.raises(FormatError, match="holds 0 bytes"):
        read(tmp_path / "x.nrrd")


NRRD = """NRRD0005
# a comment
type: {type}
dimension: 3
space: {space}
sizes: 2 3 4
space directions: (0.5,0,0) (0,0.6,0.1) (0,0,2)
kinds: domain domain domain
endian: little
encoding: {encoding}
space origin: (1,-2,3)
{more}
"""


def _nrrd(folder: Path, content: bytes | None = None, **fields: str) -> Path:
    path = folder / "x.nrrd"
    filled = {"type": "short", "space": "LPS", "encoding": "raw", "more": "", **fields}
    text = NRRD.format(**filled)
    text = text if filled["more"] else text[:-1]
    path.write_bytes(f"{text}\n".encode() + (_raw() if content is None else content))
    return path


@pytest.mark.parametrize(
    ("space", "signs"),
    [
        ("left-posterior-superior", (1, 1)),
        ("RAS", (-1, -1)),
        ("right-anterior-superior", (-1, -1)),
        ("left-anterior-superior", (1, -1)),
    ],
)
def test_nrrd_spaces_become_lps(space: str, signs: tuple[int, int], tmp_path: Path) -> None:
    image = read(_nrrd(tmp_path, space=space))
    x, y = signs
    assert image.grid.affine.origin_mm.tolist() == [x, -2 * y, 3]
    assert image.grid.affine.steps_mm.tolist() == [[0, 0, 2], [0, 0.6 * y, 0.1], [0.5 * x, 0, 0]]
    assert np.array_equal(image.values, np.arange(24).reshape(4, 3, 2))


def test_an_unknown_nrrd_space_is_said(tmp_path: Path) -> None:
    assert "formats.space_assumed" in _codes(read(_nrrd(tmp_path, space="scanner-xyz")))


def test_nrrd_encodings_skips_and_detached_data(tmp_path: Path) -> None:
    import bz2
    import gzip

    expected = np.arange(24).reshape(4, 3, 2)
    text = " ".join(str(i) for i in range(24)).encode()
    (tmp_path / "apart.raw").write_bytes(b"one line\n???" + _raw())
    for i in range(4):
        (tmp_path / f"s{i}.raw").write_bytes(expected[i].astype("<i2").tobytes())
    for path in (
        lambda: _nrrd(tmp_path, gzip.compress(_raw()), encoding="gzip"),
        lambda: _nrrd(tmp_path, bz2.compress(_raw()), encoding="bzip2"),
        lambda: _nrrd(tmp_path, text, encoding="ascii"),
        lambda: _nrrd(tmp_path, _raw().hex().encode(), encoding="hex"),
        lambda: _nrrd(tmp_path, b"noise" + _raw(), more="byte skip: -1\n"),
        lambda: _nrrd(tmp_path, b"", more="data file: apart.raw\nline skip: 1\nbyte skip: 3\n"),
        lambda: _nrrd(tmp_path, b"", more="data file: s%d.raw 0 3 1\n"),
        lambda: _nrrd(tmp_path, b"s0.raw\ns1.raw\ns2.raw\ns3.raw\n", more="data file: LIST"),
    ):
        assert np.array_equal(read(path()).values, expected)


def test_nrrd_units_times_and_colors(tmp_path: Path) -> None:
    centimeters = read(_nrrd(tmp_path, more='space units: "cm" "cm" "cm"\n'))
    assert centimeters.grid.spacing_mm[2] == pytest.approx(5)
    head = "NRRD0004\ntype: uchar\nencoding: raw\nspace: LPS\n"
    rgb = f"{head}dimension: 3\nsizes: 3 2 4\nkinds: RGB-color domain domain\n"
    rgb += "space directions: none (1,0,0) (0,1,0)\n\n"
    (tmp_path / "rgb.nrrd").write_bytes(rgb.encode() + bytes(range(24)))
    image = read(tmp_path / "rgb.nrrd")
    assert (image.quantity, image.values.shape) == (Quantity.COLOR, (1, 4, 2, 3))
    assert image.values[0, 0, 1].tolist() == [3, 4, 5]
    cine = f"{head}dimension: 4\nsizes: 2 3 2 2\nkinds: domain domain domain time\n"
    cine += "space directions: (1,0,0) (0,1,0) (0,0,1) none\n"
    timed = cine + 'spacings: nan nan nan 40\nunits: "mm" "mm" "mm" "ms"\n\n'
    (tmp_path / "cine.nrrd").write_bytes(timed.encode() + bytes(range(24)))
    moving = read(tmp_path / "cine.nrrd")
    assert isinstance(moving, Cine)
    assert moving.times_s.tolist() == [0, 0.04]
    (tmp_path / "when.nrrd").write_bytes(cine.encode() + b"\n" + bytes(range(24)))
    with pytest.raises(FormatError, match="time_step_s"):
        read(tmp_path / "when.nrrd")


def test_a_segmentation_of_slicer_brings_its_names(tmp_path: Path) -> None:
    more = "Segment0_Name:=left femur\nSegment0_LabelValue:=1\nSegment1_Name:=x\n"
    labels = read(_nrrd(tmp_path, more=more))
    assert isinstance(labels, Labels)
    assert dict(labels.names) == {1: "left femur"}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"type": "block"}, "type"),
        ({"encoding": "zip"}, "encoding"),
        ({"more": "data file: ../x.raw\n"}, "outside its own folder"),
        ({"more": "space directions: (1,0,0) (0,1,0)\n"}, "one per axis"),
        ({"more": "space directions: (1,0,0) (0,1,0) (0,1,0)\n"}, "one plane"),
        ({"more": "space directions: (1,0,0) (0,x,0) (0,1,0)\n"}, "vector"),
        ({"more": "space directions: none none none\n"}, "0 axes in space"),
        ({"more": "sizes: 2 3\n"}, "sizes"),
        ({"more": "sizes: 2 3 0\n"}, "at least 1"),
        ({"more": "nonsense\n"}, "field: value"),
        ({"more": "endian: middle\n"}, "endian"),
    ],
)
def test_a_wrong_nrrd_is_refused(fields: dict[str, str], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=sentence) as refused:
        read(_nrrd(tmp_path, **fields))
    assert str(refused.value).startswith("x.nrrd: ")
