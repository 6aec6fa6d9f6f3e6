"""What a threshold costs: reviews against frauds that pass, over all thresholds and over budgets of alerts a day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fraudstream.evaluate.scored import Scored
from scoring.training.metrics import DAY_MS
from scoring.training.table import Rows

BUDGETS = (10, 20, 50, 100, 200, 500)
MARGINS = tuple(float(2.0 ** (step / 4)) for step in range(-24, 25))


@dataclass(frozen=True)
class Point:
    """A threshold and what it does. cost: reviews plus frauds that pass, in the amounts' currency."""

    threshold: float
    alerts: int
    precision: float
    recall: float
    cost: float
    loss_saved: float


def at(scored: Scored, alert: Rows, threshold: float) -> Point:
    """What alerts, (n,) booleans, do."""
    lost = scored.label * scored.amount
    alerts, hits = int(alert.sum()), float(scored.label[alert].sum())
    cost = float(lost[~alert].sum() + scored.review_cost * alerts)
    total = float(lost.sum())
    return Point(threshold, alerts, hits / alerts if alerts else 0.0, hits / max(float(scored.label.sum()), 1.0), cost,
                 1.0 - cost / total if total else 0.0)


def by_margin(scored: Scored) -> list[Point]:
    """Alert where p · amount > review cost · margin; margin 1 is best where probabilities are right."""
    expected = scored.probability * scored.amount
    return [at(scored, expected > scored.review_cost * margin, margin) for margin in MARGINS]


def by_probability(scored: Scored, steps: int = 60) -> list[Point]:
    """Alert where p > threshold, thresholds spread evenly over log-odds."""
    thresholds = 1.0 / (1.0 + np.exp(-np.linspace(-8.0, 4.0, steps)))
    return [at(scored, scored.probability > value, float(value)) for value in thresholds]


def by_budget(scored: Scored) -> list[Point]:
    """So many alerts a day, the highest expected losses first; threshold is the budget."""
    return [at(scored, highest_each_day(scored, budget), budget) for budget in BUDGETS]


def highest_each_day(scored: Scored, budget: int) -> Rows:
    """(n,) True for each day's `budget` rows with the highest p · amount."""
    days, expected = scored.event_time // DAY_MS, scored.probability * scored.amount
    order = np.lexsort((-expected, days))
    rank = np.arange(len(order)) - np.searchsorted(days[order], days[order])
    out = np.zeros(len(order), dtype=bool)
    out[order[rank < budget]] = True
    return out


def regret(scored: Scored) -> dict[str, float]:
    """Cost of the model's own alerts beside the best margin in hindsight, no alerts, and every fraud known."""
    own, best = at(scored, scored.alert, 1.0), min(by_margin(scored), key=lambda point: point.cost)
    perfect = at(scored, (scored.label == 1) & (scored.amount > scored.review_cost), 0.0)
    nothing = float((scored.label * scored.amount).sum())
    return {"cost": own.cost, "cost_of_no_alerts": nothing, "cost_of_perfect": perfect.cost,
            "best_cost_in_hindsight": best.cost, "best_margin_in_hindsight": best.threshold,
            "regret": own.cost - best.cost, "regret_share": (own.cost - best.cost) / nothing if nothing else 0.0}
