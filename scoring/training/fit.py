"""Fitting the logistic regression with scikit-learn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scoring.model.calibration import sigmoid
from scoring.model.features import Feature
from scoring.model.model import Model
from scoring.model.scorer import Scorer
from scoring.model.transforms import Array
from scoring.training.metrics import log_loss
from scoring.training.refine import refine
from scoring.training.table import TrainingTable

MAX_ITERATIONS = 200
TOLERANCE = 1e-6
MANY_ROWS = 200_000
SAMPLE = 30_000


def fit_model(empty: Model, table: TrainingTable, strength: float) -> Model:
    """The model with coefficients that maximise the penalised likelihood; strength is scikit-learn's C."""
    matrix = Scorer(empty).design_matrix(table.columns)
    coefficients, intercept = fit_coefficients(matrix, table.label, strength)
    return replace(empty, features=_with_coefficients(empty.features, coefficients), intercept=intercept)


def fit_coefficients(matrix: Array, label: Array, strength: float) -> tuple[Array, float]:
    """(terms,) coefficients and the intercept. Of many rows a sample is fitted first; from there it is a short way."""
    if len(label) <= MANY_ROWS:
        return _fitted(matrix, label, strength)
    rows, weight = _sample(label)
    return refine(matrix, label, strength, _fitted(matrix[rows], label[rows], strength, weight))


def _fitted(matrix: Array, label: Array, strength: float, weight: Array | None = None) -> tuple[Array, float]:
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=strength, solver="newton-cholesky", tol=TOLERANCE, max_iter=MAX_ITERATIONS)
    fitted.fit(matrix, label.astype(np.int64), weight)
    return fitted.coef_[0], float(fitted.intercept_[0])


def _sample(label: Array) -> tuple[NDArray[np.intp], Array]:
    """Every fraud and evenly spaced other rows, with weights that make up for those left out."""
    frauds, others = np.flatnonzero(label == 1), np.flatnonzero(label == 0)
    taken = others[:: max(len(others) // SAMPLE, 1)]
    rows = np.sort(np.concatenate([frauds, taken]))
    return rows, np.where(label[rows] == 1, 1.0, len(others) / max(len(taken), 1))


def choose_strength(
    empty: Model, fit: TrainingTable, validation: TrainingTable, strengths: tuple[float, ...]
) -> tuple[float, dict[str, float]]:
    """The C with the least log-loss on the validation rows, and the log-loss of each; one alone is taken as it is."""
    if len(strengths) == 1:
        return strengths[0], {}
    matrix, held_out = Scorer(empty).design_matrix(fit.columns), Scorer(empty).design_matrix(validation.columns)
    losses = {}
    for strength in strengths:
        coefficients, intercept = fit_coefficients(matrix, fit.label, strength)
        losses[strength] = log_loss(validation.label, sigmoid(held_out @ coefficients + intercept))
    best = min(losses, key=losses.__getitem__)
    return best, {f"{strength:g}": loss for strength, loss in losses.items()}



def _with_coefficients(features: tuple[Feature, ...], coefficients: Array) -> tuple[Feature, ...]:
    rest = iter(coefficients.tolist())
    return tuple(replace(feature, terms=tuple(replace(term, coefficient=next(rest)) for term in feature.terms))
                 for feature in features)
