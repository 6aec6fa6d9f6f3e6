"""Scoring: equal to scikit-learn, contributions exact, the same whatever the batch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from scoring.model import (
    CostThreshold,
    Feature,
    Isotonic,
    Model,
    Platt,
    ProbabilityThreshold,
    Scorer,
    Term,
    explain,
    load_model,
    top_reasons,
)

ROWS = 500


@pytest.fixture
def columns() -> dict[str, NDArray[Any]]:
    random = np.random.default_rng(5)
    amount = random.lognormal(5, 2, ROWS)
    gaps = np.where(random.random(ROWS) < 0.2, np.nan, random.normal(0, 3, ROWS))
    kinds = random.choice(np.array(["PAYMENT", "TRANSFER", None], dtype=object), ROWS)
    return {"AMOUNT": amount, "GAP": gaps, "HOUR": random.integers(0, 24, ROWS).astype(float), "TYPE": kinds}


@pytest.fixture
def model() -> Model:
    features = (
        Feature("AMOUNT", phrase="amount", terms=(Term("log1p", 5.0, 2.0, 0.7),
                                                  Term("hinge", 0.5, 1.0, 0.9, base="log1p", knot=6.0))),
        Feature("GAP", fill=0.5, phrase="gap", terms=(Term("identity", 0.1, 3.0, -0.4),
                                                      Term("missing", 0.2, 0.4, 0.3))),
        Feature("HOUR", fill=12.0, phrase="hour", terms=(Term("sin", 0.0, 0.7, 0.2, period=24.0),
                                                         Term("cos", 0.0, 0.7, -0.3, period=24.0))),
        Feature("TYPE", "category", phrase="type", terms=(Term("one_hot", 0.3, 0.46, 0.5, category="TRANSFER"),
                                                          Term("missing", 0.3, 0.46, -0.1))),
    )
    return Model("m", features, -3.0, Platt(1.2, -0.1), ProbabilityThreshold(0.2))


def by_hand(columns: dict[str, NDArray[Any]], row: int) -> float:
    amount, gap, hour, kind = (columns[name][row] for name in ("AMOUNT", "GAP", "HOUR", "TYPE"))
    filled = 0.5 if np.isnan(gap) else gap
    angle = hour * 2 * np.pi / 24
    return (-3.0 + 0.7 * (np.log1p(amount) - 5) / 2 + 0.9 * (max(np.log1p(amount) - 6, 0) - 0.5)
            - 0.4 * (filled - 0.1) / 3 + 0.3 * (float(np.isnan(gap)) - 0.2) / 0.4
            + 0.2 * np.sin(angle) / 0.7 - 0.3 * np.cos(angle) / 0.7
            + 0.5 * (float(kind == "TRANSFER") - 0.3) / 0.46 - 0.1 * (float(kind is None) - 0.3) / 0.46)


def test_the_logit_is_the_formula_in_the_file(model: Model, columns: dict[str, NDArray[Any]]) -> None:
    scores = Scorer(model).score(columns)
    np.testing.assert_allclose(scores.logit, [by_hand(columns, row) for row in range(ROWS)], rtol=0, atol=1e-12)
    np.testing.assert_allclose(scores.probability, 1 / (1 + np.exp(-(1.2 * scores.logit - 0.1))), rtol=1e-12)


def test_contributions_sum_to_the_logit(model: Model, columns: dict[str, NDArray[Any]]) -> None:
    scores = Scorer(model).score(columns)
    np.testing.assert_allclose(scores.base + scores.contributions.sum(axis=1), scores.logit, rtol=0, atol=1e-12)
    assert scores.contributions.shape == (ROWS, 4)


def test_a_score_does_not_depend_on_its_batch(model: Model, columns: dict[str, NDArray[Any]]) -> None:
    whole = Scorer(model).score(columns)
    for size in (1, 7, 64):
        parts = [Scorer(model).score({name: v[at:at + size] for name, v in columns.items()})
                 for at in range(0, ROWS, size)]
        assert np.array_equal(np.concatenate([part.probability for part in parts]), whole.probability)


def test_texts_and_bytes_score_alike(model: Model, columns: dict[str, NDArray[Any]]) -> None:
    texts = columns["TYPE"]
    encoded = np.array([None if t is None else t.encode() for t in texts], dtype=object)
    assert np.array_equal(Scorer(model).score(columns).logit, Scorer(model).score({**columns, "TYPE": encoded}).logit)


def test_agrees_with_scikit_learn(model: Model, columns: dict[str, NDArray[Any]]) -> None:
    from sklearn.linear_model import LogisticRegression

    matrix = Scorer(model).design_matrix(columns)
    label = np.random.default_rng(1).random(ROWS) < 1 / (1 + np.exp(-matrix.sum(axis=1) / 4))
    fitted = LogisticRegression(C=0.3).fit(matrix, label)
    rest = iter(fitted.coef_[0].tolist())
    features = tuple(replace(f, terms=tuple(replace(t, coefficient=next(rest)) for t in f.terms))
                     for f in model.features)
    ours = Scorer(replace(model, features=features, intercept=float(fitted.intercept_[0]), calibration=Platt()))
    scores = ours.score(columns)
    np.testing.assert_allclose(scores.logit, fitted.decision_function(matrix), rtol=0, atol=1e-12)
    np.testing.assert_allclose(scores.probability, fitted.predict_proba(matrix)[:, 1], rtol=0, atol=1e-12)


def test_isotonic_is_piecewise_linear_and_flat_outside() -> None:
    probabilities = Isotonic((-2.0, 0.0, 1.0), (0.1, 0.3, 0.9)).probability(np.array([-5.0, -1.0, 0.5, 9.0]))
    np.testing.assert_allclose(probabilities, [0.1, 0.2, 0.6, 0.9])


def test_extreme_logits_do_not_overflow() -> None:
    assert Platt().probability(np.array([-1e4, 0.0, 1e4])).tolist() == [0.0, 0.5, 1.0]


def test_the_cost_rule_alerts_where_the_expected_loss_is_above_a_review() -> None:
    rule = CostThreshold(review_cost=5.0, amount_column="AMOUNT", loss_share=0.5)
    amount = np.array([0.0, 5.0, 20.0, 1000.0])
    np.testing.assert_allclose(rule.thresholds(amount), [1.0, 1.0, 0.5, 0.01])
    probability = np.array([1.0, 1.0, 0.5001, 0.0101])
    assert (probability > rule.thresholds(amount)).tolist() == [False, False, True, True]


def test_reasons_are_the_largest_positive_contributions() -> None:
    top = top_reasons(np.array([[0.5, -1.0, 2.0, 0.1], [-1.0, -2.0, -3.0, -4.0]]), 3)
    assert top.feature[0].tolist() == [2, 0, 3] and top.used.tolist() == [3, 0]


def test_reasons_in_words(fixed_model: Path) -> None:
    model = load_model(fixed_model)
    contributions = np.zeros(len(model.features))
    contributions[0] = 1.5
    reasons = explain(model, {"AMOUNT": 25_000.0}, contributions)
    assert [str(reason) for reason in reasons] == ["the amount is large (AMOUNT = 25000, +1.50)"]
