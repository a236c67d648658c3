"""The store gives back every flowing value, equal to the bit, with its history."""

import dataclasses
import enum
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import h5py
import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import diaphane
from diaphane.ct import (
    ConeBeam,
    ConeScan,
    Detector,
    FanBeam,
    FanScan,
    ParallelBeam,
    ParallelScan,
    PoseBeam,
    PoseScan,
    Spectrum,
)
from diaphane.errors import DiaphaneError, FormatError, InputError, OutputError
from diaphane.formats import inspect, read, read_store, write_store
from diaphane.formats.signatures import is_store
from diaphane.history import History, history_of, record
from diaphane.image import (
    Cine,
    Field,
    Histogram,
    Image,
    Labels,
    Measurement,
    Picture,
    Slices,
    Surface,
)
from diaphane.notices import Notice
from diaphane.phantom import Body, Box, Cut, Cylinder
from diaphane.space import Affine, Grid
from diaphane.units import Quantity

RNG = np.random.default_rng(5)
STEPS_MM = np.array([(0.1, 0.7, 3), (0, 0.5, 0), (0.5, 0, 0)])
SHEARED = Grid((2, 3, 4), Affine.from_columns(STEPS_MM, np.array([1 / 3, -7, 9])))
DETECTOR = Detector(3, 4, 0.5, 0.25, center_column=1.3)
ANGLES = np.array([0, 0.1, 0.3, 7.0, -1e-300])
VIEWS = RNG.normal(size=(5, 3, 4)).astype(np.float32)
COUNTS = RNG.integers(0, 65535, (5, 3, 4)).astype(np.uint16)


def _nan_with_payload() -> np.ndarray:
    values = RNG.normal(size=(2, 3, 4)).astype(np.float32)
    values.view(np.uint32)[0, 0, :3] = (0x7FC12345, 0xFFC00001, 0x80000000)
    return values


POSES = PoseBeam.of(ConeBeam(ANGLES, DETECTOR, 400, 500), tilt_deg=2.0)

