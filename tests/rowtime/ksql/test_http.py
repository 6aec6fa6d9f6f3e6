"""Endpoints, content types, errors and both HTTP versions, in front of a stub."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import requests

from rowtime.ksql.server import Server
from rowtime.ksql.service import Service
from tests.rowtime.ksql import stub
from tests.rowtime.ksql.http2 import Http2

SCHEMA = "`K` STRING KEY, `D` DOUBLE, `N` DECIMAL(4, 2), `T` TIMESTAMP, `S` STRUCT<`A` INTEGER>"
ROWS = [("é'\"", 1e10, Decimal("1.50"), 0, (1,)), ("b", None, None, 1, None)]
V1, DELIMITED, JSON = "application/vnd.ksql.v1+json", "application/vnd.ksqlapi.delimited.v1", "application/json"
LINES = ['["é\'\\"",1.0E10,1.50,"1970-01-01T00:00:00.000",{"A":1}]', '["b",null,null,"1970-01-01T00:00:00.001",null]']


class Running:
    """A server on a loop in another thread."""

    def __init__(self, **kwargs: Any):
        self.engine = stub.StubEngine(SCHEMA, ROWS, **kwargs)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.server = self._call(self._start())
        self.url = f"http://{self.server.address}"

    async def _start(self) -> Server:
        server = Server(Service(self.engine))
        await server.start()
        return server

    def _call(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(10)

    def stop(self) -> None:
        self._call(self.server.stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def post(self, path: str, body: Any, accept: str | None = None, **kwargs: Any) -> requests.Response:
        headers = {"Accept": accept} if accept else {}
        data = body if isinstance(body, str) else json.dumps(body)
        return requests.post(self.url + path, data=data, headers=headers, timeout=10, **kwargs)

    def ksql(self, sql: str) -> requests.Response:
        return self.post("/ksql", {"ksql": sql})


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    running = Running()
    yield running
    running.stop()


def test_info_and_root(server: Running) -> None:
    info = requests.get(server.url, timeout=10)
    assert info.history[0].status_code == 307
    assert set(info.json()["KsqlServerInfo"]) == {"version", "kafkaClusterId", "ksqlServiceId", "serverStatus"}
    assert requests.get(server.url + "/healthcheck", timeout=10).json()["isHealthy"] is True
    assert server.engine.executed == []


@pytest.mark.parametrize("accept", [None, DELIMITED])
@pytest.mark.parametrize(("path", "field"), [("/query", "ksql"), ("/query-stream", "sql")])
def test_pull_delimited(server: Running, path: str, field: str, accept: str | None) -> None:
    r = server.post(path, {field: "SELECT * FROM S;"}, accept)
    head, *rows = r.content.decode().splitlines()
    assert r.headers["content-type"].startswith(DELIMITED)
    assert json.loads(head)["columnTypes"] == ["STRING", "DOUBLE", "DECIMAL(4, 2)", "TIMESTAMP", "STRUCT<`A` INTEGER>"]
    assert json.loads(head)["queryId"].startswith("query_")
    assert rows == LINES


def test_pull_v1(server: Running) -> None:
    text = server.post("/query", {"ksql": "SELECT * FROM S;"}, V1).content.decode()
    head, *rows = text.split(",\n")
    assert json.loads(head[1:])["header"]["schema"] == SCHEMA
    assert rows == [f'{{"row":{{"columns":{LINES[0]}}}}}', f'{{"row":{{"columns":{LINES[1]}}}}}]']


def test_pull_json(server: Running) -> None:
    text = server.post("/query-stream", {"sql": "SELECT * FROM S;"}, JSON).content.decode()
    assert text.endswith("," + ",".join(LINES) + "]")


def test_push_with_limit(server: Running) -> None:
    text = server.post("/query-stream", {"sql": "SELECT * FROM S EMIT CHANGES LIMIT 1;"}, V1).content.decode()
    found = json.loads(text)
    assert found[0]["header"]["queryId"] == "transient_S_1"
    assert found[-1] == {"finalMessage": "Limit Reached"}
    assert len(found) == 3


def test_push_is_closed_by_its_id_or_by_hanging_up(server: Running) -> None:
    for hang_up in (False, True):
        r = server.post("/query-stream", {"sql": "SELECT * FROM S EMIT CHANGES;"}, stream=True)
        lines = r.iter_lines()
        query_id = json.loads(next(lines))["queryId"]
        if hang_up:
            r.close()
        else:
            assert server.post("/close-query", {"queryId": query_id}).status_code == 200
            assert len(list(lines)) == 2
        server._call(asyncio.wait_for(server.engine.pushed[-1].closed.wait(), 5))
    assert server.post("/close-query", {"queryId": "nope"}).json()["message"] == "No query with id nope"


def test_an_error_in_flight_is_told(server: Running) -> None:
    sql = {"sql": "SELECT * FROM S EMIT CHANGES LIMIT 0;"}
    error = {"@type": "generic_error", "error_code": 50000, "message": "RuntimeError: broken"}
    assert json.loads(server.post("/query-stream", sql, V1).text)[1:] == [{"errorMessage": error}]
    assert json.loads(server.post("/query-stream", sql).text.splitlines()[1]) == error


def test_push_queries_are_listed_and_terminated(server: Running) -> None:
    r = server.post("/query-stream", {"sql": "SELECT * FROM S EMIT CHANGES;"}, stream=True)
    lines = r.iter_lines()
    next(lines)
    (listed,) = server.ksql("SHOW QUERIES;").json()[0]["queries"]
    assert (listed["id"], listed["queryType"]) == ("transient_S_1", "PUSH")
    (entity,) = server.ksql("TERMINATE transient_S_1;").json()
    assert (entity["@type"], entity["wasTerminated"]) == ("terminate_query", True)
    assert len(list(lines)) == 2


def test_a_bad_statement_stops_those_before_it(server: Running) -> None:
    before = list(server.engine.executed)
    r = server.ksql("DROP STREAM a; DROP STREAM BAD;")
    assert r.status_code == 400
    assert r.json() == {"@type": "statement_error", "error_code": 40001, "message": "bad statement",
                        "statementText": "DROP STREAM BAD;", "entities": []}  # fmt: skip
    assert server.engine.executed == before


def test_parse_errors(server: Running) -> None:
    r = server.ksql("SELEC;")
    assert (r.status_code, r.json()["statementText"]) == (400, "SELEC;")
    assert r.json()["message"].startswith("line 1:1: Syntax Error\nUnknown statement 'SELEC'")
    r = server.post("/query", {"ksql": "SELECT * FROM S1 ORDER BY a DESC;"}, V1)
    assert "line 1:24: Syntax Error\n\nStatement: SELECT * FROM S1 ORDER BY a DESC;" in r.json()["message"]


def test_queries_do_not_go_to_ksql(server: Running) -> None:
    r = server.ksql("SELECT * FROM S;")
    assert (r.status_code, r.json()["error_code"], r.json()["@type"]) == (400, 40002, "statement_error")


@pytest.mark.parametrize("body", ["{", "[]", '{"ksql": 1}', "{}"])
def test_bad_bodies(server: Running, body: str) -> None:
    r = server.post("/ksql", body)
    assert (r.status_code, r.json()["@type"], r.json()["error_code"]) == (400, "generic_error", 40000)


def test_accept_that_fits_nothing(server: Running) -> None:
    assert server.post("/query", {"ksql": "SELECT * FROM S;"}, "text/html").status_code == 406
    assert server.post("/query", {"ksql": "SELECT * FROM S;"}, f"text/html, {V1};q=0.5").status_code == 200
    assert requests.get(server.url + "/nothing", timeout=10).json()["error_code"] == 40400


def test_listing_and_variables(server: Running) -> None:
    streams, tables, topics, variables = server.ksql(
        "DEFINE x = 'S'; SHOW STREAMS; SHOW TABLES; LIST TOPICS; SHOW VARIABLES;"
    ).json()
    assert (streams["@type"], streams["streams"]) == ("streams", [])
    assert tables["tables"][0] == {"type": "TABLE", "name": "S", "topic": "t", "keyFormat": "KAFKA",
                                   "valueFormat": "AVRO", "isWindowed": False}  # fmt: skip
    assert topics["topics"] == [{"name": "t", "replicaInfo": [1]}]
    assert variables["variables"] == [{"name": "x", "value": "S"}]


def test_describe(server: Running) -> None:
    (found,) = server.ksql("DESCRIBE s;").json()
    d = found["sourceDescription"]
    assert d["fields"][0] == {"name": "K", "schema": {"type": "STRING", "fields": None, "memberSchema": None},
                              "type": "KEY"}  # fmt: skip
    assert d["fields"][2]["schema"]["parameters"] == {"precision": 4, "scale": 2}
    message = "Could not find STREAM/TABLE 'NOWHERE' in the Metastore"
    assert server.ksql("DESCRIBE nowhere;").json()["message"] == message


def test_set(server: Running) -> None:
    assert server.ksql("SET 'auto.offset.reset'='earliest'; SHOW PROPERTIES;").json()[0]["overwrittenProperties"] == [
        "auto.offset.reset"
    ]
    assert server.ksql("SET 'nope.nope'='1';").json()["message"] == "Unknown property: nope.nope"


def test_asserts(server: Running) -> None:
    good, schema = server.ksql("ASSERT TOPIC t WITH (PARTITIONS=1); ASSERT SCHEMA SUBJECT 't-value';").json()
    assert (good["topicName"], good["exists"], schema["subject"]) == ("t", True, "t-value")
    r = server.ksql("ASSERT TOPIC 'absent' TIMEOUT 0 SECONDS;")
    assert (r.status_code, r.json()) == (
        417, {"@type": "generic_error", "error_code": 41700, "message": "Topic absent does not exist"}
    )  # fmt: skip


def test_status_of_a_command(server: Running) -> None:
    server.ksql("PAUSE CSAS_X_1;")
    found = requests.get(server.url + "/status/pause/CSAS_X_1/execute", timeout=10).json()
    assert found == {"status": "SUCCESS", "message": "done", "queryId": None}
    assert requests.get(server.url + "/status/stream/X/create", timeout=10).status_code == 404


def test_print(server: Running) -> None:
    r = server.post("/query-stream", {"sql": "PRINT t FROM BEGINNING LIMIT 2;"})
    assert r.text.splitlines() == [
        "Key format: KAFKA_STRING",
        "Value format: JSON or KAFKA_STRING",
        'rowtime: 2020/09/13 12:26:40.000 Z, key: a1, value: {"X":1}, partition: 0',
        "rowtime: 2020/09/13 12:26:40.001 Z, key: <null>, value: <null>, partition: 0",
    ]


def test_is_valid_property(server: Running) -> None:
    assert requests.get(server.url + "/is_valid_property/auto.offset.reset", timeout=10).json() is True
    fixed = requests.get(server.url + "/is_valid_property/ksql.service.id", timeout=10)
    assert (fixed.status_code, fixed.json()["error_code"]) == (400, 40000)


# ---------------------------------------------------------------- HTTP/2
def test_inserts_stream(server: Running) -> None:
    with contextlib.closing(Http2(str(server.server.address)).socket):
        pass
    lines = [b'{"target": "s"}\n{"K": "x", "d": 1.5}\n{"K": "y", ', b'"s": {"a": 1}}\n']
    acks = Http2(str(server.server.address)).request("/inserts-stream", lines)
    assert acks == '{"status":"ok","seq":0}\n{"status":"ok","seq":1}\n'
    assert [i.columns for i in server.engine.inserted[-2:]] == [("K", "D"), ("K", "S")]


def test_inserts_stream_needs_http2(server: Running) -> None:
    r = server.post("/inserts-stream", '{"target": "s"}\n')
    assert (r.status_code, r.json()["error_code"]) == (400, 40004)


def test_query_stream_over_http2(server: Running) -> None:
    text = Http2(str(server.server.address)).request("/query-stream", [b'{"sql": "SELECT * FROM S;"}'])
    assert text.splitlines()[1:] == LINES
