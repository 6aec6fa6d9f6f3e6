"""From the linear predictor to a calibrated probability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from scoring.model.node import Node
from scoring.model.transforms import Array

KINDS = ("none", "platt", "isotonic")


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
        return sigmoid(self.slope * logit + self.intercept)

    def to_json(self) -> dict[str, Any]:
        return {"kind": "platt", "slope": self.slope, "intercept": self.intercept}


@dataclass(frozen=True)
class Isotonic:
    """Piecewise linear and non-decreasing in the logit, constant outside the first and last knot."""

    logits: tuple[float, ...]
    probabilities: tuple[float, ...]

    def probability(self, logit: Array) -> Array:
        return np.interp(logit, self.logits, self.probabilities)

    def to_json(self) -> dict[str, Any]:
        return {"kind": "isotonic", "logits": list(self.logits), "probabilities": list(self.probabilities)}


Calibration = Platt | Isotonic


def read_calibration(node: Node) -> Calibration:
    kind = node.child("kind").one_of(KINDS)
    if kind == "none":
        return Platt()
    return _read_platt(node) if kind == "platt" else _read_isotonic(node)


def _read_platt(node: Node) -> Platt:
    slope = node.child("slope")
    if slope.number() <= 0.0:
        raise slope.fail("must be above 0, else the ranking is reversed")
    return Platt(slope.number(), node.child("intercept").number())


def _read_isotonic(node: Node) -> Isotonic:
    x = [item.number() for item in node.child("logits").items()]
    y = [item.number() for item in node.child("probabilities").items()]
    if len(x) < 2 or len(x) != len(y):
        raise node.fail("logits and probabilities need the same length, 2 or more")
    if any(b <= a for a, b in zip(x, x[1:], strict=False)):
        raise node.child("logits").fail("must increase")
    if any(b < a for a, b in zip(y, y[1:], strict=False)) or y[0] < 0.0 or y[-1] > 1.0:
        raise node.child("probabilities").fail("must not decrease and must lie in [0, 1]")
    return Isotonic(tuple(x), tuple(y))
