"""What to train: features and their terms, split, grid, threshold; config/model.toml is one."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from scoring.errors import TrainingError

TRANSFORMS = ("identity", "log1p", "circular", "category")
CALIBRATIONS = ("auto", "none", "platt", "recent", "curve", "isotonic")
THRESHOLDS = ("cost", "probability", "alert_budget")


@dataclass(frozen=True)
class FeatureSpec:
    """One column's part of the design.

    transform: identity, log1p (with hinges: knots at these quantiles of the training rows, and knots: at these values
    of the column), circular (sine and cosine with `period`), category (one term for each of `categories`; empty: those
    that at least 0.1 % of the rows have).
    fill: value for nulls; without it a null cannot be scored. indicator: a term for being null.
    limits: values outside are refused when scoring. phrase: what a person is told.
    """

    column: str
    phrase: str
    transform: str = "log1p"
    hinges: tuple[float, ...] = ()
    knots: tuple[float, ...] = ()
    period: float = 0.0
    categories: tuple[str, ...] = ()
    fill: float | None = None
    indicator: bool = False
    limits: tuple[float, float] | None = None


@dataclass(frozen=True)
class ThresholdSpec:
    """kind cost: review_cost and loss_share; probability: value; alert_budget: alerts_per_day.

    review_cost: what looking at one alert costs, in the amounts' currency; 0: review_cost_share of the mean amount of
    the frauds fitted to, for data whose currency says nothing. fixed_loss, fixed_loss_share: what a fraud costs beside
    its amount, in the same two ways.
    """

    kind: str = "cost"
    review_cost: float = 5.0
    review_cost_share: float = 0.05
    fixed_loss: float = 0.0
    fixed_loss_share: float = 0.0
    loss_share: float = 1.0
    amount_column: str = "AMOUNT"
    value: float = 0.5
    alerts_per_day: float = 100.0


@dataclass(frozen=True)
class TrainingSpec:
    """validation_share: last part of the training window, by time, used to choose and to calibrate.
    label_delay_hours: rows whose label was not yet known when validation begins are not fitted to.
    strengths: values of C (inverse regularisation) to choose from, by log-loss."""

    features: tuple[FeatureSpec, ...]
    threshold: ThresholdSpec = ThresholdSpec()
    validation_share: float = 0.3
    label_delay_hours: float = 48.0
    strengths: tuple[float, ...] = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
    calibration: str = "auto"
    name: str = "lr"


def load_spec(path: str | Path) -> TrainingSpec:
    """The specification of a TOML file: tables [training], [threshold] and one [[feature]] for each column."""
    try:
        document = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise TrainingError(f"{path}: {error.strerror or error}") from error
    except tomllib.TOMLDecodeError as error:
        raise TrainingError(f"{path}: not TOML ({error})") from error
    try:
        return parse_spec(document)
    except TrainingError as error:
        raise TrainingError(f"{path}: {error}") from error


def parse_spec(document: dict[str, Any]) -> TrainingSpec:
    """The specification of a parsed document."""
    features = tuple(_feature(entry, number) for number, entry in enumerate(document.get("feature", []), start=1))
    if not features:
        raise TrainingError("no [[feature]] is given")
    threshold = _made(ThresholdSpec, document.get("threshold", {}), "[threshold]")
    if threshold.kind not in THRESHOLDS:
        raise TrainingError(f"[threshold] kind '{threshold.kind}' is not one of {', '.join(THRESHOLDS)}")
    spec = _made(TrainingSpec, {**document.get("training", {}), "features": features, "threshold": threshold},
                 "[training]")
    _check(spec)
    return spec


def _feature(entry: dict[str, Any], number: int) -> FeatureSpec:
    where = f"[[feature]] {entry.get('column', number)}"
    feature = _made(FeatureSpec, entry, where)
    if feature.transform not in TRANSFORMS:
        raise TrainingError(f"{where}: transform '{feature.transform}' is not one of {', '.join(TRANSFORMS)}")
    if feature.transform == "circular" and feature.period <= 0:
        raise TrainingError(f"{where}: a circular transform needs a period above 0")
    if any(not 0 < quantile < 1 for quantile in feature.hinges):
        raise TrainingError(f"{where}: hinges are quantiles, above 0 and below 1")
    if feature.indicator and feature.fill is None and feature.transform != "category":
        raise TrainingError(f"{where}: an indicator of nulls needs a fill")
    return feature


def _made(kind: Any, values: dict[str, Any], where: str) -> Any:
    known = {f.name for f in fields(kind)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise TrainingError(f"{where}: unknown key {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    fixed = {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
    try:
        return kind(**fixed)
    except TypeError as error:
        raise TrainingError(f"{where}: {str(error).partition(') ')[2] or error}") from error


def _check(spec: TrainingSpec) -> None:
    if not 0.05 <= spec.validation_share <= 0.8:
        raise TrainingError("[training] validation_share must lie in 0.05 to 0.8")
    if spec.calibration not in CALIBRATIONS:
        raise TrainingError(f"[training] calibration '{spec.calibration}' is not one of {', '.join(CALIBRATIONS)}")
    names = [feature.column for feature in spec.features]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise TrainingError(f"[[feature]] {', '.join(twice)} is given twice")
