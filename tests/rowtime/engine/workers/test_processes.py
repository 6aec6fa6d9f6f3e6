"""`rowtime serve --workers`: statements, pull queries, errors and kills with worker processes."""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from rowtime.errors import RowtimeError
from rowtime.serve import Stack

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at /proc")
EARLIEST = {"auto.offset.reset": "earliest"}
KEYS = [f"key-{i}" for i in range(12)]
SQL = """
    CREATE STREAM s (k STRING KEY, g STRING, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='AVRO', PARTITIONS=4);
    CREATE TABLE counts AS SELECT k, COUNT(*) AS c, SUM(n) AS total FROM s GROUP BY k;
    CREATE TABLE groups AS SELECT g, COUNT(*) AS c FROM s GROUP BY g;"""


def post(stack: Stack, path: str, **body: Any) -> Any:
    answer = requests.post(stack.ksql + path, json=body, timeout=60)
    return answer.json() if path == "/ksql" else answer.text.splitlines()[1:]


def declare(stack: Stack) -> None:
    made = post(stack, "/ksql", ksql=SQL, streamsProperties=EARLIEST)
    assert [e["@type"] for e in made] == ["currentStatus"] * 3


def insert(stack: Stack, number: int) -> None:
    """One row for each key."""
    rows = "".join(f"INSERT INTO s VALUES ('{key}', 'g{i % 3}', {number});" for i, key in enumerate(KEYS))
    assert post(stack, "/ksql", ksql=rows) == []


def wait_groups(stack: Stack, count: int) -> list[str]:
    """Rows of a push query until every record so far has come through the repartition."""
    sql = f"SELECT g, c FROM groups EMIT CHANGES LIMIT {count};"
    return post(stack, "/query-stream", sql=sql, properties=EARLIEST)


def wait_counts(stack: Stack, count: int) -> None:
    sql = f"SELECT k, c FROM counts EMIT CHANGES LIMIT {count};"
    assert len(post(stack, "/query-stream", sql=sql, properties=EARLIEST)) == count


def pull(stack: Stack, sql: str) -> list[str]:
    return post(stack, "/query-stream", sql=sql)


def workers(stack: Stack) -> list[int]:
    """Ids of the worker processes."""
    assert stack.engine is not None
    pid = stack.engine.process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def query_id(stack: Stack, sink: str) -> str:
    (shown,) = post(stack, "/ksql", ksql="SHOW QUERIES;")
    return next(q["id"] for q in shown["queries"] if q["sinks"] == [sink])


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack(None, workers=2) as made:
        assert workers(made) == []
        declare(made)
        insert(made, 1)
        insert(made, 2)
        wait_counts(made, 2 * len(KEYS))
        assert len(workers(made)) == 1
        yield made


def test_pull_queries_see_every_partition(stack: Stack) -> None:
    rows = [f'["{key}",2,3]' for key in KEYS]
    assert sorted(pull(stack, "SELECT * FROM counts;")) == sorted(rows)
    assert [pull(stack, f"SELECT * FROM counts WHERE k = '{key}';") for key in KEYS] == [[row] for row in rows]
    wanted = [KEYS[7], KEYS[0], KEYS[3]]
    found = pull(stack, f"SELECT k FROM counts WHERE k IN ({', '.join(map(repr, wanted))});")
    assert found == [f'["{key}"]' for key in wanted]
    assert len(pull(stack, "SELECT * FROM counts LIMIT 5;")) == 5


def test_pull_rows_come_in_the_order_of_one_process(stack: Stack) -> None:
    with Stack(None) as alone:
        declare(alone)
        insert(alone, 1)
        insert(alone, 2)
        wait_counts(alone, 2 * len(KEYS))
        assert pull(alone, "SELECT * FROM counts;") == pull(stack, "SELECT * FROM counts;")


def test_repartitioned_rows_meet(stack: Stack) -> None:
    wait_groups(stack, 2 * len(KEYS))
    assert sorted(pull(stack, "SELECT * FROM groups;")) == ['["g0",8]', '["g1",8]', '["g2",8]']


def test_offsets_are_those_of_all(stack: Stack) -> None:
    (found,) = post(stack, "/ksql", ksql="DESCRIBE counts EXTENDED;")
    (summary,) = found["sourceDescription"]["queryOffsetSummaries"]
    (topic,) = summary["topicSummaries"]
    assert [p["consumerOffset"] for p in topic["offsets"]] == [p["logEndOffset"] for p in topic["offsets"]]
    assert sum(p["consumerOffset"] for p in topic["offsets"]) == 2 * len(KEYS)


