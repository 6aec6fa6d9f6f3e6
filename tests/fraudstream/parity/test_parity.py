"""Features of training against those of the deployed pipeline: equal row by row, and a difference is found."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudstream.parity import parity
from fraudstream.parity.compare import as_table, differences
from fraudstream.parity.offline import Reordered
from fraudstream.replay.in_step import InStep
from fraudstream.replay.rows import Label, Transaction
from fraudstream.simulate import Faults, Settings
from fraudstream.simulate.tables import write
from tests.fraudstream.parity.recorder import Sends, Waits

SCHEMA = pa.schema([("TRANSACTION_ID", pa.string()), ("AMOUNT", pa.float64()), ("N", pa.int32()),
                    ("MEASURES.far", pa.float64())])


def test_whole_pipeline(tmp_path: Path) -> None:
    """Four partitions, bad input of every kind, labels late: no value differs."""
    write(Settings(seed=4, days=12, accounts=50, transactions_per_day=80, fraud_rate=0.05,
                   start=datetime(2025, 9, 1, tzinfo=UTC), faults=Faults.all(0.02)), tmp_path / "data")
    done = parity(tmp_path / "data", tmp_path / "work", rows=900)
    assert done.ok, done.examples
    assert done.rows > 800 and done.labels > 300 and done.rejected > 10 and done.columns > 80


def _row(identity: str, amount: float | None, n: int, far: float | None = None) -> dict[str, object]:
    return {"TRANSACTION_ID": identity, "AMOUNT": amount, "N": n,
            "MEASURES": None if far is None else [{"NAME": "near", "VALUE": 0.5}, None, {"NAME": "far", "VALUE": far}]}


ROWS = st.lists(st.tuples(st.none() | st.floats(), st.integers(0, 9), st.none() | st.floats()), min_size=1, max_size=9)


@given(ROWS, st.randoms())
def test_order_does_not_matter_and_nan_is_nan(rows: list[tuple[float | None, int, float | None]], rng: object) -> None:
    made = [_row(f"t{i}", *row) for i, row in enumerate(rows)]
    other = list(made)
    rng.shuffle(other)  # type: ignore[attr-defined]
    assert differences(as_table(made, SCHEMA), as_table(other, SCHEMA)) == ({}, [])


@given(ROWS, st.data())
def test_a_value_that_differs_is_found(rows: list[tuple[float | None, int, float | None]], data: st.DataObject) -> None:
    made = [_row(f"t{i}", *row) for i, row in enumerate(rows)]
    at = data.draw(st.integers(0, len(rows) - 1))
    changed = [dict(row) for row in made]
    amount = made[at]["AMOUNT"]
    changed[at]["AMOUNT"] = 1.0 if amount is None else None if np.isnan(amount) else np.nan  # type: ignore[call-overload]
    counts, examples = differences(as_table(made, SCHEMA), as_table(changed, SCHEMA))
    assert counts == {"AMOUNT": 1} and f"t{at} AMOUNT" in examples[0]


def test_other_transactions_are_refused() -> None:
    with pytest.raises(ValueError, match="other transactions"):
        differences(as_table([_row("a", 1.0, 1)], SCHEMA), as_table([_row("b", 1.0, 1)], SCHEMA))


def test_labels_go_first_and_each_part_is_awaited() -> None:
    told: list[str] = []
    sender = InStep(Sends(told), Waits(told), rows=2)  # type: ignore[arg-type]
    for number, kind in enumerate("tltbtt"):
        if kind == "l":
            sender.label(Label(f"l{number}", number, {}))
        else:
            sender.transaction(Transaction("a", number, number, b"?" if kind == "b" else {"n": number}))
    sender.flush()
    assert told == ["label l1", "labels 1", "t0", "t2", "transactions 2",
                             "labels 1", "transactions 2", "t3", "labels 1", "t4", "t5", "transactions 4",
                             "labels 1", "transactions 4"]
    assert (sender.transactions, sender.labels, sender.undecodable) == (5, 1, 1)


def test_counterparties_take_rows_in_the_order_of_the_stack() -> None:
    taken: list[object] = []

    class Inner:
        def take(self, accounts: list[object], labels: list[object]) -> None:
            taken.extend((accounts, labels))

        def close(self) -> int:
            return 0

    rows = [(("a",), (0, ("t1",)), 0), (("b",), (0, ("t1",)), 0)]
    labels = [(("t1",), ("p", 5, True), 0), (("t2",), ("p", 5, False), 0), (("t3",), (None, 5, False), 0)]
    places = {("a", "t1"): deque([4]), ("b", "t1"): deque([2])}
    Reordered(Inner(), ["counterparty_id", "labelled_at", "is_fraud"], places,
              {("p", 21_600_005, True): deque([1]), ("p", 21_600_005, False): deque([0])}).take(rows, labels)
    assert taken == [[rows[1], rows[0]], [labels[2], labels[1], labels[0]]]
