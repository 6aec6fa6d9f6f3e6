"""The engine as a process of its own, behind a broker."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from rowtime.errors import RowtimeError
from rowtime.serve import Stack
from tests.rowtime.ksql.http2 import Http2

EARLIEST = {"auto.offset.reset": "earliest"}


def post(stack: Stack, path: str, **body: Any) -> requests.Response:
    return requests.post(stack.ksql + path, json=body, timeout=30)


def changes(stack: Stack, count: int) -> list[str]:
    """The first rows of a push query that starts at the beginning."""
    sql = f"SELECT a, n FROM counts EMIT CHANGES LIMIT {count};"
    return post(stack, "/query-stream", sql=sql, properties=EARLIEST).text.splitlines()[1:]


def test_statements_and_state_outlive_the_process(tmp_path: Path) -> None:
    with Stack(tmp_path) as stack:
        made = post(stack, "/ksql", streamsProperties=EARLIEST, ksql="""
            CREATE STREAM s (a STRING KEY, x DOUBLE) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='AVRO', PARTITIONS=2);
            CREATE TABLE counts AS SELECT a, COUNT(*) AS n FROM s GROUP BY a;
            INSERT INTO s VALUES ('k', 1.5);""")  # fmt: skip
        assert [e["@type"] for e in made.json()] == ["currentStatus"] * 2
        assert changes(stack, 1) == ['["k",1]']
    with Stack(tmp_path) as stack:
        post(stack, "/ksql", ksql="INSERT INTO s VALUES ('k', 2.5);")
        assert changes(stack, 2) == ['["k",1]', '["k",2]']
        pull = {"sql": "SELECT * FROM counts WHERE a = 'k';"}
        assert post(stack, "/query-stream", **pull).text.splitlines()[1:] == ['["k",2]']
        over_http2 = Http2(stack.ksql.removeprefix("http://")).request("/query-stream", [json.dumps(pull).encode()])
        assert over_http2.splitlines()[1:] == ['["k",2]']


def test_it_ends_when_the_broker_does() -> None:
    stack = Stack(None).start()
    try:
        assert stack.broker and stack.engine
        stack.broker.process.kill()
        assert stack.engine.process.wait(20) == 1
    finally:
        stack.kill()


def run_alone(*arguments: str) -> tuple[int, str]:
    """Exit code and standard output of the engine process without its environment; standard input is empty."""
    command = [sys.executable, "-m", "rowtime.ksql.process", *arguments]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ROWTIME_")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, input="", timeout=60)
    return done.returncode, done.stdout


def test_without_its_environment() -> None:
    assert run_alone() == (1, "error ROWTIME_LINK is not set; `rowtime serve` starts this process with it\n")


def test_without_a_broker_to_wait_for() -> None:
    assert run_alone("-") == (1, "error the broker did not start\n")


def test_a_broker_that_does_not_start_ends_both(tmp_path: Path) -> None:
    (tmp_path / "format").write_text("999")
    stack = Stack(tmp_path)
    with pytest.raises(RowtimeError, match="format"):
        stack.start()
    assert stack.broker is stack.engine is None
