"""Prequential folds by date: train, wait until the labels are known, test; then a week later again.

As in the Fraud Detection Handbook (Le Borgne and others, chapter 5): transactions of cards already known to be
compromised are not part of the test.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from fraudstream.errors import UserError
from fraudstream.evaluate.data import Data
from scoring.training.metrics import DAY_MS

MIN_FRAUDS = 5


@dataclass(frozen=True)
class Plan:
    """Lengths in days. A fold's test begins delay_days after its training ends; folds begin step_days apart.

    first_test: first day of a test on which the folds' dates are aligned; None: the last test ends with the data.
    count: the last so many complete folds, 0: all. remove_known: leave out, on each day of the test, cards with a fraud
    between known_days before the training's end and delay_days before that day.
    """

    train_days: int = 7
    delay_days: int = 7
    test_days: int = 7
    step_days: int = 7
    count: int = 4
    first_test: date | None = None
    remove_known: bool = True
    known_days: int = 7

    def __post_init__(self) -> None:
        if min(self.train_days, self.test_days, self.step_days) < 1 or min(self.delay_days, self.count) < 0:
            raise UserError("days of training, test and step must be at least 1, delay and folds not negative")


@dataclass(frozen=True)
class Fold:
    """Rows as indices into the data. test_begins: ms since 1970. removed: rows of known compromised cards."""

    test_begins: int
    fit: NDArray[np.intp]
    test: NDArray[np.intp]
    removed: int

    @property
    def day(self) -> str:
        return datetime.fromtimestamp(self.test_begins / 1000, UTC).strftime("%Y-%m-%d")


def folds(data: Data, plan: Plan) -> list[Fold]:
    """The complete folds of the data, the earliest first; raises UserError where there is none."""
    made = [fold(data, plan, day * DAY_MS) for day in _test_days(data, plan)]
    if not made:
        raise UserError(f"{_span(data)} hold no complete fold: {plan.train_days} days of training, {plan.delay_days} "
                        f"of delay and {plan.test_days} of test are needed")
    for one in made:
        _check(data, one)
    return made


def fold(data: Data, plan: Plan, test_begins: int) -> Fold:
    """The fold whose test begins at a moment (midnight, UTC)."""
    table = data.table
    ends = test_begins - plan.delay_days * DAY_MS
    known = (data.known_at >= 0) & (data.known_at <= test_begins)
    fit = (table.event_time >= ends - plan.train_days * DAY_MS) & (table.event_time < ends) & known
    test = ((table.event_time >= test_begins) & (table.event_time < test_begins + plan.test_days * DAY_MS)
            & ~np.isnan(table.label))
    keep = test & ~known_compromised(data, plan, test_begins) if plan.remove_known else test
    return Fold(test_begins, np.flatnonzero(fit), np.flatnonzero(keep), int(test.sum() - keep.sum()))


def known_compromised(data: Data, plan: Plan, test_begins: int) -> NDArray[np.bool_]:
    """(n,) True for test rows whose card is known to be compromised on that day."""
    since = test_begins - (plan.delay_days + plan.known_days) * DAY_MS
    days = range(test_begins, test_begins + plan.test_days * DAY_MS, DAY_MS)
    return _compromised(data, plan, [(day, since) for day in days])


def known_in_training(data: Data, plan: Plan, test_begins: int) -> NDArray[np.bool_]:
    """(n,) True for rows of the training whose card was known then, by the rule of an average day of the test."""
    ends = test_begins - plan.delay_days * DAY_MS
    days = range(ends - plan.train_days * DAY_MS, ends, DAY_MS)
    reach = (plan.delay_days + plan.known_days + plan.test_days // 2) * DAY_MS
    return _compromised(data, plan, [(day, day - reach) for day in days])


def _compromised(data: Data, plan: Plan, days: list[tuple[int, int]]) -> NDArray[np.bool_]:
    """Rows of each day (its begin, ms) whose card had a fraud from a moment (ms) until delay_days before that day."""
    times, fraud = data.table.event_time, data.table.label == 1
    number = data.account_number
    out = np.zeros(len(data), dtype=bool)
    for begins, since in days:
        bad = np.zeros(int(number.max()) + 1, dtype=bool)
        bad[number[fraud & (times >= since) & (times < begins - plan.delay_days * DAY_MS)]] = True
        out |= (times >= begins) & (times < begins + DAY_MS) & bad[number]
    return out


def _test_days(data: Data, plan: Plan) -> list[int]:
    """First day of each fold's test, in days since 1970."""
    first, end = int(data.table.event_time[0] // DAY_MS), int(data.table.event_time[-1] // DAY_MS) + 1
    earliest = first + plan.train_days + plan.delay_days
    days = list(_aligned(plan, earliest, end - plan.test_days))
    return days[-plan.count:] if plan.count else days


def _aligned(plan: Plan, earliest: int, latest: int) -> Iterator[int]:
    if plan.first_test is None:
        return iter(range(latest, earliest - 1, -plan.step_days)[::-1])
    anchor = (plan.first_test - date(1970, 1, 1)).days
    return (day for day in range(anchor, latest + 1, plan.step_days) if day >= earliest)


def _check(data: Data, one: Fold) -> None:
    for name, rows in (("training", one.fit), ("test", one.test)):
        frauds = int(np.nansum(data.table.label[rows]))
        if frauds < MIN_FRAUDS:
            raise UserError(f"fold with test from {one.day}: {frauds} known frauds among {len(rows)} rows of {name}, "
                            f"at least {MIN_FRAUDS} are needed; give longer windows or more history")


def _span(data: Data) -> str:
    first, last = (datetime.fromtimestamp(int(data.table.event_time[at]) / 1000, UTC) for at in (0, -1))
    return f"transactions of {first:%Y-%m-%d} to {last:%Y-%m-%d}"
