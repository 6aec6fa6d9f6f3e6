"""Fitting the logistic regression with scikit-learn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scoring.model.calibration import sigmoid
from scoring.model.features import Feature
from scoring.model.model import Model
from scoring.model.scorer import Scorer
from scoring.model.transforms import Array
from scoring.training.metrics import log_loss
from scoring.training.table import TrainingTable

MAX_ITERATIONS = 200
TOLERANCE = 1e-6


def fit_model(empty: Model, table: TrainingTable, strength: float) -> Model:
    """The model with coefficients that maximise the penalised likelihood; strength is scikit-learn's C."""
    matrix = Scorer(empty).design_matrix(table.columns)
    coefficients, intercept = fit_coefficients(matrix, table.label, strength)
    return replace(empty, features=_with_coefficients(empty.features, coefficients), intercept=intercept)


def fit_coefficients(matrix: Array, label: Array, strength: float) -> tuple[Array, float]:
    """(terms,) coefficients and the intercept."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=strength, solver="newton-cholesky", tol=TOLERANCE, max_iter=MAX_ITERATIONS)
    fitted.fit(matrix, label.astype(np.int64))
    return fitted.coef_[0], float(fitted.intercept_[0])


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
