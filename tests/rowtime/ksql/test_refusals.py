"""Statements and requests that ksqlDB refuses, and its words for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.rowtime.ksql.stack import Stack

DECLARED = """
CREATE STREAM s (id INT KEY, a INT, e VARCHAR, g ARRAY<INT>, i STRUCT<x INT>, j DATE, d DECIMAL(6, 2))
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
"""
SOURCE = "CREATE STREAM x (a INT) WITH (KAFKA_TOPIC='x', VALUE_FORMAT='JSON', PARTITIONS=1, {});"
WINDOW = "CREATE TABLE x AS SELECT a, COUNT(*) FROM s WINDOW {} GROUP BY a;"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack() as made:
        assert made.ksql(DECLARED).status_code == 200
        yield made


def told(stack: Stack, body: dict[str, Any]) -> str:
    r = stack.post("/ksql", body)
    assert r.status_code >= 400, r.text
    return str(r.json()["message"])


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("CREATE STREAM x AS SELECT id, a FROM s LIMIT 3;", "CREATE STREAM AS SELECT statements don't support LIMIT"),
        (WINDOW.format("TUMBLING (SIZE 0 DAYS)"), "Size must be positive"),
        (WINDOW.format("HOPPING (SIZE 1 DAY, ADVANCE BY 2 DAYS)"), "less than window duration which is 86400000 ms"),
        (WINDOW.format("TUMBLING (SIZE 1 DAY, RETENTION 1 HOUR)"), "must be no smaller than its window size"),
        (SOURCE.format("CLEANUP_POLICY='compact'"), "Users can't set the CLEANUP_POLICY config manually"),
        (SOURCE.format("FORMAT='JSON'"), "Cannot supply both 'VALUE_FORMAT' and 'FORMAT' properties"),
        (SOURCE.format("TIMESTAMP='a', TIMESTAMP_FORMAT='yyyy'"), "when the timestamp column is of type STRING"),
        (SOURCE.replace("a INT", "a INT KEY").format("VALUE_SCHEMA_ID=9"), "VALUE_FORMAT should support schema"),
        (SOURCE.replace("JSON", "AVRO").format("VALUE_SCHEMA_ID=9"), "Table elements and VALUE_SCHEMA_ID cannot both"),
        (SOURCE.replace("a INT", "a INT, b INT").format("WRAP_SINGLE_VALUE=false"), "is only valid for single-field"),
        (SOURCE.replace("'x'", "''").format("REPLICAS=1"), "for property KAFKA_TOPIC: String must be non-empty"),
        (SOURCE.replace("'x'", "'a b'").format("REPLICAS=1"), "for property KAFKA_TOPIC: 1 to 249 of letters"),
        (SOURCE.replace("=1, ", "=0, ").format("REPLICAS=1"), "Invalid value 0 for property PARTITIONS"),
        ("CREATE OR REPLACE STREAM s (id INT KEY, e INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');",
         "(The following columns are changed, missing or reordered: [`A` INTEGER, `E` STRING,"),
        ("CREATE OR REPLACE TABLE s (id INT PRIMARY KEY, a INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');",
         "has type = KSTREAM which is not upgradeable to KTABLE"),
        ("INSERT INTO s (id, a) VALUES (1, 1.5);", "Expected type INTEGER for field `A` but got DECIMAL(1.5)"),
        ("INSERT INTO s (id, a) VALUES (1, 99999999999);", "INTEGER for field `A` but got BIGINT(99999999999)"),
        ("INSERT INTO s (id, d) VALUES (1, 12345.678);", "DECIMAL(6, 2) for field `D` but got DECIMAL(12345.678)"),
        ("INSERT INTO s (id, g) VALUES (1, ARRAY['a']);", "ARRAY<INTEGER> for field `G` but got ARRAY([a])"),
        ("INSERT INTO s (id, i) VALUES (1, STRUCT(x := 'a'));", "for field `I` but got STRUCT(Struct{X=a})"),
        ("INSERT INTO s (id, j) VALUES (1, 'x');", "got STRING(x). Date format must be yyyy-mm-dd"),
        ("INSERT INTO s (id, a) VALUES (1, a);", "Unsupported column reference in insert value: A"),
        ("INSERT INTO s VALUES (1, 2);", "Expected a value for each column. Expected Columns: []. Got [1, 2]"),
        ("INSERT INTO nope VALUES (1);", "Cannot insert values into an unknown stream/table: `NOPE`"),
        ("SET 'auto.offset.reset' = 'foo';", "String must be one of: latest, earliest, none"),
    ],
)  # fmt: skip
def test_statements(stack: Stack, statement: str, message: str) -> None:
    assert message in told(stack, {"ksql": statement})


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"streamsProperties": {"foo": "bar"}}, "Not recognizable as ksql, streams, consumer, or producer property"),
        ({"streamsProperties": {"bootstrap.servers": "x"}}, "Cannot override property 'bootstrap.servers'"),
    ],
)
def test_properties(stack: Stack, more: dict[str, Any], message: str) -> None:
    assert message in told(stack, {"ksql": "SHOW STREAMS;", **more})


def test_nothing_is_done_when_an_insert_is_wrong(stack: Stack) -> None:
    text = "CREATE STREAM y (a INT) WITH (KAFKA_TOPIC='y', VALUE_FORMAT='JSON', PARTITIONS=1);"
    text += "INSERT INTO y (b) VALUES (1);"
    assert "Column name `B` does not exist" in told(stack, {"ksql": text})
    assert "Y" not in [s["name"] for s in stack.ksql("SHOW STREAMS;").json()[0]["streams"]]


def test_an_unknown_variable_is_a_warning(stack: Stack) -> None:
    (answer,) = stack.ksql("UNDEFINE nothing;").json()
    assert (answer["@type"], answer["message"]) == (
        "warning_entity", "Cannot undefine variable 'nothing' which was never defined")  # fmt: skip


def test_explain_shows_the_generated_python(stack: Stack) -> None:
    (answer,) = stack.ksql("EXPLAIN CREATE STREAM x AS SELECT id, a + 1 AS b FROM s;").json()
    assert "def input_0(" in answer["queryDescription"]["executionPlan"]
