"""Solvers on small dense matrices, against closed forms and SciPy's own optimizers."""

import itertools

import numpy as np
import pytest
from scipy.optimize import lsq_linear, minimize

from diaphane import solvers
from diaphane.errors import InputError

RNG = np.random.default_rng(4)
A = RNG.random((12, 5)) + 0.1
TRUTH = np.array([1.0, -0.5, 0.3, 2.0, 0.0])
B = A @ TRUTH + 0.1 * RNG.standard_normal(12)
W = RNG.uniform(0.2, 3, 12)
ZERO = np.zeros(5)
D = np.diff(np.eye(5), axis=0)


def forward(x):
    return A @ x


def adjoint(y):
    return A.T @ y


def weighted_answer(damping=0.0, start=ZERO):
    normal = A.T @ (W[:, None] * A) + damping**2 * np.eye(5)
    return np.linalg.solve(normal, A.T @ (W * B) + damping**2 * start)


def cost_of(x):
    return float((W * (B - A @ x) ** 2).sum() / 2)


def test_landweber_goes_to_the_least_weighted_squares():
    step = 1 / np.linalg.norm(A.T @ (W[:, None] * A), 2)
    iterates = solvers.landweber(forward, adjoint, B, start=ZERO, step=step, weights=W)
    last = solvers.run(iterates, solvers.at_rest(1e-9), solvers.after(60_000))
    np.testing.assert_allclose(last.values, weighted_answer(), atol=1e-4)
    assert last.residual_norm == pytest.approx(np.sqrt(2 * cost_of(last.values)))


def test_sirt_with_what_is_allowed_is_nonnegative_least_squares():
    rows, columns = 1 / A.sum(1), 1 / A.sum(0)
    iterates = solvers.landweber(
        forward, adjoint, B, start=ZERO, step=1.9 * columns, weights=rows,
        project=solvers.nonnegative,
    )  # fmt: skip
    last = solvers.run(iterates, solvers.after(20_000))
    root = np.sqrt(rows)
    expected = lsq_linear(root[:, None] * A, root * B, (0, np.inf)).x
    np.testing.assert_allclose(last.values, expected, atol=1e-4)


@pytest.mark.parametrize("damping", [0.0, 0.7])
def test_cgls_ends_after_as_many_steps_as_there_are_unknowns(damping):
    start = RNG.random(5)
    iterates = solvers.cgls(forward, adjoint, B, start=start, weights=W, damping=damping)
    last = solvers.run(iterates, solvers.after(5))
    np.testing.assert_allclose(last.values, weighted_answer(damping, start), atol=1e-9)
    assert last.residual_norm == pytest.approx(np.sqrt(2 * cost_of(last.values)))


def test_cgls_solves_complex_systems():
    a = RNG.standard_normal((6, 3)) + 1j * RNG.standard_normal((6, 3))
    b = RNG.standard_normal(6) + 1j * RNG.standard_normal(6)
    back = a.conj().T
    iterates = solvers.cgls(a.__matmul__, back.__matmul__, b, start=np.zeros(3, complex))
    last = solvers.run(iterates, solvers.after(3))
    np.testing.assert_allclose(last.values, np.linalg.lstsq(a, b)[0], atol=1e-9)


def test_ordered_subsets_solve_what_has_a_solution():
    exact = A @ TRUTH
    subsets = [
        solvers.Subset(
            A[i::3].__matmul__, A[i::3].T.__matmul__, exact[i::3],
            1 / A[i::3].sum(0), 1 / A[i::3].sum(1),
        )
        for i in range(3)
    ]  # fmt: skip
    iterates = solvers.ordered_subsets(subsets, start=ZERO)
    last = solvers.run(iterates, solvers.after(4000))
    np.testing.assert_allclose(last.values, TRUTH, atol=1e-3)
    assert last.residual_norm < 1e-3


def test_subsets_are_taken_far_apart_and_each_once():
    for n in range(1, 40):
        order = solvers.least_squares.far_apart(n)
        assert sorted(order) == list(range(n))
    assert min(abs(a - b) for a, b in itertools.pairwise(order)) > 5


@pytest.mark.parametrize("penalty", [solvers.quadratic(), solvers.huber(0.2), solvers.fair(0.2)])
def test_penalized_least_squares_are_scipys(penalty):
    strength = 1.5
    data = solvers.least_squares_gradient(forward, adjoint, B, W)

    def gradient(x):
        slope, residual = data(x)
        return slope + strength * D.T @ penalty.slope(D @ x), residual

    def cost(x):
        return cost_of(x) + strength * penalty.cost(D @ x).sum()

    curvature = A.T @ (W * A.sum(1)) + strength * np.abs(D).T @ np.abs(D).sum(1)
    iterates = solvers.descend([gradient], start=ZERO, curvature=curvature)
    last = solvers.run(iterates, solvers.after(5000))
    expected = minimize(cost, ZERO, method="BFGS", options={"gtol": 1e-8}).x
    np.testing.assert_allclose(last.values, expected, atol=1e-4)


