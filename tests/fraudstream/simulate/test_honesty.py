"""No single rule and no leak finds the simulated fraud."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudstream.simulate import Settings, simulate
from fraudstream.simulate.honesty import average_precision, rules

metrics = pytest.importorskip("sklearn.metrics")


def test_no_single_rule_finds_it() -> None:
    settings = Settings(seed=7, days=14, accounts=1000, transactions_per_day=2500, fraud_rate=0.008)
    rows = [row for day in simulate(settings) for row in day.transactions]
    found = rules(rows)
    best = max(found, key=lambda name: found[name])
    print(f"best single rule: {best}, average precision {found[best]:.3f}")
    assert found[best] < 0.30, (best, found[best])
    for leak in ("number", "arrival", "account_number", "counterparty_number", "new_balance_origin", "emptied"):
        assert found[leak] < 0.05, (leak, found[leak])


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=40))
def test_average_precision_equals_scikit_learns(rows: list[tuple[bool, int]]) -> None:
    truth, score = np.array([t for t, _ in rows]), np.array([s for _, s in rows], dtype=float)
    if truth.any():
        assert average_precision(truth, score) == pytest.approx(metrics.average_precision_score(truth, score))
