"""Every function of the registers, against NumPy; runs on whatever path the process takes."""

import os

import numpy as np
import pytest

from diaphane.simd import (
    ISA,
    W,
    aligned_rows,
    aligned_zeros,
    at_least,
    choose,
    fma,
    frac,
    gather,
    iota,
    kernel,
    load,
    maximum,
    minimum,
    permute2,
    shift_down,
    splat,
    sqrt,
    store,
    sum_lanes,
    to_float,
    to_int,
)
from diaphane.simd.host import config


@kernel()
def _arithmetic(a, b, out):
    x = load(a, 0)
    y = load(b, 0)
    store(out, (0, 0), x + y)
    store(out, (1, 0), x - y * 2)
    store(out, (2, 0), 1 / (x + 3))
    store(out, (3, 0), fma(x, y, splat(np.float32(0.5))))
    store(out, (4, 0), minimum(x, y))
    store(out, (5, 0), maximum(x, y))
    store(out, (6, 0), sqrt(x * x))
    store(out, (7, 0), at_least(x, y))
    s = iota()
    for _ in range(3):
        s += x
        s *= y
        s -= 1
    store(out, (8, 0), s)


@kernel()
def _whole_and_fraction(a, out):
    x = load(a, 3)
    store(out, 0, frac(x))
    store(out, W, to_float(to_int(x) * 2 + 1 - to_int(x)))


@kernel()
def _look_up(table, places, out):
    k = to_int(load(places, 0))
    store(out, 0, permute2(load(table, 0), load(table, W), k))
    store(out, W, gather(table, k))
    return sum_lanes(load(table, 0))


@kernel()
def _carried_through_a_list(a, out):
    parts = [load(a, 0), load(a, W)]
    pair = (parts[1], parts[0])
    store(out, 0, pair[0] - pair[1])


def _numbers(n: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-40, 40, n).astype(np.float32)


def test_arithmetic_is_that_of_numpy():
    x, y = _numbers(W), _numbers(W, 2)
    y[0] = x[0]
    out = np.zeros((9, W), np.float32)
    _arithmetic(x, y, out)
    s = np.arange(W, dtype=np.float32)
    for _ in range(3):
        s = (s + x) * y - 1
    expected = [x + y, x - 2 * y, 1 / (x + 3), x * y + 0.5, np.minimum(x, y), np.maximum(x, y)]
    expected += [np.abs(x), x >= y, s]
    np.testing.assert_allclose(out, np.array(expected), rtol=2e-6, atol=2e-5)


def test_nan_and_infinity_pass_through():
    x, y = _numbers(W), _numbers(W, 2)
    x[1], y[2] = np.nan, np.inf
    out = np.zeros((9, W), np.float32)
    with np.errstate(invalid="ignore"):
        _arithmetic(x, y, out)
    assert np.isnan(out[[0, 1, 2, 3, 6, 8], 1]).all()
    assert np.isinf(out[[0, 1, 3], 2]).all()


def test_whole_part_and_fraction_of_unaligned_lanes():
    a = np.abs(_numbers(W + 5))
    out = np.zeros(2 * W, np.float32)
    _whole_and_fraction(a, out)
    x = a[3 : 3 + W]
    np.testing.assert_allclose(out[:W], x - np.trunc(x), atol=4e-6)
    np.testing.assert_array_equal(out[W:], np.trunc(x) + 1)


@pytest.mark.parametrize("seed", range(4))
def test_look_up_in_a_table_of_two_registers(seed: int):
    table = _numbers(2 * W)
    places = np.random.default_rng(seed).integers(0, 2 * W, W).astype(np.int32)
    places[:2] = 0, 2 * W - 1
    out = np.zeros(2 * W, np.float32)
    total = _look_up(table, places.astype(np.float32), out)
    np.testing.assert_array_equal(out[:W], table[places])
    np.testing.assert_array_equal(out[W:], table[places])
    assert total == pytest.approx(table[:W].sum(dtype=np.float64), rel=1e-5, abs=1e-4)


@kernel()
def _bits(numbers, a, b, out):
    k = to_int(load(numbers, 0)) * np.int32(2**27)
    store(out, 0, choose(k, load(a, 0), load(b, 0)))
    store(out, W, to_float(shift_down(k, 28)))
    store(out, 2 * W, to_float(k & 2**29))


def test_bits_of_integers_and_the_choice_by_their_sign():
    numbers = np.random.default_rng(5).integers(-16, 16, W)
    numbers[:2] = -16, 15
    a, b, out = _numbers(W), _numbers(W, 2), np.zeros(3 * W, np.float32)
    _bits(numbers.astype(np.float32), a, b, out)
    k = numbers * 2**27
    np.testing.assert_array_equal(out[:W], np.where(k >= 0, a, b))
    np.testing.assert_array_equal(out[W : 2 * W], k % 2**32 >> 28)
    np.testing.assert_array_equal(out[2 * W :], k & 2**29)


def test_registers_pass_through_tuples_and_lists():
    a = _numbers(2 * W)
    out = np.zeros(W, np.float32)
    _carried_through_a_list(a, out)
    np.testing.assert_array_equal(out, a[W:] - a[:W])


def test_arrays_of_another_kind_are_refused():
    out = np.zeros((9, W), np.float32)
    if config.DISABLE_JIT:
        with pytest.raises(IndexError, match="float64"):
            _arithmetic(np.zeros(W), np.zeros(W), out)
        with pytest.raises(IndexError, match=r"no .* floats"):
            _arithmetic(np.zeros(W - 1, np.float32), np.zeros(W, np.float32), out)
    else:
        with pytest.raises(Exception, match=r"C-contiguous float32"):
            _arithmetic(np.zeros(W), np.zeros(W), out)


@kernel()
def _places_of_rows(places):
    rows = aligned_rows(3, 2 * W)
    for row in range(3):
        places[row] = rows[row].ctypes.data


def test_rows_start_at_multiples_of_a_register():
    places = np.zeros(3, np.int64)
    _places_of_rows(places)
    assert (places % (4 * W) == 0).all()
    zeros = aligned_zeros((5, 2, W))
    assert zeros.ctypes.data % 64 == 0
    assert zeros.shape == (5, 2, W)
    assert not zeros.any()


def test_the_path_is_named():
    assert os.environ.get("DIAPHANE_EXPECTED_ISA", ISA) == ISA
    assert ISA in ("avx512", "avx2", "sse", "neon", "generic", "numpy")
    assert W in (4, 8, 16)


@kernel()
def _signs(numbers, a, b, out):
    x = load(numbers, 0)
    store(out, 0, choose(x, load(a, 0), load(b, 0)))
    store(out, W, splat(sqrt(np.float32(2.25))))


def test_the_choice_by_the_sign_of_floats_and_the_root_of_a_plain_number():
    numbers = np.random.default_rng(6).uniform(-1, 1, W).astype(np.float32)
    numbers[:2] = -1e-30, 0
    a, b, out = _numbers(W), _numbers(W, 2), np.zeros(2 * W, np.float32)
    _signs(numbers, a, b, out)
    np.testing.assert_array_equal(out[:W], np.where(numbers >= 0, a, b))
    np.testing.assert_array_equal(out[W:], 1.5)
