"""A fold's model, calibrated for the rows that its test holds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from fraudstream.evaluate.data import Data
from fraudstream.evaluate.folds import MIN_FRAUDS, Fold, Plan, fold, known_in_training
from scoring.model import Isotonic, Model, Scorer
from scoring.model.calibration import Calibration
from scoring.model.transforms import Array
from scoring.training import TrainingSpec, train
from scoring.training.calibrate import FITS, fit_shift
from scoring.training.metrics import DAY_MS
from scoring.training.train import coefficients_only

SHORT = 3
TESTS = {"recent": 2, "curve": 6}
"""By calibration: how many tests before a fold it is fitted to."""


@dataclass
class Models:
    """Trains the model of a fold, each once. bare: models of earlier tests, without calibration and threshold."""

    data: Data
    spec: TrainingSpec
    plan: Plan
    made: dict[int, Model] = field(default_factory=dict)
    bare: dict[int, Model] = field(default_factory=dict)

    def calibrated(self, one: Fold) -> Model:
        """The fold's model. Calibration "recent" or "curve": fitted to the tests before it whose labels are known when
        it begins, each scored by the model of its time. Else, where the test leaves out known compromised cards, the
        intercept is shifted to the training rows that this rule would have left in: it is such rows that are scored."""
        model = self.model(one)
        if self.spec.calibration in TESTS and (found := self._recent(one)) is not None:
            return replace(model, calibration=found)
        if not self.plan.remove_known or isinstance(model.calibration, Isotonic):
            return model
        fit, rows = self.data.where(one.fit), ~known_in_training(self.data, self.plan, one.test_begins)[one.fit]
        logit = Scorer(model).score(fit.table.columns).logit
        return replace(model, calibration=fit_shift(model.calibration, logit[rows], fit.table.label[rows]))

    def model(self, one: Fold) -> Model:
        """Trained on what the fold may know."""
        if one.test_begins not in self.made:
            plan = self.plan
            gap = 24.0 * plan.delay_days if plan.train_days >= SHORT * plan.delay_days else 0.0
            table = self.data.where(one.fit).table
            self.made[one.test_begins] = train(table, replace(self.spec, label_delay_hours=gap))
        return self.made[one.test_begins]

    def _earlier(self, one: Fold) -> Model:
        """The coefficients of a fold before."""
        found = self.made.get(one.test_begins) or self.bare.get(one.test_begins)
        if found is None:
            found = self.bare[one.test_begins] = coefficients_only(self.data.where(one.fit).table, self.spec)
        return found

    def _recent(self, one: Fold) -> Calibration | None:
        """None where the history is too short for a fold before."""
        parts = [self._scored(begins, one.test_begins) for begins in self._before(one)]
        logit, label = (np.concatenate([part[i] for part in parts]) if parts else np.empty(0) for i in (0, 1))
        return FITS[self.spec.calibration](logit, label) if label.sum() >= MIN_FRAUDS else None

    def _before(self, one: Fold) -> list[int]:
        """Where the latest tests begin whose last label is known when the fold's test begins, and that have as many
        days of training before them."""
        plan = self.plan
        latest = one.test_begins - (plan.delay_days + plan.test_days) * DAY_MS
        first = int(self.data.table.event_time[0]) // DAY_MS * DAY_MS + (plan.train_days + plan.delay_days) * DAY_MS
        days = [latest - n * plan.test_days * DAY_MS for n in range(TESTS[self.spec.calibration])]
        return [begins for begins in days if begins >= first]

    def _scored(self, begins: int, now: int) -> tuple[Array, Array]:
        """Log-odds and labels known at `now` of the test that begins at a moment."""
        earlier = fold(self.data, self.plan, begins)
        rows = earlier.test[(self.data.known_at[earlier.test] >= 0) & (self.data.known_at[earlier.test] <= now)]
        test = self.data.where(rows)
        return Scorer(self._earlier(earlier)).score(test.table.columns).logit, test.table.label
