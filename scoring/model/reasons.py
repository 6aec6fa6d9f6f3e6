"""Reason codes: the features that raised a row's score most, exactly as much as they did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.model.model import Model
from scoring.model.transforms import Array


@dataclass(frozen=True)
class TopReasons:
    """The `count` largest contributions of every row, largest first.

    feature: (n, count) index into the model's features. contribution: (n, count) addend of the logit.
    Only positive contributions are reasons; `used` is (n,), how many of a row's entries are.
    """

    feature: NDArray[np.intp]
    contribution: Array
    used: NDArray[np.intp]


def top_reasons(contributions: Array, count: int = 3) -> TopReasons:
    """The reasons of each row of (n, features) contributions; ties go to the feature that comes first."""
    rows, features = contributions.shape
    count = min(count, features)
    left = contributions.copy(order="C")
    flat, begin = left.reshape(-1), np.arange(rows) * features
    feature = np.empty((count, rows), dtype=np.intp).T
    largest = np.empty((count, rows)).T
    for rank in range(count):
        best = left.argmax(axis=1)
        feature[:, rank] = best
        largest[:, rank] = flat[begin + best]
        flat[begin + best] = -np.inf
    return TopReasons(feature, largest, (largest > 0.0).sum(axis=1))


@dataclass(frozen=True)
class Reason:
    """One reason in words."""

    feature: str
    value: float | str | None
    contribution: float
    phrase: str

    def __str__(self) -> str:
        shown = "unknown" if self.value is None else self.value if isinstance(self.value, str) else f"{self.value:.6g}"
        return f"{self.phrase} ({self.feature} = {shown}, {self.contribution:+.2f})"


def explain(model: Model, values: dict[str, float | str | None], contributions: Array, count: int = 3) -> list[Reason]:
    """One row's reasons. contributions: (features,)."""
    top = top_reasons(contributions.reshape(1, -1), count)
    chosen = [(model.features[i], float(c)) for i, c in zip(top.feature[0], top.contribution[0], strict=True) if c > 0]
    return [Reason(f.column, values.get(f.column), c, f.phrase) for f, c in chosen]
