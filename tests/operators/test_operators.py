"""Every operator obeys the same laws, and does what its name says."""

import numpy as np
import pytest

from diaphane.errors import InputError
from diaphane.operators import (
    Diagonal,
    Gradient,
    Identity,
    Mask,
    Operator,
    add,
    compose,
    scale,
    stack,
)
from diaphane.testing import assert_adjoint, assert_isometry, assert_linear

SHAPE = (3, 4, 5)
RNG = np.random.default_rng(2)
CHOSEN = RNG.random(SHAPE) > 0.4
FACTORS = RNG.standard_normal(SHAPE)
GRADIENT = Gradient(SHAPE, (2.0, 1.0, 0.5))

OPERATORS = {
    "identity": Identity(SHAPE),
    "diagonal": Diagonal(FACTORS),
    "complex diagonal": Diagonal(FACTORS + 1j * RNG.standard_normal(SHAPE)),
    "mask": Mask(CHOSEN),
    "gradient": GRADIENT,
    "gradient of a slice": Gradient((1, 4, 5)),
    "composition": compose(GRADIENT, Diagonal(FACTORS)),
    "long composition": compose(Mask(CHOSEN), compose(Diagonal(FACTORS), Identity(SHAPE))),
    "sum": add(Identity(SHAPE), Diagonal(FACTORS), scale(Identity(SHAPE), -0.5)),
    "scaled": scale(GRADIENT, 0.3),
    "scaled by a complex number": scale(Identity(SHAPE), 1 - 2j),
    "stack": stack(GRADIENT, Mask(CHOSEN), Identity(SHAPE)),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
@pytest.mark.parametrize("name", OPERATORS)
def test_every_operator_obeys_the_laws(name, dtype):
    a = OPERATORS[name]
    assert isinstance(a, Operator)
    tolerance = 1e-5 if dtype == np.float32 else 1e-12
    law = (a.forward, a.adjoint, a.domain, a.range)
    assert_adjoint(*law, dtype=dtype, tolerance=tolerance)
    assert_linear(a.forward, a.domain, dtype=dtype, tolerance=tolerance)


@pytest.mark.parametrize("name", OPERATORS)
def test_no_operator_accepts_another_shape(name):
    a = OPERATORS[name]
    with pytest.raises(InputError, match="shape"):
        a.forward(np.zeros((2, 2)))
    with pytest.raises(InputError, match="shape"):
        a.adjoint(np.zeros((2, 2)))


def test_single_precision_stays_single():
    x = np.ones(SHAPE, np.float32)
    assert GRADIENT.forward(x).dtype == np.float32
    assert GRADIENT.adjoint(GRADIENT.forward(x)).dtype == np.float32
    assert scale(Identity(SHAPE), 2.0).forward(x).dtype == np.float32


def test_an_identity_keeps_lengths():
    assert_isometry(Identity(SHAPE).forward, SHAPE)


def test_the_gradient_of_a_ramp_is_its_slope_per_mm():
    z, y, x = np.meshgrid(
        *(np.arange(n) * d for n, d in zip(SHAPE, (2.0, 1.0, 0.5))), indexing="ij"
    )
    slopes = GRADIENT.forward(3 * z - y + 7 * x)
    for axis, slope in enumerate((3, -1, 7)):
        inner = np.moveaxis(slopes[axis], axis, 0)
        np.testing.assert_allclose(inner[:-1], slope)
        assert (inner[-1] == 0).all()


def test_a_mask_gives_its_places_back_and_zeros_elsewhere():
    mask, x = Mask(CHOSEN), RNG.standard_normal(SHAPE)
    np.testing.assert_array_equal(mask.adjoint(mask.forward(x)), np.where(CHOSEN, x, 0))


def test_a_stack_splits_what_it_stacked():
    both, x = stack(GRADIENT, Mask(CHOSEN)), RNG.standard_normal(SHAPE)
    first, second = both.split(both.forward(x))
    np.testing.assert_array_equal(first, GRADIENT.forward(x))
    np.testing.assert_array_equal(second, x[CHOSEN])


@pytest.mark.parametrize(
    "make",
    [
        lambda: compose(Identity((3,)), Identity((4,))),
        lambda: add(Identity((3,)), Identity((4,))),
        lambda: stack(Identity((3,)), Identity((4,))),
        lambda: Gradient((3, 4), (1.0,)),
        lambda: Gradient((3, 4), (1.0, -1.0)),
        lambda: Mask(np.ones(3)),
    ],
)
def test_what_does_not_fit_is_refused_when_it_is_made(make):
    with pytest.raises(InputError):
        make()
