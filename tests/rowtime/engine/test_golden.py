"""Recordings of a real ksqlDB, reproduced byte for byte."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.rowtime.engine.golden import Player, body, expected_records, expected_subjects, load


def played(shared: Path, name: str, **options: Any) -> tuple[Player, list[dict[str, Any]]]:
    recording = load(shared, name)
    player = Player(**options)
    player.play(recording)
    return player, recording


def records(player: Player, topic: str, partition: int | None = None) -> list[tuple]:
    return [(r.timestamp, r.key, body(r.value)) for r in player.engine.records(topic, partition)]


@pytest.mark.parametrize("name", ["enrichment", "chain", "features"])
def test_records_are_the_same(shared: Path, name: str) -> None:
    player, recording = played(shared, name)
    for topic, partitions in expected_records(recording).items():
        assert records(player, topic) == [(ts, k, body(v)) for ts, k, v in partitions[0]], topic


@pytest.mark.parametrize("name", ["enrichment", "chain", "features", "partitions", "windows", "joins"])
def test_schemas_are_the_same(shared: Path, name: str) -> None:
    player, recording = played(shared, name)
    assert player.subjects() == expected_subjects(recording)


@pytest.mark.parametrize("name", ["enrichment", "chain", "features", "partitions", "windows", "joins"])
def test_statements_are_told_the_same(shared: Path, name: str) -> None:
    player, recording = played(shared, name)
    assert player.entities() == player.expected


def by_partition(player: Player, topic: str) -> dict[int, list[tuple]]:
    count = player.engine.log.topics()[topic].partitions
    return {p: found for p in range(count) if (found := records(player, topic, p))}


def wanted(recording: list[dict[str, Any]], topic: str) -> dict[int, list[tuple]]:
    return {p: [(ts, k, body(v)) for ts, k, v in found] for p, found in expected_records(recording)[topic].items()}


def test_order_within_partitions(shared: Path) -> None:
    """What is read from one partition comes out in its order."""
    player, recording = played(shared, "partitions")
    for topic in ("fraud_flags", "account_recent", "transactions_scored"):
        assert by_partition(player, topic) == wanted(recording, topic), topic


def test_records_across_partitions(shared: Path) -> None:
    """Re-keyed records: the same in each partition, and of one source partition in its order."""
    player, recording = played(shared, "partitions")
    found, expected = by_partition(player, "transactions_enriched"), wanted(recording, "transactions_enriched")
    assert {p: Counter(r) for p, r in found.items()} == {p: Counter(r) for p, r in expected.items()}
    account = {p: {r[2][:8]: [x for x in rs if x[2][:8] == r[2][:8]] for r in rs} for p, rs in found.items()}
    assert account == {p: {r[2][:8]: [x for x in rs if x[2][:8] == r[2][:8]] for r in rs} for p, rs in expected.items()}


@pytest.mark.parametrize("topic", ["by_account", "by_type_hour"])
def test_tables_end_the_same(shared: Path, topic: str) -> None:
    player, recording = played(shared, "partitions")
    final = {p: {k: v for _, k, v in rs} for p, rs in by_partition(player, topic).items()}
    expected = {p: {k: v for _, k, v in rs} for p, rs in wanted(recording, topic).items()}
    if topic == "by_type_hour":  # transactions without a key went where the recorded producer chose
        assert {k: v for p in final.values() for k, v in p.items()} == {k: v for p in expected.values()
                                                                       for k, v in p.items()}
    else:
        assert final == expected


@pytest.mark.parametrize("topic", ["by_hour", "by_hop", "by_session"])
def test_windows(shared: Path, topic: str) -> None:
    player, recording = played(shared, "windows")
    assert records(player, topic) == wanted(recording, topic)[0]


def test_grouped_by_two_columns(shared: Path) -> None:
    """HISTOGRAM's entries may come in another order: Java's HashMap, filled in another way."""
    player, recording = played(shared, "windows")
    found, expected = records(player, "by_type"), wanted(recording, "by_type")[0]
    assert [(ts, k, sorted(v)) for ts, k, v in found] == [(ts, k, sorted(v)) for ts, k, v in expected]


@pytest.mark.parametrize("topic", ["transactions_by_id", "transactions_scored", "flags_by_account", "flags_by_hour"])
def test_joins(shared: Path, topic: str) -> None:
    player, recording = played(shared, "joins")
    assert records(player, topic) == wanted(recording, topic)[0]


def test_unmatched_rows_come_once_or_with_their_late_match(shared: Path) -> None:
    """The recorded server emitted unmatched rows at most once a second of its clock; here they come when due."""
    player, recording = played(shared, "joins")
    expected = {k for _, k, _ in wanted(recording, "transactions_unscored")[0]}
    assert {k for _, k, _ in records(player, "transactions_unscored")} == expected


@pytest.mark.parametrize("step", [1, 7, 5000])
@pytest.mark.parametrize("name", ["chain", "partitions", "joins"])
def test_any_size_of_step(shared: Path, name: str, step: int) -> None:
    one, _ = played(shared, name)
    other, _ = played(shared, name, step_records=step)
    for topic in one.engine.log.topics():
        assert by_partition(one, topic) == by_partition(other, topic), topic
