"""Pull and push queries."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from rowtime.engine.engine import Engine
from rowtime.engine.push import PushRow
from rowtime.errors import KsqlError
from rowtime.log.memory import MemoryLog
from rowtime.registry.store import SchemaStore
from rowtime.sql import ast
from rowtime.sql.parser import parse_statements
from tests.rowtime.engine.golden import Player, load
from tests.rowtime.engine.scenario import append, engine, records


@pytest.fixture(scope="module")
def played(shared: Path) -> Player:
    player = Player()
    player.play(load(shared, "windows"))
    return player


def test_keys_and_windows(played: Player) -> None:
    pull = played.engine.pull
    everything = pull("SELECT * FROM by_hour;")
    assert [(c.name, c.kind.value) for c in everything.columns][:4] == [
        ("ACCOUNT_ID", "KEY"), ("WINDOWSTART", "KEY"), ("WINDOWEND", "KEY"), ("N", "VALUE")]
    one = pull("SELECT * FROM by_hour WHERE account_id='a003';").rows
    assert one == [r for r in everything.rows if r[0] == "a003"]
    some = pull("SELECT * FROM by_hour WHERE account_id='a003' AND WINDOWSTART >= 1767225600000 "
                "AND WINDOWEND <= 1767247200000;").rows
    assert some == [r for r in one if r[1] >= 1767225600000 and r[2] <= 1767247200000]
    by_text = pull("SELECT * FROM by_hop WHERE account_id='a003' AND WINDOWSTART >= '2026-01-01T03:00:00' "
                   "AND WINDOWSTART < '2026-01-01T08:00:00';").rows
    assert by_text == pull("SELECT * FROM by_hop WHERE account_id='a003' AND WINDOWSTART >= 1767236400000 "
                           "AND WINDOWSTART < 1767254400000;").rows
    late = pull("SELECT * FROM by_hop WHERE account_id='a003' AND WINDOWSTART >= '2026-01-01';").rows
    assert late and all(r[1] >= 1767225600000 for r in late)


def test_two_key_columns_in_and_limit(played: Player) -> None:
    pull = played.engine.pull
    rows = pull("SELECT n, account_id FROM by_type WHERE type='DEBIT' AND account_id IN ('a001', 'a002');").rows
    assert {r[1] for r in rows} <= {"a001", "a002"}
    assert len(pull("SELECT * FROM by_type LIMIT 3;").rows) == 3
    assert all(r[2] > 4 for r in pull("SELECT type, account_id, n FROM by_type WHERE n > 4;").rows)


def test_pull_on_a_stream_reads_all_of_it() -> None:
    one = engine()
    append(one, records(5, 60))
    one.run()
    assert [r[0] for r in one.pull("SELECT a FROM s WHERE a > 3;").rows] == [
        r[0] for r in one.pull("SELECT a FROM s;").rows if r[0] is not None and r[0] > 3]
    assert len(one.pull("SELECT a FROM s LIMIT 2;").rows) == 2


@pytest.mark.parametrize("text", ["SELECT * FROM t;", "SELECT COUNT(*) FROM by_key GROUP BY k;"])
def test_refused(text: str) -> None:
    with pytest.raises(KsqlError):
        engine().pull(text)


def query(text: str) -> ast.Query:
    statement = parse_statements(text)[0].statement
    assert isinstance(statement, ast.QueryStatement)
    return statement.query


async def collect(text: str, statements: str, more: str = "") -> list[PushRow]:
    """Rows of a push query that has a LIMIT."""
    one = Engine(MemoryLog(), SchemaStore())
    running = asyncio.ensure_future(one.run())
    try:
        await one.execute_text(statements)
        push = await one.push(query(text), {"auto.offset.reset": "earliest"})
        await one.execute_text(more)
        return [row for rows in [r async for r in push] for row in rows]
    finally:
        running.cancel()


SOURCE = ("CREATE STREAM s (k STRING KEY, a INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2);"
          "INSERT INTO s VALUES ('x', 1); INSERT INTO s VALUES ('x', 2);")


def test_push_ends_at_its_limit_and_sees_what_comes_later() -> None:
    rows = asyncio.run(asyncio.wait_for(collect(
        "SELECT k, a * 2 AS b FROM s EMIT CHANGES LIMIT 3;", SOURCE, "INSERT INTO s VALUES ('x', 3);"), 20))
    assert rows == [PushRow(("x", 2)), PushRow(("x", 4)), PushRow(("x", 6))]


def test_push_aggregates() -> None:
    rows = asyncio.run(asyncio.wait_for(collect(
        "SELECT a, COUNT(*) AS n FROM s GROUP BY a EMIT CHANGES LIMIT 3;", SOURCE,
        "INSERT INTO s VALUES ('x', 2);"), 20))
    assert [r.values for r in rows] == [(1, 1), (2, 1), (2, 2)]


def test_push_on_a_table_tells_deletes() -> None:
    table = ("CREATE TABLE t (k STRING PRIMARY KEY, a INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);"
             "INSERT INTO t VALUES ('x', 7); INSERT INTO t VALUES ('x', 1); ")
    rows = asyncio.run(asyncio.wait_for(collect("SELECT a, k FROM t WHERE a > 5 EMIT CHANGES LIMIT 2;", table), 20))
    assert rows == [PushRow((7, "x")), PushRow((None, "x"), tombstone=True)]
