"""Injected changes are seen on their first day, and recalibration mends the probabilities."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fraudstream.errors import UserError
from fraudstream.evaluate import Data
from fraudstream.evaluate.drift import normal, watch
from fraudstream.evaluate.recalibrate import recalibrate
from fraudstream.evaluate.response import respond
from fraudstream.simulate import Drift, Settings, simulate
from scoring.model import Curve, Model, Platt, Scorer
from scoring.training import FeatureSpec, ThresholdSpec, TrainingSpec, TrainingTable, train

DAY = 86_400_000
BEGIN = 17_600 * DAY
SPEC = TrainingSpec(features=(FeatureSpec("AMOUNT", "amount", hinges=(0.5, 0.9)),
                              FeatureSpec("TYPE", "type", "category")),
                    threshold=ThresholdSpec(review_cost=5.0), label_delay_hours=24.0, strengths=(0.1,),
                    calibration="none")


def days(first: int, last: int, amounts: float = 1.0, prevalence: float = 1.0, a_day: int = 1500) -> Data:
    """Rows of some days whose labels come a day later; the same days are the same rows but for what is asked."""
    parts = [_day(day, amounts, prevalence, a_day) for day in range(first, last)]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    times, amount, kind, label = columns
    table = TrainingTable({"AMOUNT": amount, "TYPE": kind}, label, amount, times, np.array(["a"] * len(times)))
    return Data(table, times + DAY, np.full(len(times), None, dtype=object))


def _day(day: int, amounts: float, prevalence: float, a_day: int) -> tuple[np.ndarray, ...]:
    random = np.random.default_rng(day)
    kind = random.choice(np.array(["PAYMENT", "TRANSFER"], dtype=object), a_day, p=[0.8, 0.2])
    label = random.random(a_day) < 0.02 * prevalence
    amount = random.lognormal(3.0 + 2.0 * (kind == "TRANSFER") + 1.0 * label, 0.7) * amounts
    times = BEGIN + day * DAY + np.sort(random.integers(0, DAY, a_day))
    return times, amount, kind, label.astype(float)


@pytest.fixture(scope="module")
def model() -> Model:
    return train(days(0, 15).table, SPEC, created_at="2026-01-02T00:00:00Z")


def test_days_like_the_reference_raise_no_alarm(model: Model) -> None:
    found = watch(model, normal(model, days(0, 15)), days(15, 22))
    assert [alarm.reason for day in found for alarm in day.alarms] == []


@pytest.mark.parametrize(("change", "subject"), [({"amounts": 1.2}, "AMOUNT"), ({"prevalence": 5.0}, "score")])
def test_a_change_is_seen_on_its_first_day_with_a_reason(model: Model, change: dict[str, float], subject: str) -> None:
    first = watch(model, normal(model, days(0, 15)), days(15, 16, **change))[0]
    assert subject in {alarm.subject for alarm in first.alarms}
    assert all("usually" in alarm.reason or "base rate" in alarm.reason for alarm in first.alarms)


def test_a_wrong_base_rate_is_told_once_labels_come(model: Model) -> None:
    later = watch(model, normal(model, days(0, 15)), days(15, 18, prevalence=5.0))
    assert any(alarm.subject == "calibration" for alarm in later[-1].alarms)


@pytest.mark.parametrize("calibration", [Platt(), Curve((-5.0, 0.0), (-5.0, 0.0), 1.0, 1.0)])
def test_recalibration_mends_the_probabilities_of_the_week_after(model: Model, calibration: Platt | Curve) -> None:
    model, now = replace(model, calibration=calibration), BEGIN + 22 * DAY
    challenger = recalibrate(model, days(15, 29, prevalence=5.0), now)
    after = days(22, 29, prevalence=5.0)
    ratio = {m.version: Scorer(m).score(after.table.columns).probability.mean() / after.table.label.mean()
             for m in (model, challenger)}
    assert not 0.9 <= ratio[model.version] <= 1.1
    assert 0.9 <= ratio[challenger.version] <= 1.1
    assert challenger.training["recalibrated"]["from_version"] == model.version
    assert challenger.features == model.features


def test_an_alarm_is_answered_by_challengers_until_probabilities_are_right(model: Model) -> None:
    data = days(15, 32, prevalence=5.0)
    answer = respond(model, watch(model, normal(model, days(0, 15)), data), data)
    assert answer and answer.alarm == BEGIN + 15 * DAY and answer.last
    assert answer.days_until_right is not None and answer.days_until_right <= 7
    assert not 0.9 <= answer.last.before <= 1.1 and answer.last.right
    assert answer.last.model.training["recalibrated"]["from_version"] == model.version
    assert [a.now for a in answer.attempts] == sorted(a.now for a in answer.attempts)


def test_without_an_alarm_there_is_no_challenger(model: Model) -> None:
    data = days(15, 22)
    assert respond(model, watch(model, normal(model, days(0, 15)), data), data) is None


def test_too_few_frauds_are_told_in_one_line(model: Model) -> None:
    with pytest.raises(UserError, match=r"known frauds in the last 7 days, at least 10"):
        recalibrate(model, days(0, 3, a_day=60), BEGIN + 3 * DAY)


@pytest.mark.parametrize("kind", ["prevalence", "amounts", "new-kind"])
def test_the_simulator_changes_from_the_day_on_and_not_before(kind: str) -> None:
    plain, changed = (list(simulate(Settings(seed=5, days=3, accounts=80, transactions_per_day=300, fraud_rate=0.03,
                                             drift=drift))) for drift in (None, Drift(kind, 2)))
    assert changed[:2] == plain[:2] and changed[2] != plain[2]
    frauds = [sum(row.kind > 0 for row in run[2].transactions) for run in (plain, changed)]
    assert (frauds[1] > frauds[0]) == (kind != "amounts")


def test_an_unknown_change_is_refused() -> None:
    with pytest.raises(ValueError, match="one of prevalence, amounts, new-kind"):
        Drift("weather")