def test_terminated_queries_leave_nothing_behind(stack: Stack) -> None:
    made = post(stack, "/ksql", streamsProperties=EARLIEST,
                ksql="CREATE TABLE passing AS SELECT g, SUM(n) AS total FROM s GROUP BY g;")
    assert made[0]["@type"] == "currentStatus"
    sql = f"SELECT g, total FROM passing EMIT CHANGES LIMIT {2 * len(KEYS)};"
    post(stack, "/query-stream", sql=sql, properties=EARLIEST)
    internal = f"_confluent-ksql-default_query_{query_id(stack, 'PASSING')}"
    (before,) = post(stack, "/ksql", ksql="SHOW ALL TOPICS;")
    assert any(t["name"].startswith(internal) for t in before["topics"])
    post(stack, "/ksql", ksql="DROP TABLE passing DELETE TOPIC;")
    (after,) = post(stack, "/ksql", ksql="SHOW ALL TOPICS;")
    assert [t["name"] for t in after["topics"] if t["name"].startswith((internal, "PASSING"))] == []
    subjects = requests.get(f"{stack.registry}/subjects", timeout=30).json()
    assert [s for s in subjects if s.startswith((internal, "PASSING"))] == []


def test_an_error_in_a_worker_is_the_querys() -> None:
    """Worker 1 has partition 1 of 2, the key `b` goes there."""
    with Stack(None, workers=2) as stack:
        post(stack, "/ksql", ksql="""
            CREATE STREAM s (k STRING KEY, ts BIGINT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='AVRO', PARTITIONS=2,
                                                            TIMESTAMP='ts');
            CREATE STREAM o AS SELECT * FROM s;""",
            streamsProperties=EARLIEST | {"ksql.timestamp.throw.on.invalid": "true"})  # fmt: skip
        rows = "".join(f"INSERT INTO s (k, ts, ROWTIME) VALUES ('{key}', -5, 1);" for key in "abcdefgh")
        post(stack, "/ksql", ksql=rows)
        name, found = query_id(stack, "O"), {}
        while not found.get("queryErrors"):
            (explained,) = post(stack, "/ksql", ksql=f"EXPLAIN {name};")
            found = explained["queryDescription"]
        assert found["state"] == "ERROR"
        assert "Fatal user code error in TimestampExtractor" in found["queryErrors"][0]["errorMessage"]


def test_a_worker_that_dies_ends_the_engine_and_nothing_is_lost(tmp_path: Path) -> None:
    stack = Stack(tmp_path, workers=2).start()
    try:
        declare(stack)
        insert(stack, 1)
        (worker,) = workers(stack)
        os.kill(worker, signal.SIGKILL)
        assert stack.engine is not None
        assert stack.engine.process.wait(30) == 1
        assert stack.ended.wait(30)
        assert stack.failure() == ("the engine process ended with exit code 1: the engine stopped: "
                                   "engine worker 1 ended with exit code -9")
    finally:
        stack.kill()
    with Stack(tmp_path, workers=2) as again:
        insert(again, 2)
        wait_counts(again, 2 * len(KEYS))
        wait_groups(again, 2 * len(KEYS))
        assert sorted(pull(again, "SELECT k, c, total FROM counts;")) == sorted(f'["{key}",2,3]' for key in KEYS)
        assert sorted(pull(again, "SELECT * FROM groups;")) == ['["g0",8]', '["g1",8]', '["g2",8]']


@pytest.mark.parametrize("killed", ["engine", "broker"])
def test_workers_do_not_outlive_the_others(tmp_path: Path, killed: str) -> None:
    stack = Stack(tmp_path, workers=2).start()
    try:
        declare(stack)
        insert(stack, 1)
        wait_counts(stack, len(KEYS))
        ended = [os.pidfd_open(worker) for worker in workers(stack)]
        child = getattr(stack, killed)
        child.process.kill()
        assert [select.select([pidfd], [], [], 30)[0] for pidfd in ended] == [[pidfd] for pidfd in ended]
    finally:
        stack.kill()
    with Stack(tmp_path, workers=2) as again:
        wait_groups(again, len(KEYS))
        assert sorted(pull(again, "SELECT k, c FROM counts;")) == sorted(f'["{key}",1]' for key in KEYS)


def test_an_orderly_stop_writes_every_workers_snapshot(tmp_path: Path) -> None:
    with Stack(tmp_path, workers=2) as stack:
        declare(stack)
        insert(stack, 1)
        wait_counts(stack, len(KEYS))
    assert [len(list((tmp_path / name).iterdir())) for name in ("engine", "engine-1")] == [1, 1]
    with Stack(tmp_path, workers=2) as again:
        assert sorted(pull(again, "SELECT k, c FROM counts;")) == sorted(f'["{key}",1]' for key in KEYS)


@pytest.mark.parametrize(("first", "second"), [(2, 1), (2, 3), (1, 2)])
def test_the_number_of_workers_is_the_data_directorys(tmp_path: Path, first: int, second: int) -> None:
    with Stack(tmp_path, workers=first) as stack:
        declare(stack)
    with pytest.raises(RowtimeError, match=f"was used with --workers {first}, which cannot be changed"):
        Stack(tmp_path, workers=second).start()
