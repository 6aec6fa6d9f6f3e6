"""Folds by date: late labels, known cards, later folds from a longer file."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from fraudstream.errors import UserError
from fraudstream.evaluate import Data, Plan, folds
from scoring.training import TrainingTable

DAY = 86_400_000
BEGIN = 17_600 * DAY


def data(days: int, delay_days: float = 6.0, a_day: int = 200) -> Data:
    random = np.random.default_rng(0)
    times = BEGIN + np.sort(random.integers(0, days * DAY, days * a_day))
    label = (random.random(len(times)) < 0.05).astype(float)
    account = np.array([f"a{i}" for i in random.integers(0, 300, len(times))], dtype=object)
    table = TrainingTable({"X": random.random(len(times))}, label, np.ones(len(times)), times, account)
    return Data(table, times + int(delay_days * DAY), np.full(len(times), None, dtype=object))


def test_training_ends_before_the_delay_and_labels_were_known_when_the_test_began() -> None:
    found = data(40)
    for fold in folds(found, Plan(count=0)):
        assert found.table.event_time[fold.fit].max() < fold.test_begins - 7 * DAY
        assert found.known_at[fold.fit].max() <= fold.test_begins
        tested = found.table.event_time[fold.test]
        assert fold.test_begins <= tested.min() and tested.max() < fold.test_begins + 7 * DAY


def test_rows_whose_label_came_after_the_test_began_are_not_trained_on() -> None:
    found = data(40, delay_days=9.0)
    fold = folds(found, Plan(count=1))[0]
    assert found.table.event_time[fold.fit].max() <= fold.test_begins - 9 * DAY


def test_no_tested_card_had_a_fraud_that_was_known_by_then() -> None:
    found = data(40)
    for fold in folds(found, Plan()):
        assert fold.removed > 0
        for row in fold.test[::50]:
            day = found.table.event_time[row] // DAY * DAY
            same = found.table.account == found.table.account[row]
            since, until = fold.test_begins - 14 * DAY, day - 7 * DAY
            earlier = (found.table.event_time >= since) & (found.table.event_time < until)
            assert not found.table.label[same & earlier].any()


def test_a_longer_file_gives_later_folds_on_the_same_dates() -> None:
    first = date(1970, 1, 1).fromordinal(date(1970, 1, 1).toordinal() + 17_600 + 14)
    short, long = (folds(data(days), Plan(count=2, first_test=first)) for days in (40, 50))
    assert long[0].test_begins > short[0].test_begins
    assert (long[0].test_begins - short[0].test_begins) % (7 * DAY) == 0


def test_too_short_a_file_is_told_in_one_line() -> None:
    with pytest.raises(UserError, match="hold no complete fold: 28 days of training"):
        folds(data(20), Plan(train_days=28))
