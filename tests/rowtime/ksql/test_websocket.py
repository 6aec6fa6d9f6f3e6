"""/ws/query, /ksql/terminate and what clusters send."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.rowtime.ksql.stack import Stack
from tests.rowtime.ksql.websocket import messages

DECLARED = """
CREATE STREAM s (id INT KEY, a INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT id, COUNT(*) AS n FROM s GROUP BY id;
INSERT INTO s VALUES (1, 5); INSERT INTO s VALUES (1, 6);
"""


@pytest.fixture
def stack() -> Iterator[Stack]:
    with Stack({"ksql.streams.auto.offset.reset": "earliest"}) as made:
        assert made.ksql(DECLARED).status_code == 200
        made.settle()
        yield made


def test_pull(stack: Stack) -> None:
    columns, *rows = messages(stack.url, {"ksql": "SELECT * FROM t;"})
    assert [c["name"] for c in columns] == ["ID", "N"] and columns[0]["type"] == "KEY"
    assert rows == [{"row": {"columns": [1, 2]}}, {"error": "done"}]


def test_push(stack: Stack) -> None:
    asked = {"ksql": "SELECT a FROM s EMIT CHANGES LIMIT 2;", "streamsProperties": {"auto.offset.reset": "earliest"}}
    _, *rows = messages(stack.url, asked)
    assert rows == [{"row": {"columns": [5]}}, {"row": {"columns": [6]}}, {"error": "done"}]
    assert not stack.server.service.push_queries


def test_print(stack: Stack) -> None:
    first, second = messages(stack.url, {"ksql": "PRINT s FROM BEGINNING LIMIT 2;"})
    assert "Value format: JSON" in first and 'value: {"A":6}' in second


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"ksql": "SELECT nope FROM t;"}, "cannot be resolved"),
        ({"ksql": "SHOW STREAMS;"}, "Only SELECT and PRINT"),
        ({"ksql": "SELECT"}, "Syntax Error"),
        ({}, '"ksql" is missing'),
        (5, "expected an object"),
    ],
)
def test_errors(stack: Stack, asked: object, told: str) -> None:
    (error,) = messages(stack.url, asked)
    assert told in error["message"] and error["error_code"] // 100 == 400


def test_terminate_drops_everything(stack: Stack) -> None:
    assert stack.post("/ksql/terminate", {"deleteTopicList": ["("]}).status_code == 400
    assert stack.post("/ksql/terminate", {"deleteTopicList": 5}).status_code == 400
    assert stack.post("/ksql/terminate", {"deleteTopicList": ["T"]}).status_code == 200
    assert stack.ksql("SHOW STREAMS;").json()[0]["streams"] == stack.ksql("SHOW TABLES;").json()[0]["tables"] == []
    assert stack.ksql("SHOW QUERIES;").json()[0]["queries"] == []
    assert [t["name"] for t in stack.ksql("SHOW TOPICS;").json()[0]["topics"]] == ["s"]


def test_heartbeats_are_heard(stack: Stack) -> None:
    for path in ("/heartbeat", "/lag"):
        assert stack.post(path, {"timestamp": 1}).json() == {"isOk": True}
