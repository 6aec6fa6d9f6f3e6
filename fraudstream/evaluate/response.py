"""What follows an alarm: day after day a challenger, recalibrated on what is known by then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fraudstream.errors import UserError
from fraudstream.evaluate.data import Data
from fraudstream.evaluate.drift import Day
from fraudstream.evaluate.recalibrate import recalibrate
from scoring.model import Model, Scorer
from scoring.training.metrics import DAY_MS

WEEK = 7
RIGHT = (0.9, 1.1)
ENOUGH = 200
"""Known frauds after which older days are left out of a recalibration."""


@dataclass(frozen=True)
class Attempt:
    """A challenger made at the end of a day. now: ms since 1970; frauds: known ones it was fitted to. before, after:
    mean probability / base rate over the seven days from then on, of the model in use and of the challenger; NaN where
    no label of them has come."""

    now: int
    frauds: int
    model: Model
    before: float
    after: float

    @property
    def right(self) -> bool:
        return bool(RIGHT[0] <= self.after <= RIGHT[1])


@dataclass(frozen=True)
class Response:
    """alarm: begin of the first day that alarmed, ms. attempts: day after day."""

    alarm: int
    attempts: list[Attempt]

    @property
    def last(self) -> Attempt | None:
        return self.attempts[-1] if self.attempts else None

    @property
    def days_until_right(self) -> int | None:
        """Days from the end of the day that alarmed to the first challenger whose next week was right."""
        found = next((attempt for attempt in self.attempts if attempt.right), None)
        return None if found is None else (found.now - self.alarm) // DAY_MS - 1

    def to_json(self) -> dict[str, Any]:
        return {"alarm": self.alarm, "days_until_right": self.days_until_right, "attempts": [
            {"now": a.now, "frauds": a.frauds, "version": a.model.version, "before": _number(a.before),
             "after": _number(a.after)} for a in self.attempts]}


def respond(model: Model, days: list[Day], data: Data, until: int = WEEK) -> Response | None:
    """A challenger for each of `until` days after the first alarm, from the end of that day on; None without an alarm.

    It is fitted to the transactions since the alarm whose label is known by then, so that what was before does not
    count, and of these to the latest days that hold enough frauds: features go on changing for a while. Days with too
    few known frauds make none.
    """
    alarm = next((day.begins for day in days if day.alarms), None)
    if alarm is None:
        return None
    end = int(data.table.event_time[-1])
    made = [_attempt(model, data, alarm, now) for n in range(until + 1)
            if (now := alarm + (n + 1) * DAY_MS) <= end + DAY_MS]
    return Response(alarm, [attempt for attempt in made if attempt is not None])


def _attempt(model: Model, data: Data, alarm: int, now: int) -> Attempt | None:
    try:
        challenger = recalibrate(model, data, now, days=_window(data, alarm, now))
    except UserError:
        return None
    week = data.where((data.table.event_time >= now) & (data.table.event_time < now + WEEK * DAY_MS)
                      & ~np.isnan(data.table.label))
    before, after = (_ratio(m, week) for m in (model, challenger))
    return Attempt(now, int(challenger.training["recalibrated"]["frauds"]), challenger, before, after)


def _window(data: Data, alarm: int, now: int) -> int:
    """Days before `now` that hold ENOUGH known frauds, no more than since the alarm."""
    known = (data.known_at >= 0) & (data.known_at <= now) & (data.table.label == 1)
    age = (now - 1 - data.table.event_time[known & (data.table.event_time >= alarm)]) // DAY_MS
    enough = np.flatnonzero(np.cumsum(np.bincount(age[age >= 0])) >= ENOUGH)
    return int(min(enough[0] + 1, (now - alarm) // DAY_MS)) if len(enough) else (now - alarm) // DAY_MS


def _ratio(model: Model, data: Data) -> float:
    frauds = float(data.table.label.sum())
    return float(Scorer(model).score(data.table.columns).probability.sum() / frauds) if frauds else float("nan")


def _number(value: float) -> float | None:
    return None if np.isnan(value) else value
