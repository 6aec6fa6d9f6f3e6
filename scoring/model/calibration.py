"""From the linear predictor to a calibrated probability."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from scoring.model.node import Node
from scoring.model.transforms import Array

KINDS = ("none", "platt", "isotonic", "curve")


def sigmoid(z: Array) -> Array:
    """1 / (1 + exp(−z)) without overflow."""
    e = np.exp(-np.abs(z))
    return np.where(z >= 0.0, 1.0, e) / (1.0 + e)


@dataclass(frozen=True)
class Platt:
    """p = sigmoid(slope · logit + intercept); (1, 0) leaves the logit as it is."""

    slope: float = 1.0
    intercept: float = 0.0

    def probability(self, logit: Array) -> Array:
        return sigmoid(self.log_odds(logit))

    def log_odds(self, logit: Array) -> Array:
        return self.slope * logit + self.intercept

    def moved(self, line: Platt) -> Platt:
        """This calibration, then another line."""
        return Platt(line.slope * self.slope, line.slope * self.intercept + line.intercept)

    def to_json(self) -> dict[str, Any]:
        return {"kind": "platt", "slope": self.slope, "intercept": self.intercept}


@dataclass(frozen=True)
class Curve:
    """Log-odds piecewise linear and increasing in the logit, p = sigmoid of that.

    logits, log_odds_at: the bends. below, above: slopes before the first and behind the last.
    """

    logits: tuple[float, ...]
    log_odds_at: tuple[float, ...]
    below: float
    above: float

    def probability(self, logit: Array) -> Array:
        return sigmoid(self.log_odds(logit))

    def log_odds(self, logit: Array) -> Array:
        first, last = self.logits[0], self.logits[-1]
        return (np.interp(logit, self.logits, self.log_odds_at)
                + self.below * np.minimum(logit - first, 0.0) + self.above * np.maximum(logit - last, 0.0))

    def moved(self, line: Platt) -> Curve:
        """This calibration, then a line."""
        at = tuple(line.slope * value + line.intercept for value in self.log_odds_at)
        return Curve(self.logits, at, line.slope * self.below, line.slope * self.above)

    def to_json(self) -> dict[str, Any]:
        return {"kind": "curve", "logits": list(self.logits), "log_odds": list(self.log_odds_at),
                "slope_below": self.below, "slope_above": self.above}


@dataclass(frozen=True)
class Isotonic:
    """Piecewise linear and non-decreasing in the logit, constant outside the first and last knot."""

    logits: tuple[float, ...]
    probabilities: tuple[float, ...]

    def probability(self, logit: Array) -> Array:
        return np.interp(logit, self.logits, self.probabilities)

    def to_json(self) -> dict[str, Any]:
        return {"kind": "isotonic", "logits": list(self.logits), "probabilities": list(self.probabilities)}


Smooth = Platt | Curve
"""Calibrations that a line can be put behind."""
Calibration = Smooth | Isotonic


def read_calibration(node: Node) -> Calibration:
    kind = node.child("kind").one_of(KINDS)
    if kind == "none":
        return Platt()
    if kind == "platt":
        return _read_platt(node)
    return _read_curve(node) if kind == "curve" else _read_isotonic(node)


def _read_platt(node: Node) -> Platt:
    return Platt(_slope(node.child("slope")), node.child("intercept").number())


def _read_curve(node: Node) -> Curve:
    x, y = _numbers(node.child("logits")), _numbers(node.child("log_odds"))
    if len(x) < 2 or len(x) != len(y):
        raise node.fail("logits and log_odds need the same length, 2 or more")
    for name, values in (("logits", x), ("log_odds", y)):
        if any(b <= a for a, b in pairwise(values)):
            raise node.child(name).fail("must increase")
    return Curve(tuple(x), tuple(y), _slope(node.child("slope_below")), _slope(node.child("slope_above")))


def _slope(node: Node) -> float:
    if node.number() <= 0.0:
        raise node.fail("must be above 0, else the ranking is reversed")
    return node.number()


def _numbers(node: Node) -> list[float]:
    return [item.number() for item in node.items()]


def _read_isotonic(node: Node) -> Isotonic:
    x, y = _numbers(node.child("logits")), _numbers(node.child("probabilities"))
    if len(x) < 2 or len(x) != len(y):
        raise node.fail("logits and probabilities need the same length, 2 or more")
    if any(b <= a for a, b in pairwise(x)):
        raise node.child("logits").fail("must increase")
    if any(b < a for a, b in pairwise(y)) or y[0] < 0.0 or y[-1] > 1.0:
        raise node.child("probabilities").fail("must not decrease and must lie in [0, 1]")
    return Isotonic(tuple(x), tuple(y))