def test_the_slope_of_a_penalty_is_that_of_its_cost():
    t = np.linspace(-1, 1, 41)
    for penalty in (solvers.quadratic(), solvers.huber(0.33), solvers.fair(0.33)):
        slope = (penalty.cost(t + 1e-6) - penalty.cost(t - 1e-6)) / 2e-6
        np.testing.assert_allclose(penalty.slope(t), slope, atol=1e-5)
    with pytest.raises(InputError, match="edge"):
        solvers.huber(0.0)


def total_variation(x):
    return np.abs(D @ x).sum()


def tv_answer(strength, weights=W, a=A, b=B):
    """The same as a quadratic program in (x, u ≥ |D x|), by SLSQP."""

    def cost(v):
        return (weights * (b - a @ v[:5]) ** 2).sum() / 2 + strength * v[5:].sum()

    bounds = {"type": "ineq", "fun": lambda v: np.r_[v[5:] - D @ v[:5], v[5:] + D @ v[:5]]}
    start = np.r_[TRUTH, np.ones(4) * 3]
    return minimize(cost, start, constraints=bounds, options={"ftol": 1e-14, "maxiter": 900}).x[:5]


def test_primal_dual_gives_the_least_total_variation_cost():
    strength = 1.0
    terms = [
        solvers.Term(forward, adjoint, solvers.squares(B, W), 1 / A.sum(1)),
        solvers.Term(
            D.__matmul__, D.T.__matmul__, lambda w, _: np.clip(w, -strength, strength), 0.5
        ),
    ]
    step = 1 / (A.sum(0) + np.abs(D).sum(0))
    iterates = solvers.primal_dual(terms, start=ZERO, step=step, relaxation=1.7)
    last = solvers.run(iterates, solvers.after(20_000))
    np.testing.assert_allclose(last.values, tv_answer(strength), atol=2e-4)
    assert last.residual_norm == pytest.approx(np.linalg.norm(W * (A @ last.values - B)), abs=1e-3)


def test_fista_with_the_total_variations_proximal_map_gives_the_same():
    strength = 1.0
    gradient = solvers.least_squares_gradient(forward, adjoint, B, W)

    def proximal(z, step):
        differences = lambda x: (D @ x)[None]  # noqa: E731
        return solvers.denoise(
            z, strength * step, differences, lambda p: D.T @ p[0], squared_norm=4, n_steps=100
        )[0]

    curvature = float(np.linalg.norm(A.T @ (W[:, None] * A), 2))
    iterates = solvers.fista(gradient, proximal, start=ZERO, curvature=curvature)
    last = solvers.run(iterates, solvers.after(2000))
    np.testing.assert_allclose(last.values, tv_answer(strength), atol=2e-4)


def test_transmission_finds_the_most_likely_attenuation():
    a, x, n, r = A / 3, np.abs(TRUTH), 400.0, 5.0
    counts = RNG.poisson(n * np.exp(-a @ x) + r).astype(float)

    def cost(v):
        expected = n * np.exp(-a @ v) + r
        return float((expected - counts * np.log(expected)).sum())

    whole = [solvers.Counts(a.__matmul__, a.T.__matmul__, counts, n, r)]
    last = solvers.run(solvers.transmission(whole, start=ZERO), solvers.after(20_000))
    expected = minimize(cost, x, bounds=[(0, None)] * 5, options={"ftol": 1e-14}).x
    assert cost(last.values) == pytest.approx(cost(expected), rel=1e-7)
    np.testing.assert_allclose(last.values, expected, atol=2e-2)
    halves = [
        solvers.Counts(a[i::2].__matmul__, a[i::2].T.__matmul__, counts[i::2], n, r) for i in (0, 1)
    ]
    early = solvers.run(solvers.transmission(halves, start=ZERO), solvers.after(20))
    slow = solvers.run(solvers.transmission(whole, start=ZERO), solvers.after(20))
    assert cost(early.values) < cost(slow.values)


def test_solvers_stop_on_the_rule_that_comes_first_and_not_by_themselves():
    def iterates():
        return solvers.cgls(forward, adjoint, B, start=ZERO)

    assert solvers.run(iterates(), solvers.after(3)).number == 3
    norms = [i.residual_norm for i in itertools.islice(iterates(), 6)]
    assert norms == sorted(norms, reverse=True)
    stopped = solvers.run(iterates(), solvers.within_noise(norms[2] * 1.001), solvers.after(5))
    assert stopped.number == 2
    assert solvers.run(iterates(), solvers.at_rest(0.9), solvers.after(5)).number < 5
    with pytest.raises(InputError, match="rule"):
        solvers.run(iterates())


def test_a_warm_start_is_where_it_left_off():
    first = solvers.run(solvers.cgls(forward, adjoint, B, start=ZERO), solvers.after(5))
    again = next(solvers.cgls(forward, adjoint, B, start=first.values))
    assert again.number == 0
    assert again.residual_norm == pytest.approx(first.residual_norm)


@pytest.mark.parametrize("solve", ["landweber", "cgls"])
def test_single_precision_stays_single(solve):
    a = A.astype(np.float32)
    options = {"step": 0.01} if solve == "landweber" else {}
    iterates = getattr(solvers, solve)(
        a.__matmul__, a.T.__matmul__, B.astype(np.float32), start=ZERO.astype(np.float32), **options
    )
    assert solvers.run(iterates, solvers.after(3)).values.dtype == np.float32
