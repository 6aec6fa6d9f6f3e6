"""Calibration on rows the coefficients were not fitted to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scoring.model.calibration import Calibration, Isotonic, Platt, Smooth, sigmoid
from scoring.model.transforms import Array
from scoring.training.curve import fit_curve
from scoring.training.metrics import fit_line, log_loss

MIN_FRAUDS = 20
MIN_SLOPE = 0.05


def calibrate(logit: Array, label: Array, kind: str) -> tuple[Calibration, dict[str, float]]:
    """The calibration of a kind, and the log-loss of each candidate.

    logit, label: (n,) in order of time. kind auto: none unless Platt's line, fitted to the earlier half, has less
    log-loss on the later half. recent, curve: see fit_recent, fit_curve.
    """
    if kind == "none":
        return Platt(), {}
    if kind in FITS:
        return FITS[kind](logit, label), {}
    losses = _compare(logit, label)
    return (fit_platt(logit, label) if losses.get("platt", np.inf) < losses["none"] else Platt()), losses


def fit_platt(logit: Array, label: Array) -> Platt:
    slope, intercept = fit_line(logit, label)
    return Platt(slope, intercept) if slope > MIN_SLOPE else Platt()


def fit_recent(logit: Array, label: Array) -> Smooth:
    """Half of what Platt's line makes of the slope, and the intercept under which the mean is right: the slope of a
    week or two says more of these weeks than of the next."""
    return fit_shift(Platt((1.0 + fit_platt(logit, label).slope) / 2.0, 0.0), logit, label)


def fit_shift(calibration: Smooth, logit: Array, label: Array, steps: int = 50) -> Smooth:
    """The calibration with an intercept that makes the mean probability of these rows their share of frauds."""
    z, shift = calibration.log_odds(logit), 0.0
    for _ in range(steps if 0 < label.mean() < 1 else 0):
        p = sigmoid(z + shift)
        step = float((label - p).sum() / (p * (1 - p)).sum())
        shift += float(np.clip(step, -2.0, 2.0))
        if abs(step) < 1e-10:
            break
    return calibration.moved(Platt(1.0, shift))


def fit_isotonic(logit: Array, label: Array) -> Isotonic:
    """Pooled adjacent violators, joined by straight lines between the middles of the pools."""
    from sklearn.isotonic import IsotonicRegression

    order = np.argsort(logit, kind="stable")
    fitted = IsotonicRegression(y_min=1e-6, y_max=1 - 1e-6).fit_transform(logit[order], label[order])
    levels, first = np.unique(fitted, return_index=True)
    middles = [float(pool.mean()) for pool in np.split(logit[order], first[1:])]
    if len(middles) < 2:
        return Isotonic((middles[0] - 1.0, middles[0] + 1.0), (float(levels[0]), float(levels[0])))
    return Isotonic(tuple(middles), tuple(levels.tolist()))


FITS: dict[str, Callable[[Array, Array], Calibration]] = {
    "platt": fit_platt, "isotonic": fit_isotonic, "recent": fit_recent, "curve": fit_curve}
"""By the name of the calibration in a specification."""


def _compare(logit: Array, label: Array) -> dict[str, float]:
    half = len(logit) // 2
    if min(label[:half].sum(), label[half:].sum()) < MIN_FRAUDS:
        return {"none": log_loss(label, Platt().probability(logit))}
    candidates = {"none": Platt(), "platt": fit_platt(logit[:half], label[:half])}
    return {name: log_loss(label[half:], c.probability(logit[half:])) for name, c in candidates.items()}
