"""From a probability to a decision: alert where the probability is above the row's threshold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from scoring.model.node import Node
from scoring.model.transforms import Array

KINDS = ("cost", "probability", "alert_budget")


@dataclass(frozen=True)
class CostThreshold:
    """Alert where p · (amount · loss_share + fixed_loss) > review_cost · margin.

    review_cost: what looking at one alert costs, in the amount's currency.
    loss_share: part of a fraud's amount that is lost when nobody looks.
    fixed_loss: what every fraud costs beside its amount (a case to handle, a card to replace), in that currency.
    margin: fitted on validation data; 1 is the rule that is best when probabilities are right.
    """

    review_cost: float
    amount_column: str
    loss_share: float = 1.0
    margin: float = 1.0
    report: dict[str, Any] = field(default_factory=dict, compare=False)
    fixed_loss: float = 0.0

    def thresholds(self, amount: Array) -> Array:
        """The probability above which each amount's row is an alert; 1 (never) where nothing can be lost."""
        loss = np.where(amount > 0.0, amount, 0.0) * self.loss_share + self.fixed_loss
        with np.errstate(divide="ignore"):
            return np.minimum(self.review_cost * self.margin / loss, 1.0)

    def to_json(self) -> dict[str, Any]:
        fixed = {"fixed_loss": self.fixed_loss} if self.fixed_loss else {}
        return {"kind": "cost", "review_cost": self.review_cost, "loss_share": self.loss_share, **fixed,
                "amount_column": self.amount_column, "margin": self.margin, "report": self.report}


@dataclass(frozen=True)
class ProbabilityThreshold:
    """Alert where p > value; with an alert budget, `value` was fitted to give that many alerts a day."""

    value: float
    alerts_per_day: float | None = None
    amount_column: str | None = None
    report: dict[str, Any] = field(default_factory=dict, compare=False)

    def thresholds(self, amount: Array) -> Array:
        return np.full(len(amount), self.value)

    def to_json(self) -> dict[str, Any]:
        if self.alerts_per_day is None:
            return {"kind": "probability", "value": self.value, "report": self.report}
        return {"kind": "alert_budget", "alerts_per_day": self.alerts_per_day, "value": self.value,
                "report": self.report}


Threshold = CostThreshold | ProbabilityThreshold


def read_threshold(node: Node) -> Threshold:
    kind = node.child("kind").one_of(KINDS)
    report = node.child("report").object() if node.has("report") else {}
    if kind == "cost":
        return _read_cost(node, report)
    value = node.child("value")
    if not 0.0 <= value.number() <= 1.0:
        raise value.fail("must lie in [0, 1]")
    budget = node.child("alerts_per_day").number() if kind == "alert_budget" else None
    return ProbabilityThreshold(value.number(), budget, report=report)


def _read_cost(node: Node, report: dict[str, Any]) -> CostThreshold:
    for key in ("review_cost", "loss_share", "margin"):
        if node.child(key).number() <= 0.0:
            raise node.child(key).fail("must be above 0")
    return CostThreshold(
        review_cost=node.child("review_cost").number(),
        amount_column=node.child("amount_column").text(),
        loss_share=node.child("loss_share").number(),
        margin=node.child("margin").number(),
        report=report,
        fixed_loss=_read_fixed_loss(node),
    )


def _read_fixed_loss(node: Node) -> float:
    if not node.has("fixed_loss"):
        return 0.0
    if node.child("fixed_loss").number() < 0.0:
        raise node.child("fixed_loss").fail("must not be negative")
    return node.child("fixed_loss").number()
