"""Figures that say how good scores are. label, probability, amount: (n,) arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.model.transforms import Array

DAY_MS = 86_400_000
TINY = 1e-15


def average_precision(label: Array, score: Array) -> float:
    """Area under the precision-recall steps, ties taken together."""
    hits, ranks = _cumulated(label, score)
    recall = np.diff(hits, prepend=0.0) / hits[-1]
    return float(np.sum(recall * hits / ranks))


def auc(label: Array, score: Array) -> float:
    """Area under the receiver operating characteristic: the chance that a fraud scores above a non-fraud."""
    hits, ranks = _cumulated(label, score)
    true = np.concatenate(([0.0], hits)) / hits[-1]
    false = np.concatenate(([0.0], ranks - hits)) / (ranks[-1] - hits[-1])
    return float(np.sum(np.diff(false) * (true[1:] + true[:-1]) / 2))


def _cumulated(label: Array, score: Array) -> tuple[Array, Array]:
    """Frauds and rows at or above each distinct score, from the highest."""
    order = np.argsort(-score, kind="stable")
    last = np.flatnonzero(np.diff(score[order], append=np.nan))
    return np.cumsum(label[order])[last], (last + 1).astype(np.float64)


def brier(label: Array, probability: Array) -> float:
    return float(np.mean((probability - label) ** 2))


def log_loss(label: Array, probability: Array) -> float:
    p = np.clip(probability, TINY, 1.0 - TINY)
    return float(-np.mean(label * np.log(p) + (1.0 - label) * np.log1p(-p)))


def calibration_line(label: Array, probability: Array) -> tuple[float, float]:
    """Slope and intercept of the logistic regression of the label on the log-odds; (1, 0) is perfect."""
    logit = np.log(np.clip(probability, TINY, 1 - TINY)) - np.log1p(-np.clip(probability, TINY, 1 - TINY))
    return fit_line(logit, label)


def fit_line(x: Array, label: Array, steps: int = 100) -> tuple[float, float]:
    """Slope and intercept that maximise the likelihood of sigmoid(slope · x + intercept), by Newton's method."""
    design = np.column_stack([x, np.ones_like(x)])
    base = np.clip(label.mean(), 1e-9, 1 - 1e-9)
    line = np.array([1.0, 0.0]) if abs(label.mean() - _sigmoid(x).mean()) < base else np.array([0.0, _logit(base)])
    for _ in range(steps):
        p = _sigmoid(design @ line)
        curvature = (design * (p * (1 - p))[:, None]).T @ design + 1e-12 * np.eye(2)
        step = np.linalg.solve(curvature, design.T @ (label - p))
        line = line + np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < 1e-10:
            break
    return float(line[0]), float(line[1])


def precision_at(label: Array, score: Array, event_time: NDArray[np.int64], account: NDArray[Any], k: int,
                 remove_found: bool = False) -> float:
    """Mean over the days of: share of the day's k highest-scored accounts that had a fraud that day.

    remove_found: accounts found so are not counted on later days, as in the Fraud Detection Handbook.
    """
    days, (_, number) = event_time // DAY_MS, np.unique(account.astype(str), return_inverse=True)
    found = np.zeros(number.max() + 1, dtype=bool)
    shares = []
    for day in np.unique(days):
        rows = (days == day) & ~found[number]
        best = _best_accounts(label[rows], score[rows], number[rows], k)
        shares.append(len(best) / k)
        if remove_found:
            found[best] = True
    return float(np.mean(shares))


def _best_accounts(label: Array, score: Array, number: NDArray[np.intp], k: int) -> NDArray[np.intp]:
    """Those of the k accounts with the highest scores that had a fraud."""
    accounts, which = np.unique(number, return_inverse=True)
    top, fraud = np.full(len(accounts), -np.inf), np.zeros(len(accounts))
    np.maximum.at(top, which, score)
    np.maximum.at(fraud, which, label)
    best = np.argsort(-top, kind="stable")[:k]
    return accounts[best[fraud[best] > 0]]


def loss_saved(label: Array, amount: Array, alert: NDArray[np.bool_], review_cost: float) -> float:
    """Share of the frauds' amounts that alerts save, what reviewing them costs taken off."""
    lost = float((label * amount).sum())
    return (float((label * amount)[alert].sum()) - review_cost * float(alert.sum())) / lost if lost else 0.0


def evaluate(
    label: Array, probability: Array, alert: NDArray[np.bool_], amount: Array, event_time: NDArray[np.int64],
    account: NDArray[Any], review_cost: float,
) -> dict[str, float]:
    """All figures of a set of scored rows whose labels are known."""
    slope, intercept = calibration_line(label, probability)
    alerts, hits = int(alert.sum()), int(label[alert].sum())
    days = len(np.unique(event_time // DAY_MS))
    return {
        "rows": len(label),
        "frauds": int(label.sum()),
        "average_precision": average_precision(label, probability),
        "auc": auc(label, probability),
        "brier": brier(label, probability),
        "log_loss": log_loss(label, probability),
        "precision_at_100": precision_at(label, probability, event_time, account, 100),
        "calibration_slope": slope,
        "calibration_intercept": intercept,
        "mean_probability_over_base_rate": float(probability.mean() / label.mean()),
        "precision": hits / alerts if alerts else 0.0,
        "recall": hits / float(label.sum()),
        "alerts_per_day": alerts / days,
        "loss_saved": loss_saved(label, amount, alert, review_cost),
    }


def _sigmoid(z: Array) -> Array:
    return 1.0 / (1.0 + np.exp(-np.clip(z, -700, 700)))


def _logit(p: float) -> float:
    return float(np.log(p / (1 - p)))
