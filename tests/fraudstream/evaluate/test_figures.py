"""What is said of scored rows: calibration, costs, intervals, kinds."""

from __future__ import annotations

import numpy as np
import pytest

from fraudstream.evaluate.calibration_error import by_chance, calibration_error
from fraudstream.evaluate.costs import by_budget, by_margin, highest_each_day, regret
from fraudstream.evaluate.intervals import average_precision_intervals
from fraudstream.evaluate.kinds import by_kind
from fraudstream.evaluate.scored import Scored
from scoring.training.metrics import average_precision, precision_at

DAY = 86_400_000


def scored(rows: int = 20_000, factor: float = 1.0, seed: int = 1) -> Scored:
    random = np.random.default_rng(seed)
    probability = np.clip(random.beta(0.1, 8.0, rows), 1e-6, 0.99)
    label = (random.random(rows) < probability).astype(float)
    amount = random.lognormal(4, 1, rows)
    said = np.clip(probability * factor, 1e-6, 0.99)
    kind = np.where(label == 1, random.choice(np.array(["a", "b"], dtype=object), rows), None)
    return Scored(label, said, amount, np.sort(random.integers(0, 7 * DAY, rows)),
                  random.integers(0, 900, rows).astype(str), kind, said * amount > 5.0, 5.0)


def test_right_probabilities_have_an_error_at_the_noise_floor_and_wrong_ones_above_it() -> None:
    right, wrong = scored(), scored(factor=2.0)
    assert calibration_error(right.label, right.probability) < 1.5 * by_chance(right.probability).mean()
    assert calibration_error(wrong.label, wrong.probability) > 3 * by_chance(wrong.probability).mean()
    assert right.figures()["ece_chance"] > 0.05 > wrong.figures()["ece_chance"] == 0.0


def test_with_right_probabilities_the_rule_is_near_the_best_in_hindsight() -> None:
    found = regret(scored())
    assert 0 <= found["regret_share"] < 0.02
    assert found["cost_of_perfect"] < found["best_cost_in_hindsight"] <= found["cost"] < found["cost_of_no_alerts"]
    assert regret(scored(factor=8.0))["regret"] > found["regret"]


def test_a_budget_is_kept_every_day_and_more_alerts_find_more() -> None:
    rows = scored()
    alert = highest_each_day(rows, 20)
    assert all((rows.event_time[alert] // DAY == day).sum() == 20 for day in range(7))
    recalls = [point.recall for point in by_budget(rows)]
    assert recalls == sorted(recalls)
    assert [p.alerts for p in by_margin(rows)] == sorted((p.alerts for p in by_margin(rows)), reverse=True)


def test_intervals_hold_the_value_and_a_better_score_is_better_by_more_than_nothing() -> None:
    rows = scored()
    noise = rows.probability * np.random.default_rng(3).lognormal(0, 2, len(rows))
    alone, against = average_precision_intervals(rows.label, [rows.probability, noise], rows.account, draws=60)
    assert alone[0].value == pytest.approx(average_precision(rows.label, rows.probability))
    assert alone[0].low < alone[0].value < alone[0].high
    assert 0 < against[0].low < against[0].value == pytest.approx(alone[0].value - alone[1].value)


def test_kinds_add_up_to_all_frauds() -> None:
    rows = scored()
    found = by_kind(rows)
    assert [k["kind"] for k in found] == ["a", "b"]
    assert sum(k["frauds"] for k in found) == rows.label.sum()


def test_a_card_found_once_is_not_found_again() -> None:
    time = np.array([0, 1, DAY, DAY + 1])
    account = np.array(["x", "y", "x", "y"], dtype=object)
    label, score = np.array([1.0, 0, 1, 0]), np.array([0.9, 0.1, 0.9, 0.1])
    assert precision_at(label, score, time, account, 1) == 1.0
    assert precision_at(label, score, time, account, 1, remove_found=True) == 0.5
