"""Enriched history: the same in one process and in two, the same as through Kafka records, kept, and labelled."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from fraudstream.errors import UserError
from fraudstream.replay.feed import Feed
from fraudstream.replay.labels import LabelQueue, read
from fraudstream.replay.mapping import load
from fraudstream.replay.rows import Label, Transaction, rows
from fraudstream.replay.source import open_source
from fraudstream.train.history import FEATURES, LABELS, history
from fraudstream.train.stage import Scripts
from tests.sql.cases import Message
from tests.sql.in_process import Pipeline


def test_two_processes_make_what_one_makes(simulated: Path, cache: Path, tmp_path: Path) -> None:
    two, one = history(simulated, cache=cache), history(simulated, cache=tmp_path, processes=1)
    assert pq.read_table(two.folder / FEATURES).equals(pq.read_table(one.folder / FEATURES))
    assert pq.read_table(two.folder / LABELS).equals(pq.read_table(one.folder / LABELS))
    assert two.about == one.about


class _Recorder:
    """A sender that keeps what would be produced, labels of every 500 transactions before them."""

    def __init__(self) -> None:
        self.transactions = self.labels = self.undecodable = 0
        self.parts: list[tuple[list[Message], list[Message]]] = [([], [])]

    def transaction(self, row: Transaction) -> None:
        key, time, arrival, value = row
        self.transactions += 1
        if isinstance(value, dict):
            self.parts[-1][1].append(Message("transactions", key, value, min(time, arrival)))
        if self.transactions % 500 == 0:
            self.parts.append(([], []))

    def label(self, label: Label) -> None:
        identity, time, value = label
        self.parts[-1][0].append(Message("fraud_labels", identity, value, time))

    def wait(self, seconds: float) -> None:
        pass

    def flush(self) -> None:
        pass


def test_columns_are_those_of_the_encoded_stream(simulated: Path, cache: Path) -> None:
    """Rows passed without encoding, in chunks of another size, give what Avro records through every query give.

    A ring of labels that has overflowed holds as many fewer as have come ahead of their time: such rows are marked.
    """
    found, recorder = history(simulated, cache=cache), _Recorder()
    mapping = load("simulator")
    file = open_source(simulated, mapping.columns(), mapping.texts())
    Feed(recorder, labels="elapsed").run(  # type: ignore[arg-type]
        rows(file, mapping), LabelQueue(read(simulated / "labels.parquet")))
    pipeline = Pipeline()
    for labels, transactions in recorder.parts:
        pipeline.send([*labels, *transactions])
    encoded = pipeline.values("transactions_enriched")
    assert [row["_KEY"] for row in encoded] == found.transaction_id.tolist()
    for name in set(encoded[0]) - {"_KEY", "_TIMESTAMP", "MEASURES", "ATTRIBUTES"}:
        for row, value in zip(encoded, found.columns[name].tolist(), strict=True):
            if row["COUNTERPARTY_LABELS_TRUNCATED"] and any(word in name for word in ("LABEL", "FRAUD", "RISK")):
                continue
            assert row[name] == value or (row[name] is None and (value is None or math.isnan(value))), (name, row)


def test_labels_with_the_moment_they_became_known(simulated: Path, cache: Path) -> None:
    found = history(simulated, cache=cache)
    table = pq.read_table(simulated / "labels.parquet", columns=["transaction_id", "is_fraud"])
    truth = dict(zip(table["transaction_id"].to_pylist(), table["is_fraud"].to_pylist(), strict=True))
    wanted = [float(truth[identity]) if identity in truth else None for identity in found.transaction_id]
    assert [None if math.isnan(x) else x for x in found.label.tolist()] == wanted
    known = found.labelled_at >= 0
    assert (known == ~np.isnan(found.label)).all()
    assert (found.labelled_at[known] >= found.event_time[known]).all()
    assert set(found.fraud_kind[found.label == 0]) == {None}


def test_it_is_made_once(simulated: Path, cache: Path) -> None:
    history(simulated, cache=cache)
    told: list[int] = []
    again = history(simulated, cache=cache, on_progress=told.append)
    assert not told and again.about["transactions"] > len(again) > 0
    assert len(list(cache.iterdir())) == 1


def test_other_sql_is_made_anew(simulated: Path, cache: Path, tmp_path: Path, root: Path) -> None:
    first = history(simulated, cache=cache)
    for file in (root / "sql").iterdir():
        text = file.read_text(encoding="utf-8")
        (tmp_path / file.name).write_text(text.replace("21600000", "0"), encoding="utf-8")
    other = history(simulated, sql=tmp_path, cache=cache, limit=1_000)
    assert other.folder != first.folder and other.sql_sha256 != first.sql_sha256


CARDS = """
[columns]
account_id = "card"
counterparty_id = "shop"
amount = "sum"
[id]
prefix = "c"
[time]
column = "when"
[labels]
column = "bad"
[extra]
category = "kind"
distance = "far"
"""


def test_extra_columns_become_columns(tmp_path: Path) -> None:
    lines = [f"{n % 7},{n % 5},{n}.5,2025-09-{1 + n // 20:02d}T00:00:{n % 20:02d},{n % 9 == 0:d},"
             f"{'food' if n % 2 else 'travel'},{'' if n % 3 == 0 else n * 1.5}" for n in range(200)]
    (tmp_path / "cards.csv").write_text("card,shop,sum,when,bad,kind,far\n" + "\n".join(lines) + "\n")
    (tmp_path / "cards.toml").write_text(CARDS)
    found = history(tmp_path / "cards.csv", mapping=str(tmp_path / "cards.toml"), cache=tmp_path / "cache", processes=1)
    assert found.extra == (("ATTRIBUTES.category", "category"), ("MEASURES.distance", "number"))
    assert found.columns["ATTRIBUTES.category"].tolist() == ["food" if n % 2 else "travel" for n in range(200)]
    assert [None if math.isnan(x) else x for x in found.columns["MEASURES.distance"].tolist()] == \
        [None if n % 3 == 0 else n * 1.5 for n in range(200)]
    assert json.loads((found.folder / "about.json").read_text())["enriched"] == 200


def test_sql_without_the_stream_is_refused(tmp_path: Path, root: Path) -> None:
    (tmp_path / "010_transactions.sql").write_text((root / "sql" / "010_transactions.sql").read_text())
    with pytest.raises(UserError, match="no script creates transactions_enriched"):
        Scripts(tmp_path)
