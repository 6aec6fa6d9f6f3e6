"""The client against prepared answers and against a real server's recorded ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fraudstream.ksqldb import Client, KsqlDbError, KsqlDbUnreachable

HEADER = '{"queryId":"query_1","columnNames":["TYPE","N"],"columnTypes":["STRING","BIGINT"]}\n'


def client(stub: Any) -> Client:
    return Client(stub.url, timeout=5, sleep=lambda seconds: None)


def test_execute_sends_statement_and_properties(stub: Any) -> None:
    stub.on("POST", "/ksql", (200, [{"@type": "currentStatus", "commandStatus": {"status": "SUCCESS"}}]))
    entities = client(stub).execute("DROP STREAM s;", {"auto.offset.reset": "earliest"})
    assert entities[0]["commandStatus"]["status"] == "SUCCESS"
    assert stub.bodies("/ksql") == [
        {"ksql": "DROP STREAM s;", "streamsProperties": {"auto.offset.reset": "earliest"}, "sessionVariables": {}}]


def test_execute_waits_for_a_statement_under_way(stub: Any) -> None:
    stub.on("POST", "/ksql", (200, [{"@type": "currentStatus", "commandId": "terminate/ALL/execute",
                                     "commandStatus": {"status": "EXECUTING"}}]))
    stub.on("GET", "/status/terminate/ALL/execute", (200, {"status": "EXECUTING"}), (200, {"status": "SUCCESS"}))
    assert client(stub).execute("TERMINATE ALL;")[0]["commandStatus"]["status"] == "SUCCESS"


def test_a_command_that_failed_is_an_error(stub: Any) -> None:
    stub.on("POST", "/ksql", (200, [{"@type": "currentStatus", "commandId": "stream/S/create",
                                     "commandStatus": {"status": "ERROR", "message": "disk full"}}]))
    with pytest.raises(KsqlDbError, match="disk full"):
        client(stub).execute("CREATE STREAM s …;")


def test_pull_gives_columns_types_and_rows(stub: Any) -> None:
    stub.on("POST", "/query-stream", (200, [HEADER, '["DEBIT",1]\n["TRANS', 'FER",2]\n']))
    rows = client(stub).pull("SELECT * FROM t;")
    assert (rows.columns, rows.types) == (("TYPE", "N"), ("STRING", "BIGINT"))
    assert list(rows) == [("DEBIT", 1), ("TRANSFER", 2)]
    assert rows.dicts()[1] == {"TYPE": "TRANSFER", "N": 2}
    assert rows.column("N") == [1, 2]
    with pytest.raises(KeyError, match="there are TYPE, N"):
        rows.column("X")


def test_pull_raises_an_error_in_flight(stub: Any) -> None:
    error = {"@type": "generic_error", "error_code": 50000, "message": "state store gone"}
    stub.on("POST", "/query-stream", (200, [HEADER, json.dumps(error) + "\n"]))
    with pytest.raises(KsqlDbError, match="state store gone"):
        client(stub).pull("SELECT * FROM t;")


def test_error_carries_code_statement_and_position(stub: Any) -> None:
    stub.on("POST", "/ksql", (400, {"@type": "statement_error", "error_code": 40001, "statementText": "SELEC;",
                                    "message": "line 2:5: Syntax Error\nUnknown statement", "entities": []}))
    with pytest.raises(KsqlDbError) as caught:
        client(stub).execute("SELEC;")
    error = caught.value
    assert (error.code, error.statement, error.line, error.column) == (40001, "SELEC;", 2, 5)


def test_what_is_no_ksqldb_is_said(stub: Any) -> None:
    stub.on("GET", "/info", (200, "<html>"))
    with pytest.raises(KsqlDbError, match="did not answer JSON"):
        client(stub).info()


def test_nobody_there(stub: Any) -> None:
    stub.close()
    away = client(stub)
    assert not away.healthy()
    with pytest.raises(KsqlDbUnreachable, match=r"no ksqlDB answers at http://127.0.0.1:\d+: connection refused"):
        away.execute("SHOW STREAMS;")


def test_wait_ready_returns_when_healthy_and_gives_up_in_time(stub: Any) -> None:
    now = [0.0]
    waiting = Client(stub.url, clock=lambda: now[0], sleep=lambda s: now.__setitem__(0, now[0] + s))
    stub.on("GET", "/healthcheck", (503, {"isHealthy": False}), (200, {"isHealthy": True}))
    waiting.wait_ready(timeout=5)
    stub.on("GET", "/healthcheck", (503, {"isHealthy": False}))
    with pytest.raises(KsqlDbUnreachable, match="after 5 s"):
        waiting.wait_ready(timeout=5)


def test_show_and_describe(stub: Any) -> None:
    stub.on("POST", "/ksql", (200, [{"@type": "streams", "streams": [{"name": "S"}]}]))
    assert client(stub).show("streams") == [{"name": "S"}]
    with pytest.raises(ValueError, match="cannot list"):
        client(stub).show("cats")
    stub.on("POST", "/ksql", (200, [{"@type": "sourceDescription", "sourceDescription": {"name": "S"}}]))
    assert client(stub).describe("s") == {"name": "S"}
    assert stub.bodies("/ksql")[-1]["ksql"] == "DESCRIBE `S`;"


def test_recorded_answers_of_a_real_server(stub: Any, shared: Path) -> None:
    recording = json.loads((shared / "golden/admin/recording.json").read_text())
    answers = [s["result"] for s in recording if s["result"].get("request", {}).get("path") == "/query-stream"
               and s["result"]["request"]["accept"] in (None, "application/vnd.ksqlapi.delimited.v1")]
    assert len(answers) > 8
    for answer in answers:
        stub.on("POST", "/query-stream", (answer["status"], [answer["body"]]))
        if answer["status"] == 200:
            rows = client(stub).pull(answer["request"]["body"]["sql"])
            assert len(rows) == answer["body"].strip().count("\n")
        else:
            with pytest.raises(KsqlDbError, match="NOWHERE does not exist"):
                client(stub).pull(answer["request"]["body"]["sql"])