EXAMPLES: dict[str, Any] = {
    "image": Image(_nan_with_payload(), SHEARED, Quantity.HOUNSFIELD),
    "complex image": Image(VIEWS[:2] * (1 + 2j), SHEARED, Quantity.AMPLITUDE),
    "big-endian image": Image(
        np.arange(24, dtype=">i2").reshape(2, 3, 4), SHEARED, Quantity.COUNTS
    ),
    "color image": Image(
        RNG.integers(0, 255, (1, 5, 7, 3)).astype(np.uint8), Grid.of_pixels(5, 7), Quantity.COLOR
    ),
    "channels": Image(RNG.normal(size=(2, 3, 4, 2)), SHEARED, Quantity.UNKNOWN, ("a", "œ")),
    "bool image": Image(VIEWS[:2] > 0, SHEARED, Quantity.PROBABILITY),
    "slices": Slices(VIEWS, *(RNG.normal(size=(5, 3)) for _ in range(3)), Quantity.HOUNSFIELD),
    "cine": Cine(RNG.normal(size=(2, 2, 3, 4)), SHEARED, np.array([0, 0.1]), Quantity.VELOCITY),
    "labels": Labels(COUNTS[:2], SHEARED, {1: "bone", 7: "вена\x00 \ud800"}),
    "large labels": Labels(
        np.repeat(np.arange(8, dtype=np.uint8), 8192).reshape(4, 128, 128),
        Grid.centered((4, 128, 128), 0.5),
    ),
    "surface": Surface(
        RNG.normal(size=(4, 3)).astype("f4"), np.array([[0, 1, 2], [3, 2, 1]], "i4")
    ),
    "empty surface": Surface(np.empty((0, 3), "f4"), np.empty((0, 3), "i4")),
    "field": Field(RNG.normal(size=(2, 3, 4, 3)).astype("f4"), SHEARED, Quantity.VELOCITY),
    "picture": Picture(RNG.integers(0, 255, (5, 7, 4)).astype(np.uint8), 0.25),
    "picture without size": Picture(np.zeros((2, 2, 3), np.uint8)),
    "histogram": Histogram(
        np.array([3.0, 0, 1]), np.array([-1, 0.1, 0.2, 7]), -0.5, 6.5, "HU", (0.15, 0.2), "bône"
    ),
    "plain histogram": Histogram(np.ones(1), np.array([0.0, 1]), 0.2, 0.3),
    "measurement": Measurement(0.1, "mL", (-np.inf, np.nan), "volume"),
    "numpy measurement": Measurement(float(np.float64(1 / 3)), ""),
    "parallel beam": ParallelBeam(ANGLES, DETECTOR),
    "fan beam": FanBeam(ANGLES, DETECTOR, 400.1, 500.2),
    "cone beam": ConeBeam(ANGLES, DETECTOR, 400, 500),
    "pose beam": POSES,
    "spectrum": Spectrum(np.arange(20.0, 27.0), np.array([0.1, 0.3, 0.7, 1.1, 0.6, 0.3, 0.2])),
    "body": diaphane.phantom.shepp_logan(),
    "cut body": Body(
        (
            Box((0, 0, 0), (1, 2, 3), 0.02, cuts=(Cut((0, 0, 0), (0, 0.6, 0.8)),)),
            Cylinder((1, 2, 3), (4, 5), 6, 0.1, name="tooth"),
        ),
        combine="add",
    ),
    "parallel scan": ParallelScan(
        COUNTS, ParallelBeam(ANGLES, DETECTOR), Quantity.COUNTS, COUNTS[:1], COUNTS[:2]
    ),
    "fan scan": FanScan(VIEWS, FanBeam(ANGLES, DETECTOR, 400.1, 500.2), Quantity.LINE_INTEGRAL),
    "cone scan": ConeScan(VIEWS, ConeBeam(ANGLES, DETECTOR, 400, 500), Quantity.LINE_INTEGRAL),
    "pose scan": PoseScan(VIEWS, POSES, Quantity.LINE_INTEGRAL),
}


def assert_same(came: Any, expected: Any) -> None:
    """Equal to the bit, types included, history included."""
    assert type(came) is type(expected)
    if isinstance(expected, np.ndarray):
        assert (came.dtype, came.shape) == (expected.dtype, expected.shape)
        assert came.tobytes() == expected.tobytes()
    elif dataclasses.is_dataclass(expected):
        for field in dataclasses.fields(expected):
            assert_same(getattr(came, field.name), getattr(expected, field.name))
    elif isinstance(expected, Mapping):
        assert list(came) == list(expected)
        for key in expected:
            assert_same(came[key], expected[key])
    elif isinstance(expected, tuple | list):
        assert len(came) == len(expected)
        for a, b in zip(came, expected):
            assert_same(a, b)
    elif isinstance(expected, float):
        assert np.float64(came).tobytes() == np.float64(expected).tobytes()
    else:
        assert came == expected


