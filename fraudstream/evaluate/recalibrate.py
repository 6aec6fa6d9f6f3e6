"""Recalibration: the same coefficients, a new line from log-odds to log-odds, fitted to the labels of the last days."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from fraudstream.errors import UserError
from fraudstream.evaluate.data import Data
from scoring.model import Isotonic, Model, Platt, Scorer
from scoring.model.calibration import Smooth
from scoring.model.reference import numbers
from scoring.model.transforms import Array
from scoring.training.calibrate import fit_platt, fit_shift
from scoring.training.metrics import DAY_MS, calibration_line, log_loss

MIN_FRAUDS = 10
FRAUDS_FOR_SLOPE = 50


def recalibrate(model: Model, data: Data, now: int, days: int = 7, created_at: str | None = None) -> Model:
    """The model with intercept and slope fitted to transactions of the `days` before `now` (ms) with a known label.

    With fewer than 50 frauds only the intercept moves. The version is new; training.recalibrated says from which model,
    on what, and what it changed. Raises UserError where frauds are fewer than 10 or the calibration is no line.
    """
    if isinstance(model.calibration, Isotonic):
        raise UserError(f"model {model.version} has an isotonic calibration; only a line can be moved: train anew")
    recent = _recent(data, now, days)
    frauds = int(np.nansum(recent.table.label)) if len(recent) else 0
    if frauds < MIN_FRAUDS:
        raise UserError(f"{frauds} known frauds in the last {days} days, at least {MIN_FRAUDS} are needed; more days?")
    logit = Scorer(model).score(recent.table.columns).logit
    moved = _fitted(model.calibration, logit, recent.table.label, frauds)
    return _finished(model, moved, logit, recent, now, created_at)


def _recent(data: Data, now: int, days: int) -> Data:
    times = data.table.event_time
    return data.where((times > now - days * DAY_MS) & (data.known_at >= 0) & (data.known_at <= now))


def _fitted(old: Smooth, logit: Array, label: Array, frauds: int) -> Smooth:
    if frauds >= FRAUDS_FOR_SLOPE:
        line = fit_platt(old.log_odds(logit), label)
        if line != Platt():
            return old.moved(line)
    return fit_shift(old, logit, label)


def _finished(model: Model, moved: Smooth, logit: Array, recent: Data, now: int, created_at: str | None) -> Model:
    label, after = recent.table.label, moved.probability(logit)
    report = {"from_version": model.version, "until": _iso(now), "rows": len(recent), "frauds": int(label.sum()),
              "before": _figures(label, model.calibration.probability(logit)), "after": _figures(label, after)}
    reference = replace(model.reference, score=numbers(after)) if model.reference else None
    made = created_at or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    new = replace(model, calibration=moved, created_at=made, reference=reference,
                  training={**model.training, "recalibrated": report})
    return replace(new, version=f"{model.version.split('-')[0]}-{made[:10]}-{new.hash[:8]}")


def _figures(label: Array, probability: Array) -> dict[str, Any]:
    slope, intercept = calibration_line(label, probability)
    return {"mean_p_over_base": float(probability.mean() / label.mean()), "calibration_slope": slope,
            "calibration_intercept": intercept, "log_loss": log_loss(label, probability)}


def _iso(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
