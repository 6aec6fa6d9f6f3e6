"""The Fraud Detection Handbook's own windowed features, recomputed by sql/: equal row by row.

Whole customers, and whole terminals, from 40 days before the first golden row. Left out: rows in the same second as
another of the same key (the book counts by the order in the file), and rows that carry the overflow mark.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from fraudstream.train.history import History, history

KEYS = 100
"""One key in so many."""
SIDES = {
    "CUSTOMER_ID": {f"CUSTOMER_ID_NB_TX_{d}DAY_WINDOW": f"ACCOUNT_COUNT_{w}" for d, w in
                    ((1, "24H"), (7, "7D"), (30, "30D"))} | {
                    f"CUSTOMER_ID_AVG_AMOUNT_{d}DAY_WINDOW": f"ACCOUNT_MEAN_{w}" for d, w in
                    ((1, "24H"), (7, "7D"), (30, "30D"))},
    "TERMINAL_ID": {f"TERMINAL_ID_NB_TX_{d}DAY_WINDOW": f"COUNTERPARTY_LABELS_{w}" for d, w in
                    ((1, "24H"), (7, "7D"), (30, "30D"))} | {
                    f"TERMINAL_ID_RISK_{d}DAY_WINDOW": f"COUNTERPARTY_RISK_{w}" for d, w in
                    ((1, "24H"), (7, "7D"), (30, "30D"))},
}
MARK = {"CUSTOMER_ID": "ACCOUNT_TRUNCATED_30D", "TERMINAL_ID": "COUNTERPARTY_LABELS_TRUNCATED"}


@pytest.mark.parametrize("key", SIDES)
def test_golden_features(shared: Path, tmp_path: Path, key: str) -> None:
    golden = pq.read_table(shared / "data/handbook_features_golden.parquet").sort_by("TRANSACTION_ID")
    golden = golden.filter(pc.equal(_modulo(golden[key]), 3))
    made = history(_part(shared / "data/handbook_transactions.parquet", golden, key, tmp_path), mapping="handbook",
                   cache=tmp_path / "cache", processes=1)
    rows = _rows(made, golden)
    tied = _tied(made, "account" if key == "CUSTOMER_ID" else "counterparty")[rows]
    marked = np.nan_to_num(made.columns[MARK[key]][rows].astype(float)) > 0
    assert marked.mean() <= 0.01 and tied.mean() <= 0.001
    use = ~(marked | tied)
    assert use.sum() > 500
    for theirs, ours in SIDES[key].items():
        assert np.allclose(made.columns[ours][rows][use], golden[theirs].to_numpy()[use], rtol=1e-9, atol=1e-9), ours


def _modulo(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.subtract(column, pc.multiply(pc.divide(column, KEYS), KEYS))


def _part(file: Path, golden: pa.Table, key: str, folder: Path) -> Path:
    """The rows of the chosen keys from 40 days before the golden ones to their end."""
    table = pq.read_table(file)
    first, last = pc.min(golden["TX_TIME_DAYS"]).as_py(), pc.max(golden["TX_TIME_DAYS"]).as_py()
    days = table["TX_TIME_DAYS"]
    chosen = pc.and_(pc.equal(_modulo(table[key]), 3), pc.and_(pc.greater(days, first - 40), pc.less_equal(days, last)))
    part = folder / "part.parquet"
    pq.write_table(table.filter(chosen), part)
    return part


def _rows(made: History, golden: pa.Table) -> np.ndarray:
    """Where each golden row is in the history."""
    places = {identity: n for n, identity in enumerate(made.transaction_id)}
    return np.array([places[f"handbook-{number}"] for number in golden["TRANSACTION_ID"].to_pylist()])


def _tied(made: History, side: str) -> np.ndarray:
    _, key = np.unique(getattr(made, side).astype(str), return_inverse=True)
    both = np.stack([key, made.event_time])
    _, place, count = np.unique(both, axis=1, return_inverse=True, return_counts=True)
    return count[place.ravel()] > 1
