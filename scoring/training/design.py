"""From a specification and data to features with knots, categories, means and scales; coefficients still 0."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.errors import TrainingError
from scoring.model.features import Feature, Term
from scoring.model.scorer import raw_terms
from scoring.model.transforms import BASE, Array
from scoring.training.spec import FeatureSpec, TrainingSpec
from scoring.training.table import TrainingTable

RARE = 0.001
CONSTANT = 1e-9


def make_features(spec: TrainingSpec, table: TrainingTable) -> tuple[Feature, ...]:
    """Features whose terms are standardised on the table; terms that are constant there are left out."""
    made = [_make_feature(feature, table) for feature in spec.features]
    kept = tuple(feature for feature in made if feature.terms)
    if not kept:
        raise TrainingError("every feature is constant in the training data")
    return kept


def _make_feature(spec: FeatureSpec, table: TrainingTable) -> Feature:
    if spec.column not in table.columns:
        raise TrainingError(f"feature {spec.column}: the training data have no such column")
    column = table.columns[spec.column]
    if spec.transform == "category":
        feature = Feature(spec.column, "category", phrase=spec.phrase, terms=_category_terms(spec, column))
    else:
        _check_numbers(spec, column)
        feature = Feature(spec.column, "number", spec.fill, spec.limits, spec.phrase, _number_terms(spec, column))
    return replace(feature, terms=_standardised(feature, column))


def _check_numbers(spec: FeatureSpec, column: NDArray[Any]) -> None:
    try:
        values = np.asarray(column, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TrainingError(f"feature {spec.column}: holds texts; use transform category") from error
    if np.isinf(values).any():
        raise TrainingError(f"feature {spec.column}: holds infinite values")
    if spec.fill is None and np.isnan(values).any():
        raise TrainingError(f"feature {spec.column}: holds nulls; give a fill")


def _number_terms(spec: FeatureSpec, column: NDArray[Any]) -> tuple[Term, ...]:
    terms = [Term("missing")] if spec.indicator else []
    if spec.transform == "circular":
        return (*terms, Term("sin", period=spec.period), Term("cos", period=spec.period))
    knots = [Term("hinge", base=spec.transform, knot=knot) for knot in _knots(spec, column)]
    return (Term(spec.transform), *knots, *terms)


def _knots(spec: FeatureSpec, column: NDArray[Any]) -> list[float]:
    """Distinct quantiles of the transformed values that are there, and the knots given, without the least value."""
    values = np.asarray(column, dtype=np.float64)
    values = BASE[spec.transform](values[~np.isnan(values)])
    if not len(values) or not (spec.hinges or spec.knots):
        return []
    given = BASE[spec.transform](np.array(spec.knots, dtype=np.float64))
    knots = sorted({float(knot) for knot in (*np.quantile(values, spec.hinges), *given)})
    return [knot for knot in knots if values.min() < knot < values.max()]


def _category_terms(spec: FeatureSpec, column: NDArray[Any]) -> tuple[Term, ...]:
    categories = list(spec.categories)
    if not categories:
        texts = [value.decode() if isinstance(value, bytes) else value for value in column.tolist() if value]
        names, counts = np.unique(np.array(texts, dtype=str), return_counts=True)
        categories = [str(name) for name, count in zip(names, counts, strict=True) if count >= RARE * len(column)]
    missing = (Term("missing"),) if spec.indicator else ()
    return (*(Term("one_hot", category=category) for category in categories), *missing)


def _standardised(feature: Feature, column: NDArray[Any]) -> tuple[Term, ...]:
    values: list[Array] = raw_terms(feature, column)
    moments = [(float(v.mean()), float(v.std())) for v in values]
    return tuple(replace(term, mean=mean, scale=scale)
                 for term, (mean, scale) in zip(feature.terms, moments, strict=True) if scale > CONSTANT)
