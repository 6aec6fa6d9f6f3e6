"""Training: split by time, choose, calibrate, set the threshold, fit to all."""

from __future__ import annotations

import platform
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from scoring.errors import TrainingError
from scoring.model.calibration import Platt
from scoring.model.model import Model
from scoring.model.reference import reference_of
from scoring.model.scorer import Scorer
from scoring.model.threshold import ProbabilityThreshold
from scoring.training.calibrate import calibrate
from scoring.training.design import make_features
from scoring.training.fit import choose_strength, fit_model
from scoring.training.metrics import evaluate
from scoring.training.spec import ThresholdSpec, TrainingSpec
from scoring.training.split import split_by_time
from scoring.training.table import TrainingTable
from scoring.training.threshold import fit_threshold


def train(
    table: TrainingTable, spec: TrainingSpec, provenance: dict[str, str] | None = None, created_at: str | None = None
) -> Model:
    """A calibrated model with a threshold.

    Strength, calibration and threshold are chosen on the last part of the rows, by a model fitted to rows whose labels
    were known when that part begins; the metrics are of that model and that part. The coefficients of the result are
    fitted to all labelled rows. provenance: data_sha256, sql_sha256 and the like, kept in the model.
    """
    known = _sorted(table.labelled())
    if not len(known):
        raise TrainingError("no row has a label that was known by then")
    split = split_by_time(known, spec.validation_share, spec.label_delay_hours)
    fit, validation = known.where(split.fit), known.where(split.validation)
    rule = _with_review_cost(spec.threshold, fit)
    with ThreadPoolExecutor(1) as beside:
        every = beside.submit(_empty, spec, known)
        empty = _empty(spec, fit)
        strength, losses = choose_strength(empty, fit, validation, spec.strengths)
        all_rows = beside.submit(lambda: fit_model(every.result(), known, strength))
        chosen = fit_model(empty, fit, strength)
    scores = Scorer(chosen).score(validation.columns)
    calibration, candidates = calibrate(scores.logit, validation.label, spec.calibration)
    probability = calibration.probability(scores.logit)
    threshold = fit_threshold(rule, probability, validation)
    alert = probability > threshold.thresholds(validation.amount)
    metrics = evaluate(validation.label, probability, alert, validation.amount, validation.event_time,
                       validation.account, rule.review_cost)
    final = all_rows.result()
    reference = reference_of(known.columns, {f.column: f.type for f in final.features}, probability)
    final = replace(final, calibration=calibration, threshold=threshold, reference=reference)
    return _finished(final, spec, created_at, {
        "window": {"begins": _iso(known.event_time[0]), "ends": _iso(known.event_time[-1]),
                   "validation_begins": _iso(split.begins)},
        "rows": len(known), "frauds": known.frauds, "rows_without_label": len(table) - len(known),
        "fit_rows": len(fit), "validation_rows": len(validation), "label_delay_hours": spec.label_delay_hours,
        "strength": strength, "log_loss_by_strength": losses, "log_loss_by_calibration": candidates,
        "metrics": metrics, **(provenance or {}), "libraries": _libraries()})


def coefficients_only(table: TrainingTable, spec: TrainingSpec) -> Model:
    """The same coefficients as train() gives, where the specification names one strength; neither calibrated nor with a
    threshold, for half the work."""
    if len(spec.strengths) != 1:
        return train(table, spec)
    known = _sorted(table.labelled())
    return fit_model(_empty(spec, known), known, spec.strengths[0])


def _with_review_cost(spec: ThresholdSpec, table: TrainingTable) -> ThresholdSpec:
    """The specification with a review cost and a fixed loss in the amounts' currency."""
    mean = float(table.amount[table.label == 1].mean())
    return replace(spec, review_cost=spec.review_cost or float(f"{spec.review_cost_share * mean:.3g}"),
                   fixed_loss=spec.fixed_loss or float(f"{spec.fixed_loss_share * mean:.3g}"))


def _sorted(table: TrainingTable) -> TrainingTable:
    order = np.argsort(table.event_time, kind="stable")
    return TrainingTable({name: values[order] for name, values in table.columns.items()}, table.label[order],
                         table.amount[order], table.event_time[order], table.account[order])


def _empty(spec: TrainingSpec, table: TrainingTable) -> Model:
    return Model("", make_features(spec, table), 0.0, Platt(), ProbabilityThreshold(0.5))


def _finished(model: Model, spec: TrainingSpec, created_at: str | None, training: dict[str, Any]) -> Model:
    created = created_at or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    dated = replace(model, created_at=created, training=training)
    return replace(dated, version=f"{spec.name}-{created[:10]}-{dated.hash[:8]}")


def _libraries() -> dict[str, str]:
    import sklearn

    return {"python": platform.python_version(), "numpy": np.__version__, "scikit-learn": sklearn.__version__}


def _iso(milliseconds: Any) -> str:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
