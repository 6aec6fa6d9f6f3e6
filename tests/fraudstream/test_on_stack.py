"""The tools on an embedded stack: deploy a small script, feed it, read it back, take it down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest
from confluent_kafka import TopicPartition

from fraudstream.addresses import Addresses
from fraudstream.deploy import deploy, teardown
from fraudstream.errors import UserError
from fraudstream.kafka import reader
from fraudstream.ksqldb import Client
from fraudstream.replay import replay, simulate_live
from fraudstream.simulate import Faults, Settings
from fraudstream.simulate.tables import write
from tests.e2e.stacks import embedded

SETTINGS = Settings(seed=6, days=2, accounts=60, transactions_per_day=150, faults=Faults.all(0.02))
SQL = """-- Amounts by type.
CREATE STREAM transactions (account_id STRING KEY, transaction_id STRING, type STRING, amount DOUBLE)
  WITH (KAFKA_TOPIC='transactions', VALUE_FORMAT='AVRO');
CREATE TABLE by_type AS SELECT type, COUNT(*) AS n FROM transactions GROUP BY type EMIT CHANGES;
"""


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    with embedded(tmp_path_factory.mktemp("rowtime")) as addresses:
        yield addresses


@pytest.fixture(scope="module")
def sql(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    folder = tmp_path_factory.mktemp("sql")
    copy(root / "sql" / "topics.toml", folder)
    (folder / "010_by_type.sql").write_text(SQL, encoding="utf-8")
    return folder


def outcomes(report: object) -> set[str]:
    return {action.outcome for action in report.actions}  # type: ignore[attr-defined]


def test_before_deployment_a_replay_says_what_to_do(addresses: Addresses, tmp_path: Path) -> None:
    write(SETTINGS, tmp_path)
    with pytest.raises(UserError, match="run `fraudstream deploy` first"):
        replay(tmp_path, addresses)


def test_deploy_once_then_nothing(addresses: Addresses, sql: Path) -> None:
    assert outcomes(deploy(addresses, sql=sql, dry_run=True)) == {"would create"}
    assert outcomes(deploy(addresses, sql=sql)) == {"created"}
    assert outcomes(deploy(addresses, sql=sql)) == {"unchanged"}


def test_other_partitions_differ(addresses: Addresses, sql: Path) -> None:
    report = deploy(addresses, sql=sql, partitions=9)
    assert not report.ok
    assert "it has 4 partitions, not 9" in report.actions[0].detail


def test_a_wrong_statement_is_named_by_file_line_and_column(addresses: Addresses, sql: Path, tmp_path: Path) -> None:
    (tmp_path / "020_bad.sql").write_text("-- one\nCREATE STREAM bad AS\n  SELEC * FROM transactions;\n")
    report = deploy(addresses, sql=tmp_path)
    assert not report.ok
    assert report.actions[-1].detail.startswith(f"{tmp_path / '020_bad.sql'}:3:3: line 2:3: Syntax Error")


def test_replay_arrives_keyed_and_stamped(addresses: Addresses, sql: Path, tmp_path: Path) -> None:
    write(SETTINGS, tmp_path)
    first = replay(tmp_path, addresses, limit=100, labels="elapsed")
    rest = replay(tmp_path, addresses, skip=100)
    live = simulate_live(Settings(seed=7, days=1, accounts=60, transactions_per_day=100), addresses, rate="max")
    consumer = reader(addresses.kafka)
    arrived = {topic: _read(consumer, topic) for topic in ("transactions", "fraud_labels")}
    consumer.close()
    assert len(arrived["transactions"]) == first.transactions + rest.transactions + live.transactions
    assert len(arrived["fraud_labels"]) == first.labels + rest.labels + live.labels
    decodable = sum(s.transactions - s.undecodable for s in (first, rest, live))
    with Client(addresses.ksqldb) as client:
        rows = client.push("SELECT type, n FROM by_type EMIT CHANGES;", {"auto.offset.reset": "earliest"})
        counts: dict[str, int] = {}
        for row in rows:
            counts[row["TYPE"]] = row["N"]
            if sum(counts.values()) == decodable:
                rows.close()
    assert sum(counts.values()) == decodable


def test_teardown_leaves_nothing(addresses: Addresses, sql: Path) -> None:
    report = teardown(addresses, sql=sql)
    assert report.ok and "deleted" in outcomes(report)
    with Client(addresses.ksqldb) as client:
        assert client.show("streams") == client.show("tables") == client.show("queries") == []
    assert outcomes(deploy(addresses, sql=sql, dry_run=True)) == {"would create"}


def _read(consumer: object, topic: str) -> list[object]:
    consumer.assign([TopicPartition(topic, p, 0) for p in range(4)])  # type: ignore[attr-defined]
    open_partitions, messages = 4, []
    while open_partitions:
        message = consumer.poll(30)  # type: ignore[attr-defined]
        assert message is not None
        if message.error():
            open_partitions -= 1
        else:
            messages.append(message)
    return messages
