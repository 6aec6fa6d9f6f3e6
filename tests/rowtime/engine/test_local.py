"""The engine in this process: rows handed from query to query."""

from __future__ import annotations

from typing import Any

import pytest

from rowtime.engine.local import LocalEngine

STATEMENTS = """
CREATE STREAM s (k STRING KEY, ts BIGINT, amount DOUBLE, party STRING)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='AVRO', PARTITIONS=1, TIMESTAMP='ts');
CREATE TABLE t WITH (KAFKA_TOPIC='t') AS SELECT k, LATEST_BY_OFFSET(ts) AS ts,
  LATEST_BY_OFFSET(STRUCT(a := amount, p := party)) AS tx, LATEST_BY_OFFSET(party, 2) AS parties FROM s GROUP BY k;
CREATE STREAM c (k STRING KEY, ts BIGINT, tx STRUCT<a DOUBLE, p STRING>, parties ARRAY<STRING>)
  WITH (KAFKA_TOPIC='t', VALUE_FORMAT='AVRO', TIMESTAMP='ts');
CREATE STREAM part (k STRING KEY, ts BIGINT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='AVRO');
CREATE STREAM o WITH (KAFKA_TOPIC='o') AS SELECT tx->p AS p, k, ts, tx->a AS a, parties FROM c PARTITION BY tx->p;
CREATE STREAM p WITH (KAFKA_TOPIC='p') AS SELECT k, ts + 1 AS ts FROM part;
CREATE TABLE w WITH (KAFKA_TOPIC='w') AS SELECT k, COUNT(*) AS n FROM c WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY k;
"""
ROWS: list[tuple[Any, Any, int]] = [
    (("a",), (1, 0.5, "x"), 9), (("b",), (20_000, -0.0, None), 9), (None, (3, 1.0, "y"), 9), (("a",), None, 9),
    (("a",), (4, None, "z"), 9), (("a",), (None, 2.0, "x"), 9), (("a",), (70_000, 2.0, "v"), 9)]


def made(takes_rows: bool) -> LocalEngine:
    one = LocalEngine(takes_rows=takes_rows)
    one.execute(STATEMENTS)
    return one


def test_rows_handed_over_give_the_same_bytes() -> None:
    writer = LocalEngine(takes_rows=True)
    copy = "CREATE STREAM copy WITH (KAFKA_TOPIC='copy') AS SELECT * FROM s;"
    writer.execute(STATEMENTS.partition("CREATE TABLE")[0] + copy)
    writer.append_rows("s", ROWS)
    writer.run()
    sent = writer.records("copy")
    found = []
    for takes_rows in (False, True):
        one = made(takes_rows)
        one.append("s", sent)
        one.run()
        found.append({topic: one.records(topic) for topic in ("t", "o", "p", "w")})
    assert found[0] == found[1]
    assert all(found[0].values())


def test_rows_in_and_rows_out() -> None:
    one = made(takes_rows=True)
    one.append_rows("s", ROWS)
    one.run()
    assert [(r.key, r.row, r.timestamp) for r in one.rows("o")] == [
        (("x",), ("a", 1, 0.5, ["x"]), 1), ((None,), ("b", 20_000, -0.0, []), 20_000),
        (("z",), ("a", 4, None, ["x", "z"]), 4), (("v",), ("a", 70_000, 2.0, ["z", "v"]), 70_000)]


def test_rows_are_refused_where_only_bytes_will_do() -> None:
    one = LocalEngine(takes_rows=True)
    one.execute("CREATE STREAM j (k STRING KEY, v INT) WITH (KAFKA_TOPIC='j', VALUE_FORMAT='JSON', PARTITIONS=1);")
    with pytest.raises(ValueError, match="rows can be handed"):
        one.append_rows("j", [(("a",), (1,), 0)])
