"""Delayed progressive validation: day after day a model scores what comes and learns from the labels it gets.

full: every label an hour after the event; delayed: every label when the data say it became known; alerts: only labels
of transactions that the model of the day alerted, when the data say so. Where alerts are all that is looked at, what
the model does not suspect it never learns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fraudstream.errors import UserError
from fraudstream.evaluate.data import Data
from scoring.errors import TrainingError
from scoring.model import Model, Scorer
from scoring.training import TrainingSpec, train
from scoring.training.metrics import DAY_MS, average_precision

HOUR_MS = 3_600_000
FEEDBACK = ("full", "delayed", "alerts")


@dataclass(frozen=True)
class Stream:
    """What a kind of feedback led to. ap: over all rows scored; days: of the scored rows; labels: seen by the end."""

    feedback: str
    ap: float
    days: int
    trainings: int
    labels: int
    frauds_seen: int


def progressive(data: Data, spec: TrainingSpec, feedback: str, *, first_days: int, every_days: int = 7,
                alerts_a_day: int = 50, on_day: Callable[[int], object] = lambda done: None) -> Stream:
    """The first days are labelled in full, then labels come as feedback says, and every so many days the model is
    trained anew on all it knows. Raises UserError for an unknown feedback or too little history."""
    if feedback not in FEEDBACK:
        raise UserError(f"feedback {feedback!r}: one of {', '.join(FEEDBACK)}")
    days = data.table.event_time // DAY_MS
    begins = int(days[0]) + first_days
    known = _known_at(data, feedback)
    looked = days < begins
    probability = np.full(len(data), np.nan)
    model, trainings = _trained(data, spec, looked & (known <= begins * DAY_MS)), 1
    for number, day in enumerate(range(begins, int(days[-1]) + 1)):
        if number and number % every_days == 0:
            model, trainings = _retrained(data, spec, looked & (known <= day * DAY_MS), model), trainings + 1
        rows = np.flatnonzero(days == day)
        probability[rows] = _score(model, data, rows)
        looked[rows if feedback != "alerts" else rows[np.argsort(-probability[rows])[:alerts_a_day]]] = True
        on_day(number + 1)
    scored = ~np.isnan(probability) & ~np.isnan(data.table.label)
    label = data.table.label
    ap = average_precision(label[scored], probability[scored])
    return Stream(feedback, ap, int(days[-1]) - begins + 1, trainings,
                  int(looked.sum()), int(np.nansum(label[looked])))


def _known_at(data: Data, feedback: str) -> NDArray[np.int64]:
    """When each label is known; far in the future where never."""
    if feedback == "full":
        return data.table.event_time + HOUR_MS
    return np.where(data.known_at < 0, np.iinfo(np.int64).max, data.known_at)


def _score(model: Model, data: Data, rows: NDArray[np.intp]) -> NDArray[np.float64]:
    return Scorer(model).score(data.where(rows).table.columns).probability


def _trained(data: Data, spec: TrainingSpec, rows: NDArray[np.bool_]) -> Model:
    return train(data.where(rows).table, replace(spec, label_delay_hours=0.0))


def _retrained(data: Data, spec: TrainingSpec, rows: NDArray[np.bool_], old: Model) -> Model:
    """The old model stays where what is known is too little to train on."""
    try:
        return _trained(data, spec, rows)
    except TrainingError:
        return old
