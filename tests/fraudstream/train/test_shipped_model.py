"""The model that ships and the data it was made from."""

from __future__ import annotations

from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from fraudstream.replay.mapping import load
from fraudstream.train.cache_key import data_sha256
from fraudstream.train.stage import Scripts
from scoring.model.load import load_model


def test_history_ends_before_the_demo_begins(root: Path) -> None:
    """So that the demo's precision and recall are out of sample."""
    arrived = [pq.read_table(root / "data" / part / "transactions.parquet", columns=["ingested_at"])["ingested_at"]
               for part in ("history", "demo")]
    assert pc.max(arrived[0]).as_py() < pc.min(arrived[1]).as_py()


def test_it_was_trained_on_the_data_and_the_sql_that_ship(root: Path) -> None:
    training = load_model(root / "config" / "model.json").training
    assert training["sql_sha256"] == Scripts().sha256
    assert training["data_sha256"] == data_sha256(root / "data" / "history" / "transactions.parquet",
                                                  load("simulator"), None)
    assert {"metrics", "libraries", "window"} <= training.keys()
