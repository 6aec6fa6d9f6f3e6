"""Scoring a batch: columns in, probabilities, decisions and exact contributions out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.model.features import Feature, Term
from scoring.model.model import Model
from scoring.model.transforms import BASE, Array, cosine, hinge, sine

Columns = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Scores:
    """What a batch of n rows scored.

    logit: (n,) linear predictor before calibration, equal to base + contributions.sum(axis=1).
    probability: (n,) calibrated. threshold: (n,) the probability above which a row is an alert.
    decision: (n,) True where it is an alert. contributions: (n, features), in the model's order.
    """

    base: float
    logit: Array
    probability: Array
    threshold: Array
    decision: NDArray[np.bool_]
    contributions: Array


class Scorer:
    """A model ready to score; holds no state between batches."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._features = [_CompiledFeature(feature) for feature in model.features]

    def score(self, columns: Columns) -> Scores:
        """Score n rows.

        columns: name → (n,) values; float64 (or anything that becomes it) with NaN for null where the feature is a
        number, texts or UTF-8 bytes with None or empty for null where it is a category.
        """
        contributions = np.column_stack([feature.contribution(columns) for feature in self._features])
        logit = self.model.intercept + contributions.sum(axis=1)
        probability = self.model.calibration.probability(logit)
        threshold = self.model.threshold.thresholds(self._amount(columns, len(logit)))
        return Scores(self.model.intercept, logit, probability, threshold, probability > threshold, contributions)

    def design_matrix(self, columns: Columns) -> Array:
        """(n, terms): the standardised terms, in the model's order; logit = intercept + this @ coefficients."""
        terms = sum(len(feature.feature.terms) for feature in self._features)
        rows = len(columns[self._features[0].feature.column])
        matrix = np.empty((rows, terms), order="F")
        blocks = (block for feature in self._features for block in feature.standardised(columns))
        for at, block in enumerate(blocks):
            matrix[:, at] = block
        return matrix

    def _amount(self, columns: Columns, rows: int) -> Array:
        name = self.model.threshold.amount_column
        return np.zeros(rows) if name is None else np.asarray(columns[name], dtype=np.float64)


class _CompiledFeature:
    """One feature's terms, evaluated on a column."""

    def __init__(self, feature: Feature) -> None:
        self.feature = feature

    def contribution(self, columns: Columns) -> Array:
        blocks = self.standardised(columns)
        total = blocks[0] * self.feature.terms[0].coefficient
        for block, term in zip(blocks[1:], self.feature.terms[1:], strict=True):
            total += block * term.coefficient
        return total

    def standardised(self, columns: Columns) -> list[Array]:
        raw = raw_terms(self.feature, columns[self.feature.column])
        return [(values - term.mean) / term.scale for values, term in zip(raw, self.feature.terms, strict=True)]


def raw_terms(feature: Feature, column: NDArray[Any]) -> list[Array]:
    """Each term's values before standardisation, (n,) float64."""
    if feature.type == "category":
        return [_category_term(term, column) for term in feature.terms]
    values = np.asarray(column, dtype=np.float64)
    null = np.isnan(values)
    filled = np.where(null, 0.0 if feature.fill is None else feature.fill, values)
    bases: dict[str, Array] = {}
    return [null.astype(np.float64) if term.transform == "missing" else _number_term(term, filled, bases)
            for term in feature.terms]


def _number_term(term: Term, values: Array, bases: dict[str, Array]) -> Array:
    if term.transform == "sin":
        return sine(values, term.period)
    if term.transform == "cos":
        return cosine(values, term.period)
    name = term.base if term.transform == "hinge" else term.transform
    if name not in bases:
        bases[name] = BASE[name](values)
    return hinge(bases[name], term.knot) if term.transform == "hinge" else bases[name]


def _category_term(term: Term, column: NDArray[Any]) -> Array:
    if term.transform == "missing":
        return np.array([not value for value in column.tolist()], dtype=np.float64)
    wanted = (term.category, term.category.encode())
    return np.array([value in wanted for value in column.tolist()], dtype=np.float64)
