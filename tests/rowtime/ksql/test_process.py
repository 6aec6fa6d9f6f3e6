"""The engine as a process of its own, behind a broker."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import requests

from rowtime.serve import Stack

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
        pulled = post(stack, "/query-stream", sql="SELECT * FROM counts WHERE a = 'k';")
        assert pulled.text.splitlines()[1:] == ['["k",2]']


def test_it_ends_when_the_broker_does() -> None:
    stack = Stack(None).start()
    try:
        assert stack.broker and stack.engine
        stack.broker.process.kill()
        assert stack.engine.process.wait(20) == 1
    finally:
        stack.kill()


def test_without_its_environment() -> None:
    command = [sys.executable, "-m", "rowtime.ksql.process"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ROWTIME_")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, stdin=subprocess.PIPE, timeout=60)
    assert (done.returncode, done.stdout) == (
        1, "error ROWTIME_LINK is not set; `rowtime serve` starts this process with it\n"
    )  # fmt: skip
