"""Bootstrap by account: whole accounts are drawn, because one account's transactions resemble each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.model.transforms import Array

DRAWS = 200
LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """low and high of the level's interval around value."""

    value: float
    low: float
    high: float

    def to_json(self) -> dict[str, float]:
        return {"value": self.value, "low": self.low, "high": self.high}


def average_precision_intervals(label: Array, scores: list[Array], account: NDArray[Any], draws: int = DRAWS,
                                seed: int = 0) -> tuple[list[Interval], list[Interval]]:
    """Intervals of each score's average precision, and of the first one's minus each other's on the same draws."""
    _, number = np.unique(account.astype(str), return_inverse=True)
    ranked = [_Ranked(label, score, number) for score in scores]
    value = np.array([one.average_precision(np.ones(len(label))) for one in ranked])
    random, size = np.random.default_rng(seed), int(number.max()) + 1
    weights = (random.multinomial(size, np.full(size, 1 / size)).astype(np.float64) for _ in range(draws))
    drawn = np.array([[one.average_precision(w[number]) for one in ranked] for w in weights])
    alone = [_interval(value[i], drawn[:, i]) for i in range(len(scores))]
    return alone, [_interval(value[0] - value[i], drawn[:, 0] - drawn[:, i]) for i in range(1, len(scores))]


class _Ranked:
    """A ranking whose weighted average precision is cheap."""

    def __init__(self, label: Array, score: Array, number: NDArray[np.intp]):
        self.order = np.argsort(-score, kind="stable")
        self.label = label[self.order]
        self.last = np.flatnonzero(np.diff(score[self.order], append=np.nan))

    def average_precision(self, weight: Array) -> float:
        """Area under the precision-recall steps with a weight a row, (n,) in the rows' own order."""
        ranked = weight[self.order]
        hits, rows = np.cumsum(ranked * self.label)[self.last], np.cumsum(ranked)[self.last]
        with np.errstate(invalid="ignore", divide="ignore"):
            precision = np.where(rows > 0, hits / rows, 0.0)
        return float((np.diff(hits, prepend=0.0) * precision).sum() / hits[-1]) if hits[-1] else 0.0


def _interval(value: float, drawn: Array) -> Interval:
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return Interval(float(value), float(low), float(high))
