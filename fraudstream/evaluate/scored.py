"""Rows of a test with what one or more models said about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraudstream.evaluate.calibration_error import by_chance, calibration_error
from scoring.model.transforms import Array
from scoring.training import metrics


@dataclass(frozen=True)
class Scored:
    """n scored rows whose truth is known. label 0 or 1, probability, amount, event_time (ms), account, kind of fraud,
    alert by the model's own threshold; review_cost in the amounts' currency."""

    label: Array
    probability: Array
    amount: Array
    event_time: NDArray[np.int64]
    account: NDArray[Any]
    kind: NDArray[Any]
    alert: NDArray[np.bool_]
    review_cost: float

    def __len__(self) -> int:
        return len(self.label)

    def with_probability(self, probability: Array) -> Scored:
        """The same rows scored by another model, alerted by p · amount > review cost."""
        return Scored(self.label, probability, self.amount, self.event_time, self.account, self.kind,
                      probability * self.amount > self.review_cost, self.review_cost)

    def figures(self) -> dict[str, float]:
        """Everything that is said of a test. cp100: card precision at 100 a day; ece_floor: what
        ece would be on average if every probability were right; ece_chance: how often it would be as large."""
        error, chance = calibration_error(self.label, self.probability), by_chance(self.probability)
        slope, intercept = metrics.calibration_line(self.label, self.probability)
        hits, alerts = float(self.label[self.alert].sum()), int(self.alert.sum())
        return {
            "ap": metrics.average_precision(self.label, self.probability),
            "auc": metrics.auc(self.label, self.probability),
            "cp100": metrics.precision_at(self.label, self.probability, self.event_time, self.account, 100, True),
            "brier": metrics.brier(self.label, self.probability),
            "log_loss": metrics.log_loss(self.label, self.probability),
            "calibration_slope": slope, "calibration_intercept": intercept,
            "mean_p_over_base": float(self.probability.mean() / self.label.mean()),
            "ece": error, "ece_floor": float(chance.mean()), "ece_chance": float((chance >= error).mean()),
            "loss_saved": metrics.loss_saved(self.label, self.amount, self.alert, self.review_cost),
            "precision": hits / alerts if alerts else 0.0, "recall": hits / float(self.label.sum()),
            "alerts_per_day": alerts / len(np.unique(self.event_time // metrics.DAY_MS)),
        }


def together(parts: list[Scored]) -> Scored:
    """The rows of several tests as one."""
    names = ("label", "probability", "amount", "event_time", "account", "kind", "alert")
    columns: dict[str, Any] = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return Scored(**columns, review_cost=parts[0].review_cost)


def mean_figures(parts: list[dict[str, float]]) -> dict[str, float]:
    """The mean over folds of every figure."""
    return {name: float(np.mean([part[name] for part in parts])) for name in parts[0]}
