"""Statements and queries as a whole: what fails alone, what is skipped, what is refused."""

from __future__ import annotations

import json

import pytest

from rowtime.engine.local import LocalEngine, drive
from rowtime.errors import StatementError
from rowtime.log.api import Record

STREAM = ("CREATE STREAM s (k STRING KEY, a INT, d DECIMAL(4, 2)) "
          "WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);")


def made(*statements: str, **options: int) -> LocalEngine:
    engine = LocalEngine(**options)
    engine.execute(STREAM + "".join(statements))
    return engine


def put(engine: LocalEngine, *values: object) -> None:
    engine.append("s", [Record(b"x", v if isinstance(v, bytes) else json.dumps(v).encode(), i)
                        for i, v in enumerate(values)])


def values(engine: LocalEngine, topic: str) -> list[object]:
    return [None if r.value is None else json.loads(r.value) for r in engine.records(topic)]


def test_a_query_that_fails_stops_alone() -> None:
    engine = made("CREATE TABLE sums AS SELECT k, SUM(d) AS total FROM s GROUP BY k;",
                  "CREATE STREAM good AS SELECT k, a FROM s;")
    put(engine, {"A": 1, "D": 99.0}, {"A": 2, "D": 99.0}, {"A": 3, "D": 1.0})
    with pytest.raises(RuntimeError, match="CTAS_SUMS"):
        engine.run()
    states = {q.sink: q.state for q in engine.engine.queries.values()}
    assert states == {"SUMS": "ERROR", "GOOD": "RUNNING"}
    assert values(engine, "GOOD") == [{"A": 1}, {"A": 2}, {"A": 3}]


def test_an_unreadable_record_is_skipped_and_told() -> None:
    engine = LocalEngine()
    engine.create_topic("default_ksql_processing_log")
    engine.execute(STREAM + "CREATE STREAM good AS SELECT k, a FROM s;")
    put(engine, {"A": 1}, b"{", {"A": "many"}, {"A": 4})
    engine.run()
    assert values(engine, "GOOD") == [{"A": 1}, {"A": 4}]
    told = [json.loads(r.value or b"") for r in engine.records("default_ksql_processing_log")]
    assert [(t["message"]["deserializationError"]["topic"], t["message"]["deserializationError"]["offset"])
            for t in told] == [("s", 1), ("s", 2)]


@pytest.mark.parametrize("partitions", [1, 2])
def test_failures_are_told_in_order_with_their_place(partitions: int) -> None:
    """Expressions that fail and records that cannot be read, side by side."""
    engine = LocalEngine()
    engine.create_topic("default_ksql_processing_log")
    engine.execute(STREAM.replace("PARTITIONS=1", f"PARTITIONS={partitions}"))
    engine.execute("CREATE STREAM o AS SELECT k, 10 / a AS x FROM s;")
    given = [b'{"A": 0}', b"{", b'{"A": 5}', b'{"A": 0}', b'{"A": 2}', b"[", b'{"A": 0}']
    for i, value in enumerate(given):
        engine.append("s", [Record(b"x", value, i)], i % partitions)
    engine.run()
    told = [json.loads(r.value or b"")["message"] for r in engine.records("default_ksql_processing_log")]
    parts = [m.get("recordProcessingError") or m["deserializationError"] for m in told]
    assert [part["offset"] * partitions + part["partition"] for part in parts] == [0, 1, 3, 5, 6]
    assert [m["type"] for m in told] == [1, 0, 1, 0, 1]
    assert sorted(json.dumps(value) for value in values(engine, "O")) == sorted(
        json.dumps({"X": x}) for x in (None, 2, None, 5, None))


def test_an_expression_that_fails_is_null_in_its_column_only() -> None:
    engine = made("CREATE STREAM o AS SELECT k, 10 / a AS x, a + 1 AS y FROM s;",
                  "CREATE STREAM f AS SELECT k, a FROM s WHERE 10 / a > 1;")
    put(engine, {"A": 5}, {"A": 0})
    engine.run()
    assert values(engine, "O") == [{"X": 2, "Y": 6}, {"X": None, "Y": 1}]
    assert values(engine, "F") == [{"A": 5}]


def test_nothing_is_done_when_a_later_statement_is_wrong() -> None:
    engine = LocalEngine()
    with pytest.raises(StatementError, match="NOWHERE does not exist"):
        engine.execute(STREAM + "CREATE STREAM o AS SELECT * FROM s; CREATE STREAM p AS SELECT * FROM nowhere;")
    assert not engine.log.topics()
    assert not engine.engine.metastore.sources


