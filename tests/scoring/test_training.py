"""Training: by time, calibrated, with a threshold from costs; and the figures that say how good it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scoring.errors import TrainingError
from scoring.model import CostThreshold, Isotonic, Model, Platt, ProbabilityThreshold, Scorer, load_model, save_model
from scoring.training import FeatureSpec, ThresholdSpec, TrainingSpec, TrainingTable, load_spec, metrics, train
from scoring.training.calibrate import calibrate
from scoring.training.curve import fit_curve
from scoring.training.refine import refine
from scoring.training.split import HOUR_MS, split_by_time

ROWS = 12_000
DAY = 86_400_000
SPEC = TrainingSpec(
    features=(
        FeatureSpec("AMOUNT", "amount", hinges=(0.5, 0.9)),
        FeatureSpec("RATIO", "ratio", transform="identity", fill=1.0, indicator=True),
        FeatureSpec("HOUR", "hour", transform="circular", period=24.0),
        FeatureSpec("TYPE", "type", transform="category"),
        FeatureSpec("CONSTANT", "constant"),
    ),
    label_delay_hours=24.0,
)


def history(rows: int = ROWS, seed: int = 3) -> TrainingTable:
    random = np.random.default_rng(seed)
    amount = random.lognormal(4, 1.5, rows)
    ratio = np.where(random.random(rows) < 0.1, np.nan, random.lognormal(0, 1, rows))
    hour = random.integers(0, 24, rows).astype(float)
    kind = random.choice(np.array(["PAYMENT", "TRANSFER"], dtype=object), rows, p=[0.8, 0.2])
    logit = -6 + 0.4 * np.log1p(amount) + 0.3 * np.nan_to_num(ratio, nan=1.0) + 1.2 * (kind == "TRANSFER")
    label = (random.random(rows) < 1 / (1 + np.exp(-logit))).astype(float)
    label[random.random(rows) < 0.05] = np.nan
    times = np.sort(random.integers(0, 30 * DAY, rows)) + 1_700_000_000_000
    columns = {"AMOUNT": amount, "RATIO": ratio, "HOUR": hour, "TYPE": kind, "CONSTANT": np.ones(rows)}
    return TrainingTable(columns, label, amount, times, random.integers(0, 500, rows).astype(str))


@pytest.fixture(scope="module")
def model() -> Model:
    return train(history(), SPEC, {"data_sha256": "d", "sql_sha256": "s"}, created_at="2026-01-02T00:00:00Z")


def test_a_trained_model_is_readable_and_scores_as_it_did(model: Model, tmp_path: Path) -> None:
    save_model(model, tmp_path / "m.json")
    again = load_model(tmp_path / "m.json")
    columns = history(100, 9).columns
    assert np.array_equal(Scorer(again).score(columns).probability, Scorer(model).score(columns).probability)
    assert again.version == f"lr-2026-01-02-{model.hash[:8]}" and again.training["data_sha256"] == "d"


def test_probabilities_are_calibrated_on_later_data(model: Model) -> None:
    later = history(40_000, 11).labelled()
    probability = Scorer(model).score(later.columns).probability
    slope, _ = metrics.calibration_line(later.label, probability)
    assert 0.9 < slope < 1.1
    assert 0.93 < probability.mean() / later.label.mean() < 1.07


def test_constant_columns_leave_no_term(model: Model) -> None:
    assert [feature.column for feature in model.features] == ["AMOUNT", "RATIO", "HOUR", "TYPE"]


def test_training_twice_gives_the_same_model(model: Model) -> None:
    again = train(history(), SPEC, {"data_sha256": "d", "sql_sha256": "s"}, created_at="2026-01-02T00:00:00Z")
    assert again.hash == model.hash


def test_rows_whose_label_was_not_known_when_validation_began_are_not_fitted_to() -> None:
    table = history().labelled()
    split = split_by_time(table, 0.3, 48.0)
    assert table.event_time[split.fit].max() < split.begins - 48 * HOUR_MS
    assert table.event_time[split.validation].min() == split.begins
    assert 0.28 < split.validation.mean() < 0.32


def test_the_cost_threshold_saves_more_than_alerting_never_or_always(model: Model) -> None:
    assert isinstance(model.threshold, CostThreshold)
    report = model.threshold.report
    assert report["cost"] < report["cost_of_no_alerts"] and report["regret"] >= 0
    assert 0 < report["precision"] <= 1 and report["loss_saved"] > 0.3


def test_a_review_cost_can_be_a_share_of_the_mean_fraud() -> None:
    spec = TrainingSpec(SPEC.features, ThresholdSpec(review_cost=0.0, review_cost_share=0.1), label_delay_hours=24.0)
    fitted = train(history(), spec).threshold
    assert isinstance(fitted, CostThreshold)
    table = history()
    assert fitted.review_cost == pytest.approx(0.1 * table.amount[table.label == 1].mean(), rel=0.2)


def test_an_alert_budget_gives_about_that_many_alerts_a_day() -> None:
    spec = TrainingSpec(SPEC.features, ThresholdSpec("alert_budget", alerts_per_day=20), label_delay_hours=24.0)
    fitted = train(history(), spec)
    assert isinstance(fitted.threshold, ProbabilityThreshold)
    alerts = (Scorer(fitted).score(history(ROWS, 4).columns).decision).sum() / 30
    assert 14 < alerts < 26


def test_calibration_mends_a_wrong_slope() -> None:
    random = np.random.default_rng(2)
    logit = random.normal(-2, 1.5, 20_000)
    label = (random.random(20_000) < 1 / (1 + np.exp(-(0.5 * logit - 1)))).astype(float)
    chosen, losses = calibrate(logit, label, "auto")
    assert losses["platt"] < losses["none"]
    assert metrics.calibration_line(label, chosen.probability(logit))[0] == pytest.approx(1.0, abs=0.02)
    isotonic, _ = calibrate(logit, label, "isotonic")
    assert isinstance(isotonic, Isotonic)
    assert isotonic.probability(logit).mean() == pytest.approx(label.mean(), rel=0.05)


def test_recent_calibration_goes_half_the_way() -> None:
    random = np.random.default_rng(2)
    logit = random.normal(-2, 1.5, 20_000)
    label = (random.random(20_000) < 1 / (1 + np.exp(-(0.5 * logit - 1)))).astype(float)
    chosen, _ = calibrate(logit, label, "recent")
    assert isinstance(chosen, Platt) and chosen.slope == pytest.approx(0.75, abs=0.02)
    assert chosen.probability(logit).mean() == pytest.approx(label.mean(), rel=1e-6)


def test_a_curve_bends_where_a_line_cannot_and_keeps_the_ranking() -> None:
    random = np.random.default_rng(5)
    logit = random.normal(-4, 2.5, 60_000)
    label = (random.random(60_000) < 1 / (1 + np.exp(-np.maximum(logit, -4.5)))).astype(float)
    line, _ = calibrate(logit, label, "platt")
    curve, _ = calibrate(logit, label, "curve")
    assert metrics.log_loss(label, curve.probability(logit)) < metrics.log_loss(label, line.probability(logit)) - 0.0005
    assert curve.probability(logit).mean() == pytest.approx(label.mean(), rel=0.01)
    assert (np.diff(curve.probability(np.linspace(-12, 6, 500))) > 0).all()


def test_a_curve_of_few_frauds_stays_near_the_model() -> None:
    logit = np.linspace(-8, 2, 400)
    label = (np.arange(400) % 40 == 39).astype(float) * (logit > 0)
    curve = fit_curve(logit, label)
    assert 0.2 < curve.above < 2.0 and 0.05 <= curve.below < 2.0


def test_many_rows_have_the_solution_of_scikit_learn() -> None:
    from sklearn.linear_model import LogisticRegression

    random = np.random.default_rng(1)
    matrix = random.normal(size=(20_000, 8))
    matrix[:, 7] = matrix[:, 6] + 0.05 * matrix[:, 7]
    label = (random.random(20_000) < 1 / (1 + np.exp(4.5 - matrix[:, 0] - 2 * matrix[:, 6]))).astype(float)
    fitted = LogisticRegression(C=0.1, solver="newton-cholesky", tol=1e-10).fit(matrix, label)
    coefficients, intercept = refine(matrix, label, 0.1, (np.zeros(8), -4.0))
    assert np.abs(matrix @ (coefficients - fitted.coef_[0]) + intercept - fitted.intercept_[0]).max() < 1e-3


def test_figures_equal_those_of_scikit_learn() -> None:
    from sklearn import metrics as reference

    random = np.random.default_rng(8)
    label = (random.random(3000) < 0.05).astype(float)
    score = np.round(np.clip(random.normal(0.1, 0.1, 3000) + 0.1 * label, 0.001, 0.999), 2)
    assert metrics.average_precision(label, score) == pytest.approx(reference.average_precision_score(label, score))
    assert metrics.auc(label, score) == pytest.approx(reference.roc_auc_score(label, score))
    assert metrics.brier(label, score) == pytest.approx(reference.brier_score_loss(label, score))
    assert metrics.log_loss(label, np.clip(score, 0.01, 0.99)) == pytest.approx(
        reference.log_loss(label, np.clip(score, 0.01, 0.99)))


def test_precision_at_k_counts_accounts_a_day() -> None:
    label = np.array([1.0, 0, 0, 1, 0, 0])
    score = np.array([0.9, 0.8, 0.1, 0.2, 0.7, 0.6])
    times = np.array([0, 1, 2, DAY, DAY + 1, DAY + 2])
    account = np.array(["a", "b", "a", "c", "d", "c"])
    assert metrics.precision_at(label, score, times, account, 2) == pytest.approx((0.5 + 0.5) / 2)


def test_loss_saved_counts_reviews() -> None:
    label, amount = np.array([1.0, 1, 0]), np.array([100.0, 50, 70])
    assert metrics.loss_saved(label, amount, np.array([True, False, True]), 5.0) == pytest.approx((100 - 10) / 150)


def test_the_shipped_specification_names_columns_of_the_stream(root: Path) -> None:
    import json

    schema = json.loads((root / "schemas" / "transaction_enriched.avsc").read_text())
    names = {field["name"] for field in schema["fields"]}
    columns = {feature.column for feature in load_spec(root / "config" / "model.toml").features}
    assert columns <= names
    assert not any("BALANCE" in column for column in columns)


@pytest.mark.parametrize(("text", "message"), [
    ("", "no [[feature]]"),
    ("x =", "not TOML"),
    ('[[feature]]\ncolumn = "A"', "phrase"),
    ('[[feature]]\ncolumn = "A"\nphrase = "a"\ntransform = "exp"', "'exp' is not one of"),
    ('[[feature]]\ncolumn = "A"\nphrase = "a"\nknot = [1]', "unknown key knot"),
    ('[[feature]]\ncolumn = "A"\nphrase = "a"\nindicator = true', "needs a fill"),
    ('[threshold]\nkind = "x"\n[[feature]]\ncolumn = "A"\nphrase = "a"', "kind 'x' is not one of"),
])
def test_a_wrong_specification_is_told_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "model.toml"
    path.write_text(text)
    with pytest.raises(TrainingError) as caught:
        load_spec(path)
    assert message in str(caught.value) and str(path) in str(caught.value)


def test_data_that_cannot_give_a_model_are_refused() -> None:
    table = history()
    with pytest.raises(TrainingError, match="no such column"):
        train(table, TrainingSpec((FeatureSpec("NONE", "x"),)))
    with pytest.raises(TrainingError, match="RATIO: holds nulls; give a fill"):
        train(table, TrainingSpec((FeatureSpec("RATIO", "x"),)))
    unlabelled = TrainingTable(table.columns, np.full(ROWS, np.nan), table.amount, table.event_time, table.account)
    with pytest.raises(TrainingError, match="no row has a label"):
        train(unlabelled, SPEC)
    with pytest.raises(TrainingError, match="differ in length"):
        TrainingTable({"A": np.zeros(2)}, np.zeros(3), np.zeros(3), np.zeros(3, dtype=np.int64), np.zeros(3))


def test_a_fixed_loss_makes_small_frauds_worth_an_alert() -> None:
    plain = train(history(), SPEC, created_at="2026-01-02T00:00:00Z")
    threshold = ThresholdSpec(fixed_loss=200.0)
    fixed = train(history(), TrainingSpec(SPEC.features, threshold, label_delay_hours=24.0))
    amount = np.array([1.0, 1000.0])
    assert (fixed.threshold.thresholds(amount) < plain.threshold.thresholds(amount)).all()
    assert fixed.threshold.thresholds(np.array([0.0]))[0] < 1.0
    assert fixed.threshold.report["recall"] > plain.threshold.report["recall"]


def test_a_reference_for_drift_is_part_of_the_model(model: Model) -> None:
    assert model.reference is not None
    assert set(model.reference.features) == {"AMOUNT", "RATIO", "HOUR", "TYPE"}


def test_the_scorer_equals_scikit_learn() -> None:
    """Same standardised terms, same coefficients: probabilities agree to 1e-12."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    from scoring.model.scorer import raw_terms
    from scoring.training.fit import MAX_ITERATIONS, TOLERANCE

    table, later = history().labelled(), history(5000, 21)
    spec = TrainingSpec(SPEC.features, label_delay_hours=24.0, strengths=(0.1,), calibration="none")
    made = train(table, spec)
    terms, unseen = (np.column_stack([term for feature in made.features
                                      for term in raw_terms(feature, rows.columns[feature.column])])
                     for rows in (table, later))
    scaler = StandardScaler().fit(terms)
    reference = LogisticRegression(C=0.1, solver="newton-cholesky", tol=TOLERANCE, max_iter=MAX_ITERATIONS)
    reference.fit(scaler.transform(terms), table.label)
    expected = reference.predict_proba(scaler.transform(unseen))[:, 1]
    assert np.abs(Scorer(made).score(later.columns).probability - expected).max() < 1e-12
