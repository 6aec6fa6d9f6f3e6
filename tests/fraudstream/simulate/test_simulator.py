"""The simulator: the same rows everywhere, books that balance, bad input as asked."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from fraudstream.simulate import Day, Faults, Settings, simulate
from fraudstream.simulate.fraud import NAMES
from fraudstream.simulate.kinds import DAY, HOUR, SHARES, TYPES
from fraudstream.simulate.rows import Row
from fraudstream.simulate.tables import write

SETTINGS = Settings(seed=11, days=6, accounts=400, transactions_per_day=2000, fraud_rate=0.01, faults=Faults.all(0.004))


@pytest.fixture(scope="module")
def days() -> list[Day]:
    return list(simulate(SETTINGS))


@pytest.fixture(scope="module")
def rows(days: list[Day]) -> list[Row]:
    return [row for day in days for row in day.transactions]


def digest(days: list[Day]) -> str:
    return hashlib.sha256(repr(days).encode()).hexdigest()


def test_the_same_settings_give_the_same_rows(days: list[Day]) -> None:
    assert digest(list(simulate(SETTINGS))) == digest(days)


def test_another_seed_gives_other_rows(days: list[Day]) -> None:
    other = simulate(Settings(seed=12, days=1, accounts=400, transactions_per_day=2000))
    assert next(other).transactions[0].account_id != days[0].transactions[0].account_id


def test_rows_are_as_they_were_when_this_was_written() -> None:
    """Guards against a change of numpy's streams or of ours going unnoticed: the shipped data would no longer be made
    by the shipped command."""
    small = list(simulate(Settings(seed=5, days=3, accounts=80, transactions_per_day=200, fraud_rate=0.1)))
    assert digest(small) == "fbdf087baf5c3b7354bed69ee64bb2ffec347aa0a72e2c9164bcd3b3422d4669"


def test_days_arrive_in_order_of_arrival(days: list[Day]) -> None:
    for day in days:
        arrivals = [row.ingested_at for row in day.transactions]
        assert arrivals == sorted(arrivals)


def test_balances_are_kept(rows: list[Row]) -> None:
    """Every good transaction moves its amount, and an account's next old balance is what it was left with."""
    booked = sorted((r for r in rows if r.fault in (None, "late")), key=lambda r: (r.event_time, r.transaction_id))
    balance: dict[str, float] = {}
    for row in sorted(booked, key=lambda r: r.transaction_id):
        sign = 1 if row.type == "CASH_IN" else -1
        assert row.amount is not None and row.amount > 0
        assert row.new_balance_origin == pytest.approx(row.old_balance_origin + sign * row.amount, abs=0.005)
        assert row.new_balance_origin >= 0
        assert row.account_id is not None
        assert balance.get(row.account_id, row.old_balance_origin) == row.old_balance_origin
        balance[row.account_id] = row.new_balance_origin
        if row.type == "TRANSFER":
            balance[row.counterparty_id] = row.new_balance_destination


def test_types_come_in_paysims_shares(rows: list[Row]) -> None:
    counts = Counter(row.type for row in rows)
    for name, share in zip(TYPES, SHARES, strict=True):
        assert counts[name] / len(rows) == pytest.approx(share, abs=0.03)


def test_every_kind_of_fraud_happens_at_the_rate_asked(rows: list[Row]) -> None:
    kinds = Counter(row.fraud_kind for row in rows)
    assert set(NAMES) <= set(kinds)
    assert 0.005 < sum(kinds[n] for n in NAMES) / len(rows) < 0.02


def test_faults_come_in_the_shares_asked(rows: list[Row]) -> None:
    counts = Counter(row.fault for row in rows)
    for fault in ("null_key", "bad_amount", "future_time", "repeated_id", "late", "undecodable"):
        assert 0.001 < counts[fault] / len(rows) < 0.008


def test_each_fault_is_what_it_says(rows: list[Row]) -> None:
    by_fault = defaultdict(list)
    for row in rows:
        by_fault[row.fault].append(row)
    assert all(r.account_id is None for r in by_fault["null_key"])
    assert all(r.amount is None or not 0 <= r.amount <= 1e12 for r in by_fault["bad_amount"])
    assert all(r.event_time > r.ingested_at + DAY for r in by_fault["future_time"])
    assert all(r.ingested_at - r.event_time > 60_000 for r in by_fault["late"])
    assert all(r.raw_value for r in by_fault["undecodable"])
    ids = Counter(r.transaction_id for r in rows)
    assert {i for i, n in ids.items() if n > 1} == {r.transaction_id for r in by_fault["repeated_id"]}


def test_every_booked_row_gets_one_label_after_it_arrived(days: list[Day], rows: list[Row]) -> None:
    labels = [label for day in days for label in day.labels]
    booked = {r.transaction_id: r for r in rows if r.fault in (None, "late")}
    assert Counter(label.transaction_id for label in labels) == Counter(booked.keys())
    assert all(label.labelled_at >= booked[label.transaction_id].ingested_at + HOUR for label in labels)
    assert all(label.is_fraud == (booked[label.transaction_id].kind > 0) for label in labels)


@pytest.mark.parametrize(("feedback", "expected"), [("none", 0), ("full", None)])
def test_feedback(feedback: str, expected: int | None) -> None:
    day = next(simulate(Settings(days=1, accounts=60, transactions_per_day=100, feedback=feedback)))
    assert len(day.labels) == (len(day.transactions) if expected is None else expected)
    assert all(label.labelled_at - label.event_time < 2 * HOUR for label in day.labels)


@pytest.mark.parametrize(("wrong", "message"), [
    ({"accounts": 3}, "at least 50"), ({"days": 0}, "at least 1"), ({"fraud_rate": 2}, "between 0 and 0.2"),
    ({"feedback": "maybe"}, "one of full, delayed, none"),
])
def test_wrong_settings_are_refused(wrong: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Settings(**wrong)


def test_files_hold_the_same_rows_split_by_day(tmp_path: Path, rows: list[Row]) -> None:
    history, demo = write(SETTINGS, tmp_path, split=4)
    tables = [pq.read_table(tmp_path / part / "transactions.parquet") for part in ("history", "demo")]
    assert [t.num_rows for t in tables] == [history.transactions, demo.transactions]
    ids = [i for t in tables for i in t.column("transaction_id").to_pylist()]
    assert ids == [row.transaction_id for row in rows]
    labels = pq.read_table(tmp_path / "demo" / "labels.parquet")
    assert labels.num_rows == demo.labels
    assert labels.column("labelled_at").to_pylist() == sorted(labels.column("labelled_at").to_pylist())
    with pytest.raises(ValueError, match="split is 9"):
        write(SETTINGS, tmp_path, split=9)
