"""Prequential evaluation: for each fold a model is trained on what was known and scores the weeks after."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fraudstream.evaluate import lightgbm
from fraudstream.evaluate.costs import by_budget, by_margin, regret
from fraudstream.evaluate.data import Data
from fraudstream.evaluate.fold_models import Models
from fraudstream.evaluate.folds import Fold, Plan, folds
from fraudstream.evaluate.intervals import Interval, average_precision_intervals
from fraudstream.evaluate.kinds import by_kind
from fraudstream.evaluate.scored import Scored, mean_figures, together
from scoring.model import CostThreshold, Model, Scorer
from scoring.training import TrainingSpec


@dataclass(frozen=True)
class FoldResult:
    """One fold: its model, its scored test, LightGBM's probabilities on the same rows where it was asked for."""

    fold: Fold
    model: Model
    scored: Scored
    figures: dict[str, float]
    challenger: Scored | None = None
    challenger_figures: dict[str, float] | None = None


@dataclass(frozen=True)
class Evaluation:
    """All folds. ap: interval of the average precision over all test rows; difference: LightGBM's is taken off."""

    plan: Plan
    spec: TrainingSpec
    folds: list[FoldResult]
    ap: Interval
    ap_lightgbm: Interval | None
    difference: Interval | None
    seconds: float

    @property
    def figures(self) -> dict[str, float]:
        """Means over the folds."""
        return mean_figures([one.figures for one in self.folds])

    @property
    def challenger_figures(self) -> dict[str, float] | None:
        found = [one.challenger_figures for one in self.folds if one.challenger_figures]
        return mean_figures(found) if found else None

    @property
    def scored(self) -> Scored:
        return together([one.scored for one in self.folds])

    def line(self) -> dict[str, Any]:
        """The figures of `make bench-model` and, after them, the folds one by one."""
        mean, other = self.figures, self.challenger_figures
        names = ("ap", "auc", "cp100", "brier", "log_loss", "calibration_slope", "mean_p_over_base", "loss_saved")
        return {"folds": len(self.folds), **{name: round(mean[name], 6) for name in names},
                "ap_lightgbm": round(other["ap"], 6) if other else None, "seconds": round(self.seconds, 1),
                "ece": round(mean["ece"], 6), "ece_floor": round(mean["ece_floor"], 6),
                "train_days": self.plan.train_days, "tests_begin": [one.fold.day for one in self.folds],
                "by_fold": [{name: round(one.figures[name], 6) for name in names} for one in self.folds]}

    def to_json(self) -> dict[str, Any]:
        """Everything a program may want."""
        every = self.scored
        return {**self.line(), "figures": self.figures, "figures_lightgbm": self.challenger_figures,
                "ap_interval": self.ap.to_json(),
                "ap_lightgbm_interval": self.ap_lightgbm.to_json() if self.ap_lightgbm else None,
                "ap_difference_interval": self.difference.to_json() if self.difference else None,
                "threshold": regret(every), "by_kind": by_kind(every),
                "by_budget": [vars(point) for point in by_budget(every)],
                "by_margin": [vars(point) for point in by_margin(every)]}


def evaluate(data: Data, spec: TrainingSpec, plan: Plan, *, compare: bool = True,
             on_fold: Callable[[int], object] = lambda done: None) -> Evaluation:
    """Train and test every fold. compare: LightGBM as well. Raises UserError or TrainingError with one line."""
    began = time.monotonic()
    results = []
    models = Models(data, spec, plan)
    for number, one in enumerate(folds(data, plan), start=1):
        results.append(run_fold(models, one, compare))
        on_fold(number)
    every = together([r.scored for r in results])
    others = [together([r.challenger for r in results if r.challenger])] if compare else []
    alone, against = average_precision_intervals(every.label, [s.probability for s in (every, *others)], every.account)
    return Evaluation(plan, spec, results, alone[0], alone[1] if compare else None, against[0] if compare else None,
                      time.monotonic() - began)


def run_fold(models: Models, one: Fold, compare: bool = False) -> FoldResult:
    """Train on the fold's known rows and score its test."""
    data, spec = models.data, models.spec
    fit, test = data.where(one.fit), data.where(one.test)
    model = models.calibrated(one)
    scored = score(model, test, review_cost(model, spec))
    if not compare:
        return FoldResult(one, model, scored, scored.figures())
    other = scored.with_probability(lightgbm.predict(spec, fit.table, test.table))
    return FoldResult(one, model, scored, scored.figures(), other, other.figures())


def score(model: Model, test: Data, cost: float) -> Scored:
    """The test's rows with the model's probabilities and alerts."""
    found = Scorer(model).score(test.table.columns)
    return Scored(test.table.label, found.probability, test.table.amount, test.table.event_time, test.table.account,
                  test.kind, found.probability > model.threshold.thresholds(test.table.amount), cost)


def review_cost(model: Model, spec: TrainingSpec) -> float:
    """What a review costs, in the amounts' currency."""
    return model.threshold.review_cost if isinstance(model.threshold, CostThreshold) else spec.threshold.review_cost
