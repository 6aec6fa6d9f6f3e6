"""The Fraud Detection Handbook's own windowed features, recomputed by sql/: equal row by row.

Whole customers, and whole terminals, from 40 days before the first golden row; `make golden` takes the whole file.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from benchmarks.model import golden as book
from fraudstream.train.history import history

KEYS = 100
"""One key in so many."""


@pytest.mark.parametrize("key", book.SIDES)
def test_golden_features(shared: Path, tmp_path: Path, key: str) -> None:
    golden = pq.read_table(shared / "data/handbook_features_golden.parquet").sort_by("TRANSACTION_ID")
    golden = golden.filter(pc.equal(_modulo(golden[key]), 3))
    made = history(_part(shared / "data/handbook_transactions.parquet", golden, key, tmp_path), mapping="handbook",
                   cache=tmp_path / "cache", processes=1)
    found = book.compare(made, golden)
    side = found["sides"][key]
    assert side["marked"] <= 0.01 * found["rows"] and side["tied"] <= 0.001 * found["rows"] and side["compared"] > 500
    assert {name: found["features"][name]["differ"] for name in book.SIDES[key]} == dict.fromkeys(book.SIDES[key], 0)


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
