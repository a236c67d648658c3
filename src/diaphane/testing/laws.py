"""Laws that operators, maps and formats must obey, as functions that raise ``AssertionError``.

Each takes callables and draws its own numbers from a seed, so that a failure can be repeated. A
law that cannot fail proves nothing: the tests of this room hold each to a wrong operator.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from diaphane.arrays import AnyArray
from diaphane.space import Affine

T = TypeVar("T")
U = TypeVar("U")

Map = Callable[[AnyArray], AnyArray]


def assert_adjoint(
    forward: Map,
    adjoint: Map,
    domain_shape: tuple[int, ...],
    range_shape: tuple[int, ...],
    *,
    dtype: DTypeLike = np.float64,
    seed: int = 0,
    tolerance: float = 1e-6,
) -> None:
    """Raise when `adjoint` is not the adjoint of `forward`: ⟨A x, y⟩ = ⟨x, A* y⟩.

    Both sides are compared for random x and y, relative to ‖A x‖ ‖y‖ (and ‖x‖ ‖A* y‖), so that a
    chance orthogonality does not hide an error.

    Parameters
    ----------
    forward, adjoint : callable
        From an array to an array.
    domain_shape, range_shape : tuple of int
        What `forward` takes and gives.
    dtype : data type
        Of x and y; complex where the maps are.
    seed : int
        Of x and y.
    tolerance : float
        Largest relative difference; about 1e-4 for maps that work in float32.
    """
    rng = np.random.default_rng(seed)
    x, y = _draw(rng, domain_shape, dtype), _draw(rng, range_shape, dtype)
    there = np.asarray(forward(x))
    _expect_shape("forward", there, range_shape)
    back = np.asarray(adjoint(y))
    _expect_shape("adjoint", back, domain_shape)
    left, right = _inner(there, y), _inner(x, back)
    size = max(_norm(there) * _norm(y), _norm(x) * _norm(back))
    if not abs(left - right) <= tolerance * size:
        raise AssertionError(
            f"not adjoint: <A x, y> = {left:.8g} but <x, A* y> = {right:.8g} "
            f"(relative difference {abs(left - right) / size:.3g}, allowed {tolerance:g})"
        )


def assert_linear(
    forward: Map,
    domain_shape: tuple[int, ...],
    *,
    dtype: DTypeLike = np.float64,
    seed: int = 0,
    tolerance: float = 1e-6,
) -> None:
    """Raise when A (a x + y) differs from a A x + A y.

    Parameters
    ----------
    forward : callable
        From an array to an array.
    domain_shape : tuple of int
        What it takes.
    dtype : data type
        Of x and y; a complex one draws a complex factor a.
    seed : int
        Of x, y and a.
    tolerance : float
        Largest difference, relative to ‖a A x‖ + ‖A y‖.
    """
    rng = np.random.default_rng(seed)
    for _ in range(3):  # one draw may miss a kink, as of |x| where all signs agree
        x, y = _draw(rng, domain_shape, dtype), _draw(rng, domain_shape, dtype)
        a = _draw(rng, (), dtype)
        ax, ay = a * np.asarray(forward(x)), np.asarray(forward(y))
        together = np.asarray(forward((a * x + y).astype(dtype)))
        off, size = _norm(together - (ax + ay)), _norm(ax) + _norm(ay)
        if not off <= tolerance * size:
            raise AssertionError(
                f"not linear: A(a x + y) is off a A x + A y by {off / size if size else off:.3g} "
                f"(allowed {tolerance:g})"
            )


def assert_isometry(
    forward: Map,
    domain_shape: tuple[int, ...],
    *,
    dtype: DTypeLike = np.float64,
    seed: int = 0,
    tolerance: float = 1e-6,
) -> None:
    """Raise when ‖A x‖ differs from ‖x‖, relative to ‖x‖, by more than `tolerance`."""
    x = _draw(np.random.default_rng(seed), domain_shape, dtype)
    there = _norm(np.asarray(forward(x)))
    if not abs(there - _norm(x)) <= tolerance * _norm(x):
        raise AssertionError(f"not an isometry: |A x| = {there:.8g} but |x| = {_norm(x):.8g}")


def assert_round_trip(
    there: Callable[[T], U], back: Callable[[U], T], value: T, *, tolerance: float = 0.0
) -> None:
    """Raise when ``back(there(value))`` is not the same as `value`, as :func:`assert_same` sees it.

    Fits a format (write, read), a coordinate map, a transform and its inverse.
    """
    assert_same(back(there(value)), value, tolerance=tolerance)


def assert_same(came: Any, expected: Any, *, tolerance: float = 0.0, place: str = "value") -> None:
    """Raise, naming the place, when two flowing values differ; their histories are not compared.

    Parameters
    ----------
    came, expected : array, frozen dataclass, list, mapping or plain value
        Frozen dataclasses are compared field by field, arrays by type, shape and content.
    tolerance : float
        Largest absolute difference of any number; with 0, arrays agree bit by bit in type too.
    place : str
        What the message calls the outermost value.
    """
    if isinstance(expected, np.ndarray | np.generic):
        _same_arrays(np.asarray(came), np.asarray(expected), tolerance, place)
    elif dataclasses.is_dataclass(expected) and not isinstance(expected, type):
        if type(came) is not type(expected):
            _differ(place, type(came).__name__, type(expected).__name__)
        for field in dataclasses.fields(expected):
            if field.name != "history":
                pair = getattr(came, field.name), getattr(expected, field.name)
                assert_same(*pair, tolerance=tolerance, place=f"{place}.{field.name}")
    elif isinstance(expected, Mapping):
        if not isinstance(came, Mapping) or set(came) != set(expected):
            _differ(place, came, expected)
        for key in expected:
            assert_same(came[key], expected[key], tolerance=tolerance, place=f"{place}[{key!r}]")
    elif isinstance(expected, tuple | list):
        if not isinstance(came, tuple | list) or len(came) != len(expected):
            _differ(place, came, expected)
        for i, pair in enumerate(zip(came, expected, strict=True)):
            assert_same(*pair, tolerance=tolerance, place=f"{place}[{i}]")
    elif isinstance(expected, float) and isinstance(came, float | int):
        if not (abs(came - expected) <= tolerance or came == expected or came != came != expected):
            _differ(place, came, expected)
    elif came != expected:
        _differ(place, came, expected)


def assert_affine_group(
    a: Affine, b: Affine, c: Affine, points: ArrayLike, *, tolerance: float = 1e-9
) -> None:
    """Raise when three affine maps break a law of a group, or act on points otherwise than said.

    The laws: (a b) c = a (b c); a 1 = 1 a = a; a a⁻¹ = a⁻¹ a = 1; (a b)⁻¹ = b⁻¹ a⁻¹; and
    (a b)(p) = a(b(p)).

    Parameters
    ----------
    a, b, c : Affine
        Any three maps.
    points : (..., 3) numbers
        Where the maps are compared.
    tolerance : float
        Largest difference in mm, relative to the largest coordinate on the way.
    """
    one = Affine.identity()
    laws = {
        "(a b) c = a (b c)": ((a @ b) @ c, a @ (b @ c)),
        "a 1 = a": (a @ one, a),
        "1 a = a": (one @ a, a),
        "a a⁻¹ = 1": (a @ a.inverse(), one),
        "a⁻¹ a = 1": (a.inverse() @ a, one),
        "(a b)⁻¹ = b⁻¹ a⁻¹": ((a @ b).inverse(), b.inverse() @ a.inverse()),
    }
    p = np.asarray(points, dtype=np.float64)
    for law, (left, right) in laws.items():
        way = (a(p), a.inverse()(p), left.inverse()(p), a.inverse().matrix, right(p), p, 1.0)
        _close_points(law, left(p), right(p), tolerance * max(np.abs(w).max() for w in way))
    scale = tolerance * max(np.abs(b(p)).max(), np.abs(a(b(p))).max(), 1.0)
    _close_points("(a b)(p) = a(b(p))", (a @ b)(p), a(b(p)), scale)


def _draw(rng: np.random.Generator, shape: tuple[int, ...], dtype: DTypeLike) -> AnyArray:
    values: Any = rng.standard_normal(shape)
    if np.dtype(dtype).kind == "c":
        values = values + 1j * rng.standard_normal(shape)
    return np.asarray(values, dtype=dtype)


def _inner(x: AnyArray, y: AnyArray) -> complex:
    wide = np.complex128 if "c" in (x.dtype.kind, y.dtype.kind) else np.float64
    return complex(np.vdot(y.astype(wide), x.astype(wide)))


def _norm(x: AnyArray) -> float:
    return float(np.linalg.norm(x.astype(np.complex128 if x.dtype.kind == "c" else np.float64)))


def _expect_shape(name: str, values: AnyArray, shape: tuple[int, ...]) -> None:
    if values.shape != shape:
        raise AssertionError(f"{name} gave shape {values.shape}, expected {shape}")


def _same_arrays(came: AnyArray, expected: AnyArray, tolerance: float, place: str) -> None:
    if came.shape != expected.shape or (tolerance == 0 and came.dtype != expected.dtype):
        _differ(place, f"{came.dtype}{came.shape}", f"{expected.dtype}{expected.shape}")
    if expected.dtype.kind in "biufc":
        unlike = ~np.isclose(came, expected, rtol=0, atol=tolerance, equal_nan=True)
    else:
        unlike = np.asarray(came != expected)
    if unlike.any():
        first = tuple(int(i) for i in np.argwhere(unlike)[0])
        _differ(
            f"{place}[{', '.join(map(str, first))}]", came[first].item(), expected[first].item()
        )


def _close_points(law: str, left: AnyArray, right: AnyArray, allowed: float) -> None:
    off = float(np.abs(left - right).max())
    if not off <= allowed:
        raise AssertionError(f"{law} does not hold: off by {off:.3g} mm, allowed {allowed:.3g}")


def _differ(place: str, came: object, expected: object) -> None:
    raise AssertionError(f"{place}: expected {expected}, got {came}")
