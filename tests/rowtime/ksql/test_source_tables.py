"""Push queries and source tables over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.rowtime.ksql.stack import Stack

EARLIEST = {"auto.offset.reset": "earliest"}
DECLARED = """
CREATE STREAM s (id INT KEY, a INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE w AS SELECT id, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY id HAVING SUM(a) > 0;
CREATE TABLE g AS SELECT ARRAY[id] AS k, COUNT(*) AS n FROM s GROUP BY ARRAY[id] EMIT CHANGES;
"""


@pytest.fixture
def stack() -> Iterator[Stack]:
    with Stack({"ksql.streams.auto.offset.reset": "earliest"}) as made:
        r = made.ksql(DECLARED.replace("CREATE TABLE g AS", "CREATE TABLE g WITH (FORMAT='JSON') AS"))
        assert r.status_code == 200, r.text
        for values in ("1500, 1, 5", "1600, 1, -9", "1700, 1, 7", "2500, 2, 3"):
            assert made.ksql(f"INSERT INTO s (rowtime, id, a) VALUES ({values});").status_code == 200
        made.ksql("INSERT INTO t VALUES (1, 'x'); INSERT INTO t VALUES (1, 'y'); INSERT INTO t VALUES (2, 'z');")
        made.settle()
        yield made


def test_source_tables_can_be_pulled(stack: Stack) -> None:
    text = "CREATE SOURCE TABLE st (id INT PRIMARY KEY, v VARCHAR) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');"
    (answer,) = stack.ksql(text).json()
    assert answer["commandStatus"]["message"].startswith("Created query with ID CST_ST_")
    stack.settle()
    assert stack.rows("SELECT * FROM st WHERE id = 1;") == [[1, "y"]]
    assert sorted(stack.rows("SELECT * FROM st;")) == [[1, "y"], [2, "z"]]
    assert stack.ksql("INSERT INTO st VALUES (3, 'x');").status_code == 400
    assert stack.ksql("DROP TABLE st;").status_code == 200
    assert len(stack.ksql("SHOW QUERIES;").json()[0]["queries"]) == 2


def test_windows_show_their_bounds(stack: Stack) -> None:
    assert stack.rows("SELECT * FROM w EMIT CHANGES LIMIT 3;", EARLIEST) == [[1, 1000, 2000, 1], [1, 1000, 2000, 3]]
    body = {"ksql": "SELECT n, windowend FROM w EMIT CHANGES LIMIT 2;", "streamsProperties": EARLIEST}
    rows = stack.post("/query", body, "application/json").json()
    assert rows[2] == {"row": {"columns": [None, 2000], "tombstone": True}}


def test_aggregates_without_a_group(stack: Stack) -> None:
    rows = stack.rows("SELECT COUNT(*) AS n, SUM(a) AS total FROM s EMIT CHANGES LIMIT 4;", EARLIEST)
    assert rows == [[1, 5], [2, -4], [3, 3], [4, 6]]
    refused = stack.ksql("CREATE TABLE x AS SELECT COUNT(*) AS n FROM s;")
    assert "without a GROUP BY clause" in refused.json()["message"]


def test_keys_that_are_arrays(stack: Stack) -> None:
    assert stack.rows("SELECT * FROM g WHERE k = ARRAY[1];") == [[[1], 3]]


def test_the_end_of_a_day_is_a_time(stack: Stack) -> None:
    rows = stack.rows("SELECT n FROM w WHERE id = 2 AND WINDOWSTART < '1970-01-01T24';")
    assert rows == [[1]]
