"""An evaluation from data to figures, report and card; labels by kind of feedback."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from fraudstream.errors import UserError
from fraudstream.evaluate import Data, Evaluation, Plan, evaluate
from fraudstream.evaluate.card import card
from fraudstream.evaluate.feedback import progressive
from fraudstream.evaluate.fold_models import Models
from fraudstream.evaluate.folds import folds
from fraudstream.evaluate.report import page
from fraudstream.evaluate.text import table
from scoring.model import Curve, Platt
from scoring.training import FeatureSpec, ThresholdSpec, TrainingSpec, TrainingTable

DAY = 86_400_000
BEGIN = 17_600 * DAY
SPEC = TrainingSpec((FeatureSpec("AMOUNT", "the amount is unusual", hinges=(0.5, 0.9)),),
                    ThresholdSpec(review_cost=5.0), strengths=(0.1,), calibration="none", name="test")


@pytest.fixture(scope="module")
def data() -> Data:
    random = np.random.default_rng(4)
    times = BEGIN + np.sort(random.integers(0, 35 * DAY, 12_000))
    label = (random.random(len(times)) < 0.03).astype(float)
    amount = random.lognormal(3 + 1.5 * label, 0.8)
    account = np.array([f"a{i}" for i in random.integers(0, 2000, len(times))], dtype=object)
    kind = np.where(label == 1, "theft", None)
    return Data(TrainingTable({"AMOUNT": amount}, label, amount, times, account), times + 6 * DAY, kind)


@pytest.fixture(scope="module")
def done(data: Data) -> Evaluation:
    return evaluate(data, SPEC, Plan(count=2), compare=False)


def test_the_line_has_the_figures_a_program_reads(done: Evaluation) -> None:
    line = json.loads(json.dumps(done.line()))
    assert line["folds"] == 2 == len(line["by_fold"]) and line["ap_lightgbm"] is None
    assert 0.2 < line["ap"] < 1 and 0.8 < line["auc"] < 1 and 0.7 < line["mean_p_over_base"] < 1.4
    assert {"cp100", "brier", "log_loss", "calibration_slope", "loss_saved", "seconds"} <= line.keys()
    json.dumps(done.to_json())


def test_report_and_card_hold_the_figures(done: Evaluation) -> None:
    html, text = page(done, "some <file>"), card(done, "some file")
    assert "some &lt;file&gt;" in html and 'id="reliability_plot"' in html and f"{done.figures['ap']:.3f}" in html
    assert table(done).splitlines()[-4].startswith("| mean") or "| mean" in table(done)
    assert "theft" in text and "`AMOUNT`" in text and f"{done.figures['ap']:.3f}" in text


def test_a_model_of_a_fold_never_saw_its_test(done: Evaluation) -> None:
    for one in done.folds:
        assert one.model.training["window"]["ends"] < one.fold.day


def test_alert_only_labels_are_few_and_full_labels_all(data: Data) -> None:
    full, alerts = (progressive(data, SPEC, kind, first_days=14, alerts_a_day=20) for kind in ("full", "alerts"))
    assert alerts.labels < full.labels == len(data)
    assert alerts.frauds_seen < full.frauds_seen
    assert full.days == alerts.days == 21
    with pytest.raises(UserError, match="one of full, delayed, alerts"):
        progressive(data, SPEC, "rumours", first_days=14)


@pytest.mark.parametrize(("calibration", "kind"), [("recent", Platt), ("curve", Curve)])
def test_calibration_by_earlier_tests_sees_only_labels_known_by_then(data: Data, calibration: str, kind: type) -> None:
    plan, spec = Plan(train_days=7, count=1), replace(SPEC, calibration=calibration)
    one = folds(data, plan)[0]
    line = Models(data, spec, plan).calibrated(one).calibration
    later = data.table.label.copy()
    later[data.known_at > one.test_begins] = 1.0 - later[data.known_at > one.test_begins]
    other = Data(TrainingTable(data.table.columns, later, data.table.amount, data.table.event_time,
                               data.table.account), data.known_at, data.kind)
    changed = Models(other, spec, replace(plan, remove_known=False)).calibrated(one).calibration
    same = Models(data, spec, replace(plan, remove_known=False)).calibrated(one).calibration
    assert changed == same and isinstance(line, kind) and line != Platt()


def test_without_history_before_the_fold_the_training_rows_calibrate(data: Data) -> None:
    plan, spec = Plan(train_days=21, count=1), replace(SPEC, calibration="recent")
    assert isinstance(Models(data, spec, plan).calibrated(folds(data, plan)[0]).calibration, Platt)
