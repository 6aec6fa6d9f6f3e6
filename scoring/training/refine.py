"""From coefficients fitted to a sample to those of all rows."""

from __future__ import annotations

import numpy as np

from scoring.errors import TrainingError
from scoring.model.calibration import sigmoid
from scoring.model.transforms import Array

TOLERANCE = 1e-5
"""Of the gradient in coordinates of curvature 1; a hundredth of what a million rows leave uncertain."""
ROUNDS, STEPS = 20, 25
OTHERS = 10
BLOCK = 1024


def refine(matrix: Array, label: Array, strength: float, begin: tuple[Array, float]) -> tuple[Array, float]:
    """(terms,) coefficients and the intercept of the penalised likelihood over all rows, from a solution near it.

    matrix: (n, terms); strength: scikit-learn's C. L-BFGS in coordinates in which the curvature, measured on the rows
    that make most of it, is 1 in every direction: a step looks at all rows once, and a few are enough.
    """
    penalty = np.full(matrix.shape[1] + 1, 1.0 / strength)
    penalty[-1] = 0.0
    at = np.array([*begin[0], begin[1]])
    for _ in range(ROUNDS):
        at, gradient = _round(matrix, label, penalty, at)
        if gradient <= TOLERANCE:
            return at[:-1], float(at[-1])
    raise TrainingError(f"the fit did not end: gradient {gradient:.1e}; are there columns that predict alone?")


def _round(matrix: Array, label: Array, penalty: Array, begin: Array) -> tuple[Array, float]:
    """Some steps with the curvature at the beginning, and the largest component of the gradient after them."""
    from scipy.linalg import cholesky, solve_triangular
    from scipy.optimize import minimize

    root = cholesky(_curvature(matrix, penalty, begin) / len(label), lower=True)

    def loss(steps: Array) -> tuple[float, Array]:
        at = begin + solve_triangular(root, steps, lower=True, trans="T")
        value, slope = _likelihood(matrix, label, at)
        value, slope = value + (penalty * at) @ at / 2, slope + penalty * at
        return float(value) / len(label), solve_triangular(root, slope / len(label), lower=True)

    found = minimize(loss, np.zeros_like(begin), jac=True, method="L-BFGS-B",
                     options={"gtol": TOLERANCE, "ftol": 0.0, "maxiter": STEPS})
    return begin + solve_triangular(root, found.x, lower=True, trans="T"), float(np.abs(found.jac).max())


def _likelihood(matrix: Array, label: Array, at: Array) -> tuple[float, Array]:
    """The negative log-likelihood and its derivatives; each block of rows is read from memory once."""
    value, slope = 0.0, np.zeros_like(at)
    for first in range(0, len(label), BLOCK):
        rows, y = matrix[first : first + BLOCK], label[first : first + BLOCK]
        z = rows @ at[:-1] + at[-1]
        wrong = sigmoid(z) - y
        value += float((np.logaddexp(0.0, z) - z * y).sum())
        slope[:-1] += rows.T @ wrong
        slope[-1] += wrong.sum()
    return value, slope


def _curvature(matrix: Array, penalty: Array, at: Array) -> Array:
    """(terms + 1, terms + 1) second derivatives of the loss, from the tenth of the rows that weigh most and a tenth of
    the others; the intercept comes last."""
    p = sigmoid(matrix @ at[:-1] + at[-1])
    weight = p * (1.0 - p)
    order = np.argsort(weight)
    light, heavy = np.split(order, [len(order) - len(order) // OTHERS])
    light = light[::OTHERS]
    rows, times = np.concatenate([light, heavy]), np.repeat([float(OTHERS), 1.0], [len(light), len(heavy)])
    design = np.column_stack([matrix[rows], np.ones(len(rows))])
    return (design * (times * weight[rows])[:, None]).T @ design + np.diag(np.maximum(penalty, 1e-9))
