"""Fitting the threshold to validation rows, with a report of what it does there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from scoring.model.threshold import CostThreshold, ProbabilityThreshold, Threshold
from scoring.model.transforms import Array
from scoring.training.metrics import DAY_MS, loss_saved
from scoring.training.spec import ThresholdSpec
from scoring.training.table import TrainingTable

MARGINS = tuple(float(2.0 ** (step / 4)) for step in range(-8, 9))


def fit_threshold(spec: ThresholdSpec, probability: Array, table: TrainingTable) -> Threshold:
    """The threshold of the kind asked for. probability: (n,) calibrated, of the table's rows."""
    if spec.kind == "probability":
        return ProbabilityThreshold(spec.value, report=_report(probability > spec.value, table, spec.review_cost))
    if spec.kind == "alert_budget":
        return _fit_budget(spec, probability, table)
    return _fit_cost(spec, probability, table)


def _fit_cost(spec: ThresholdSpec, probability: Array, table: TrainingTable) -> CostThreshold:
    """The margin stays 1, the best rule for right probabilities, unless another saves clearly more."""
    costs = {margin: total_cost(spec, margin, probability, table) for margin in MARGINS}
    best = min(costs, key=costs.__getitem__)
    nothing = float((table.label * (table.amount * spec.loss_share + spec.fixed_loss)).sum())
    margin = best if costs[1.0] - costs[best] > 0.02 * nothing else 1.0
    chosen = _rule(spec, margin)
    alert = probability > chosen.thresholds(table.amount)
    report = _report(alert, table, spec.review_cost) | {
        "cost": costs[margin], "cost_of_no_alerts": nothing, "regret": costs[margin] - costs[best],
        "best_margin_in_hindsight": best}
    return replace(chosen, report=report)


def _rule(spec: ThresholdSpec, margin: float) -> CostThreshold:
    return CostThreshold(spec.review_cost, spec.amount_column, spec.loss_share, margin, fixed_loss=spec.fixed_loss)


def total_cost(spec: ThresholdSpec, margin: float, probability: Array, table: TrainingTable) -> float:
    """Reviews plus the frauds that pass."""
    alert = probability > _rule(spec, margin).thresholds(table.amount)
    passed = (table.label * (table.amount * spec.loss_share + spec.fixed_loss))[~alert].sum()
    return float(passed + spec.review_cost * alert.sum())


def _fit_budget(spec: ThresholdSpec, probability: Array, table: TrainingTable) -> ProbabilityThreshold:
    """The score of the first row beyond the budget of all days together."""
    days = (int(table.event_time.max()) - int(table.event_time.min())) / DAY_MS
    allowed = int(spec.alerts_per_day * max(days, 1.0))
    ranked = np.sort(probability)[::-1]
    value = float(ranked[allowed]) if allowed < len(ranked) else 0.0
    return ProbabilityThreshold(value, spec.alerts_per_day,
                                report=_report(probability > value, table, spec.review_cost))


def _report(alert: Any, table: TrainingTable, review_cost: float) -> dict[str, float]:
    alerts, hits = int(alert.sum()), int(table.label[alert].sum())
    return {"alerts": alerts, "precision": hits / alerts if alerts else 0.0,
            "recall": hits / float(table.label.sum()),
            "loss_saved": loss_saved(table.label, table.amount, alert, review_cost)}
