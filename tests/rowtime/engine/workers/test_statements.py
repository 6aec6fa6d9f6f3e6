"""Statements after the first: every process does what process 0 does."""

from __future__ import annotations

import pytest

from rowtime.engine.query import QueryError
from rowtime.errors import RowtimeError
from rowtime.log.api import Record
from tests.rowtime.engine.workers.divided import Divided

SOURCE = "CREATE STREAM s (k STRING KEY, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=4);"
KEYS = [b"key-%d" % i for i in range(12)]


def insert(one: Divided) -> None:
    one.append("s", [Record(key, b'{"n": 1}', 1) for key in KEYS])
    one.run()


def counts(one: Divided, table: str = "c") -> dict[str, int]:
    return dict(one.first.pull(f"SELECT k, n FROM {table};").rows)  # type: ignore[arg-type]


@pytest.fixture
def one() -> Divided:
    made = Divided(3)
    made.execute(SOURCE + "CREATE TABLE c AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;")
    insert(made)
    return made


def all_are(one: Divided, count: int) -> bool:
    return counts(one) == {key.decode(): count for key in KEYS}


def test_paused_and_resumed_everywhere(one: Divided) -> None:
    one.execute("PAUSE ALL;")
    insert(one)
    assert all_are(one, 1)
    assert [e.engine.queries[q].state for e in one.engines for q in e.engine.queries] == ["PAUSED"] * 3
    one.execute("RESUME ALL;")
    one.run()
    assert all_are(one, 2)


def test_a_pause_outlives_the_processes(one: Divided) -> None:
    one.execute("PAUSE ALL;")
    again = one.again()
    insert(again)
    assert all_are(again, 1)


def test_terminated_everywhere(one: Divided) -> None:
    (query,) = one.first.engine.queries
    one.execute(f"TERMINATE {query};")
    insert(one)
    assert [list(e.engine.queries) for e in one.engines] == [[], [], []]
    assert sum(map(len, one.by_partition("C").values())) == len(KEYS)


def test_dropped_and_made_again_with_other_partitions(one: Divided) -> None:
    one.execute("DROP TABLE c DELETE TOPIC;")
    one.execute("CREATE TABLE c WITH (PARTITIONS=2) AS SELECT k, SUM(n) AS n FROM s GROUP BY k;")
    insert(one)
    assert all_are(one, 2)
    again = one.again()
    insert(again)
    assert all_are(again, 3)


def test_what_was_dropped_with_its_topic_stays_away_after_a_restart(one: Divided) -> None:
    one.execute("DROP TABLE c DELETE TOPIC;")
    assert set(one.again().log.topics()) == {"s"}


def test_processes_that_start_late_do_what_was_done(one: Divided) -> None:
    """Sources that are gone, types, tables made of tables."""
    one.execute("CREATE TYPE point AS STRUCT<x INT>;"
                "CREATE STREAM p (k STRING KEY, place point) WITH (KAFKA_TOPIC='p', VALUE_FORMAT='JSON', PARTITIONS=4);"
                "DROP STREAM p DELETE TOPIC;"
                "CREATE TABLE d AS SELECT k, n FROM c WHERE n > 1;")
    again = one.again()
    insert(again)
    assert counts(again, "d") == {key.decode(): 2 for key in KEYS}


def test_a_failed_query_stops_everywhere(one: Divided) -> None:
    (query,) = one.first.engine.queries
    one.first.engine.queries[query].fail(QueryError("it failed"))
    one.first.engine.team.failed(query, QueryError("it failed"))
    insert(one)
    assert all_are(one, 1)


def test_another_number_is_refused(one: Divided) -> None:
    with pytest.raises(RowtimeError, match="used with --workers 3, which cannot be changed"):
        Divided(2, log=one.log, schemas=one.schemas)