@pytest.mark.parametrize("compression", ["none", "fast", "small"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_a_value_comes_back_equal_to_the_bit(name: str, compression: Any, tmp_path: Path) -> None:
    value = EXAMPLES[name]
    write_store(value, tmp_path / "value.dstore", compression=compression)
    came = read_store(tmp_path / "value.dstore")
    assert_same(came, value)
    assert came.history.key == history_of(value).key


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_one_door_reads_and_inspects_it(name: str, tmp_path: Path) -> None:
    value = EXAMPLES[name]
    write_store(value, tmp_path / "value.dstore")
    assert_same(read(tmp_path / "value.dstore"), value)
    (item,) = inspect(tmp_path / "value.dstore").items
    assert item.kind == type(value).__name__
    values = getattr(value, "values", None)
    assert values is None or item.shape == values.shape
    grid = getattr(value, "grid", None)
    assert item.spacing_mm == (grid.spacing_mm if grid else ())


def test_every_flowing_type_has_an_example_here() -> None:
    kinds = {type(value) for value in EXAMPLES.values()}
    for room in ("image", "ct", "phantom"):
        module = import_module(f"diaphane.{room}")
        for name in module.__all__:
            kind = getattr(module, name)
            if isinstance(kind, type) and "history" in getattr(kind, "__dataclass_fields__", {}):
                assert kind in kinds, f"{room}.{name} is never stored in these tests"


def test_the_whole_history_comes_back_and_shared_parents_are_written_once(tmp_path: Path) -> None:
    source = History("k0", name="Schädel.dcm", notices=(Notice("ct.truncated", {"views": 3}),))
    left = History("k1", "ct.fdk", 2, {"window": "hann", "mm": 0.1, "list": [1, None]}, (source,))
    right = History("k2", "ct.fdk", 2, {}, (source,), code="1.0", instruction_set="avx2")
    value = Measurement(1.0, "mm")
    record(value, History("k3", "quality.rmse", 1, {"x": float("nan")}, (left, right)))
    write_store(value, tmp_path / "m.dstore")
    came = read_store(tmp_path / "m.dstore").history
    assert_same(came, value.history)
    assert came.parents[0].parents[0] is came.parents[1].parents[0]


def test_a_diamond_of_thirty_steps_is_written_in_no_time(tmp_path: Path) -> None:
    history = History("source")
    for i in range(30):
        history = History(f"k{i}", "image.add", 1, {}, (history, history))
    value = Measurement(1.0, "mm")
    record(value, history)
    write_store(value, tmp_path / "m.dstore")
    assert read_store(tmp_path / "m.dstore").history.key == "k29"


NUMBERS = hnp.array_shapes(min_dims=3, max_dims=3, max_side=4).flatmap(
    lambda shape: hnp.arrays(
        st.one_of(
            hnp.integer_dtypes(endianness="?"),
            hnp.unsigned_integer_dtypes(endianness="?"),
            hnp.floating_dtypes(endianness="?", sizes=(16, 32, 64)),
            hnp.complex_number_dtypes(endianness="?", sizes=(64, 128)),
            hnp.boolean_dtypes(),
        ),
        shape,
    )
)


@given(
    values=NUMBERS,
    quantity=st.sampled_from([q for q in Quantity if q is not Quantity.COLOR]),
    number=st.floats(),
    unit=st.text(max_size=9),
)
def test_any_numbers_come_back(
    values: Any, quantity: Quantity, number: float, unit: str, tmp_path_factory: Any
) -> None:
    folder = tmp_path_factory.mktemp("store")
    image = Image(values, Grid(values.shape, Affine.from_spacing((0.1, 1, 1 / 3))), quantity)
    write_store(image, folder / "image.dstore")
    assert_same(read_store(folder / "image.dstore"), image)
    measurement = Measurement(number, unit, (number, 0.0))
    write_store(measurement, folder / "measurement.dstore")
    assert_same(read_store(folder / "measurement.dstore"), measurement)


class Side(enum.Enum):
    LEFT = 1


@dataclasses.dataclass(frozen=True)
class Ear:
    side: Side
    count: Any
    history: History | None = dataclasses.field(default=None, init=False)


def test_a_type_of_ones_own_is_stored_when_it_is_given(tmp_path: Path) -> None:
    ear = Ear(Side.LEFT, (np.float32(0.1), np.int16(3), 2j, [True, None], {"a": 1}))
    with pytest.raises(InputError, match=r"types=\(Ear,\)"):
        write_store(ear, tmp_path / "ear.dstore")
    assert not (tmp_path / "ear.dstore").exists()
    write_store(ear, tmp_path / "ear.dstore", types=(Ear, Side))
    with pytest.raises(FormatError, match="does not know"):
        read_store(tmp_path / "ear.dstore")
    assert_same(read_store(tmp_path / "ear.dstore", types=(Ear, Side)), ear)


def test_text_in_an_array_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="array of numbers"):
        write_store(Ear(Side.LEFT, np.array(["x"])), tmp_path / "e", types=(Ear, Side))
    with pytest.raises(InputError, match="cannot be stored"):
        write_store(Ear(Side.LEFT, object()), tmp_path / "e", types=(Ear, Side))
    assert not list(tmp_path.iterdir())


def test_an_existing_file_stays_unless_told(tmp_path: Path) -> None:
    write_store(EXAMPLES["picture"], tmp_path / "p.dstore")
    with pytest.raises(OutputError, match="exists"):
        write_store(EXAMPLES["labels"], tmp_path / "p.dstore")
    assert_same(read_store(tmp_path / "p.dstore"), EXAMPLES["picture"])


def test_a_file_that_is_no_store_is_refused_in_one_sentence(tmp_path: Path) -> None:
    for name, content in {
        "empty": b"",
        "text": b"hello" * 99,
        "hdf5": b"\x89HDF\r\n\x1a\n",
    }.items():
        (tmp_path / name).write_bytes(content)
        assert not is_store(tmp_path / name)
        with pytest.raises(FormatError, match=name):
            read_store(tmp_path / name)
    with pytest.raises(FormatError, match="no such file"):
        read_store(tmp_path / "nowhere")
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["values"] = [1]
    with pytest.raises(FormatError, match="is not a store"):
        read_store(tmp_path / "other.h5")


def test_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "value.dstore"
    write_store(EXAMPLES["image"], path)
    path.write_bytes(path.read_bytes().replace(b"version 1\n", b"version 9\n", 1))
    with pytest.raises(FormatError, match="version 9, this program reads version 1"):
        read(path)


def test_any_hdf5_program_reads_the_arrays(tmp_path: Path) -> None:
    path = tmp_path / "value.dstore"
    write_store(EXAMPLES["image"], path)
    with h5py.File(path, "r") as file:
        assert file.attrs["type"] == b"image.Image"
        assert file["arrays/values"].shape == (2, 3, 4)
        assert file["arrays/grid.affine.matrix"].shape == (4, 4)


@pytest.mark.parametrize("name", ["large labels", "parallel scan", "cut body", "measurement"])
def test_damage_is_found_wherever_it_is(name: str, tmp_path: Path) -> None:
    """Most bytes matter and are guarded by a checksum; the others change nothing."""
    path = tmp_path / "value.dstore"
    write_store(EXAMPLES[name], path, compression="none")
    whole = path.read_bytes()
    rng = np.random.default_rng(1)
    for n in rng.integers(0, len(whole), 40):
        path.write_bytes(whole[:n])
        with pytest.raises(FormatError):
            read_store(path)
    found = 0
    for place in np.concatenate([rng.integers(0, len(whole), 100), rng.integers(0, 2048, 100)]):
        damaged = bytearray(whole)
        damaged[place % len(whole)] ^= 1 << rng.integers(8)
        path.write_bytes(bytes(damaged))
        try:
            assert_same(read_store(path), EXAMPLES[name])
        except DiaphaneError:
            found += 1
    assert found > 50


def test_a_store_cannot_point_to_another_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(bytes(65536))
    path = tmp_path / "value.dstore"
    write_store(EXAMPLES["large labels"], path)
    with h5py.File(path, "r+") as file:
        del file["arrays/values"]
        file["arrays"].create_dataset(
            "values", (4, 128, 128), "u1", external=[(str(tmp_path / "secret"), 0, 65536)]
        )
    with pytest.raises(FormatError, match="not an array in this file"):
        read_store(path)
    with h5py.File(path, "r+") as file:
        del file["arrays/values"]
        file["arrays/values"] = h5py.ExternalLink("secret", "/values")
    with pytest.raises(FormatError, match="points to another file"):
        read_store(path)