@pytest.mark.parametrize(("statement", "message"), [
    ("CREATE STREAM o AS SELECT k, a FROM s WHERE k;", "Should evaluate to boolean but is STRING"),
    ("CREATE STREAM o AS SELECT k, COUNT(*) FROM s GROUP BY k;", "Please use CREATE TABLE AS SELECT"),
    ("CREATE TABLE o AS SELECT k, a FROM s;", "Please use CREATE STREAM AS SELECT"),
    ("CREATE STREAM o AS SELECT a, d FROM s;", "must include the key column K"),
    ("CREATE STREAM o WITH (NONSENSE=1) AS SELECT * FROM s;", "NONSENSE"),
    ("CREATE STREAM o WITH (VALUE_FORMAT='PROTOBUF') AS SELECT * FROM s;", "PROTOBUF format is not supported"),
    ("CREATE STREAM s (a INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');", "with the same name already exists"),
    ("CREATE TABLE t (a INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');", "Tables require a PRIMARY KEY"),
    ("CREATE STREAM h (a BYTES HEADER('x')) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');", "HEADER"),
    ("CREATE TABLE u (k STRING PRIMARY KEY, a INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');"
     "CREATE STREAM o AS SELECT s.k, u.a FROM s JOIN u ON s.k = u.k;", "Two sources of one query read the topic 's'"),
    ("CREATE TABLE w AS SELECT k, COUNT(*) AS n FROM s WINDOW SESSION (1 SECOND) GROUP BY k EMIT FINAL;", "SESSION"),
])
def test_refused_with_a_message(statement: str, message: str) -> None:
    engine = made()
    with pytest.raises(StatementError, match=message.replace("(", r"\(")):
        engine.execute(statement)


def test_drop_names_what_depends_on_it() -> None:
    engine = made("CREATE STREAM o AS SELECT * FROM s;")
    with pytest.raises(StatementError, match=r"read from this source: \[O\]"):
        engine.execute("DROP STREAM s;")
    engine.execute("DROP STREAM o DELETE TOPIC; DROP STREAM s;")
    assert list(engine.log.topics()) == ["s"]
    assert not engine.engine.queries


def test_paused_queries_catch_up() -> None:
    engine = made("CREATE STREAM o AS SELECT * FROM s;")
    query = next(iter(engine.engine.queries))
    engine.execute(f"PAUSE {query};")
    put(engine, {"A": 1})
    engine.run()
    assert values(engine, "O") == []
    engine.execute(f"RESUME {query};")
    engine.run()
    assert len(values(engine, "O")) == 1


def test_insert_into_adds_to_a_stream() -> None:
    engine = made("CREATE STREAM o AS SELECT k, a FROM s WHERE a > 5;",
                  "INSERT INTO o SELECT k, -a AS a FROM s WHERE a < 3;")
    put(engine, {"A": 7}, {"A": 1}, {"A": 4})
    engine.run()
    assert sorted(v["A"] for v in values(engine, "O")) == [-1, 7]  # type: ignore[index]
    with pytest.raises(StatementError, match="Incompatible schema"):
        engine.execute("INSERT INTO o SELECT k, a, d FROM s;")


def test_auto_offset_reset_latest_reads_what_comes_after() -> None:
    engine = made()
    put(engine, {"A": 1})
    engine.execute("CREATE STREAM o AS SELECT * FROM s;", {"auto.offset.reset": "latest"})
    put(engine, {"A": 2})
    engine.run()
    assert [v["A"] for v in values(engine, "O")] == [2]  # type: ignore[index]


def test_source_code_is_kept_and_constants_stay_out_of_it() -> None:
    engine = made("CREATE STREAM o AS SELECT k, CONCAT('it''s __import__', k) AS x FROM s WHERE a = 4711;")
    code = next(iter(engine.engine.queries.values())).source_code()
    assert "def input_0" in code
    assert "__import__" not in code and "4711" not in code


def test_failed_statements_leave_no_topic() -> None:
    engine = made()
    for text in ("CREATE STREAM o AS SELECT k, WONT_FIND(a) FROM s;",
                 "CREATE STREAM o AS SELECT k FROM s WHERE a = 'x';"):
        with pytest.raises(StatementError):
            engine.execute(text)
    assert list(engine.log.topics()) == ["s"]
    assert drive(engine.log.events("command"))[-1]["sequence"] == 0
