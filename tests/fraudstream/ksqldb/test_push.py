"""Push queries: reconnecting, resuming, giving up, ending."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fraudstream.ksqldb import Backoff, Client, KsqlDbError, KsqlDbUnreachable, PushEvent

HEADER = '{"queryId":"transient_1","columnNames":["ID","N"],"columnTypes":["STRING","BIGINT"]}\n'
BROKEN = ConnectionError()
SQL = "SELECT id, n FROM s EMIT CHANGES"


def lines(*numbers: int) -> list[str]:
    return [HEADER, *(f'["t{n}",{n}]\n' for n in numbers)]


def push(stub: Any, sql: str, waits: list[float] | None = None, **options: Any) -> Any:
    client = Client(stub.url, timeout=5, sleep=(waits if waits is not None else []).append)
    return client.push(sql, {"auto.offset.reset": "latest"}, **options)


def test_resumes_after_a_break_without_repeating_rows(stub: Any) -> None:
    stub.on("POST", "/query-stream", (200, [*lines(1, 2), BROKEN]), (200, lines(1, 2, 3)), (200, lines(1, 2, 3, 4)))
    events: list[PushEvent] = []
    query = push(stub, SQL + " LIMIT 4;", key="ID", on_event=events.append)
    assert [row["N"] for row in query] == [1, 2, 3, 4]
    assert [e.state for e in events] == [
        "connected", "disconnected", "connected", "disconnected", "connected", "finished"]
    resets = [body["properties"]["auto.offset.reset"] for body in stub.bodies("/query-stream")]
    assert resets == ["latest", "earliest", "earliest"]


def test_without_a_key_it_goes_on_with_what_is_new(stub: Any) -> None:
    stub.on("POST", "/query-stream", (200, lines(1)), (200, lines(2)))
    assert [row["N"] for row in push(stub, SQL + " LIMIT 2;")] == [1, 2]
    assert stub.bodies("/query-stream")[1]["properties"]["auto.offset.reset"] == "latest"


def test_back_off_grows_and_starts_again_after_success(stub: Any) -> None:
    waits: list[float] = []
    busy = (503, {"error_code": 50302, "message": "not ready"})
    stub.on("POST", "/query-stream", busy, busy, busy, (200, lines(1)), busy, (200, lines(2)))
    assert len(list(push(stub, SQL + " LIMIT 2", waits, backoff=Backoff(first=1, longest=3)))) == 2
    assert waits == [1, 2, 3, 1, 2]


def test_gives_up_after_the_attempts_allowed(stub: Any) -> None:
    stub.on("POST", "/query-stream", (503, {"error_code": 50302, "message": "not ready"}))
    with pytest.raises(KsqlDbUnreachable, match=r"not ready \(gave up after 2 attempts\)"):
        list(push(stub, SQL, backoff=Backoff(attempts=2)))


def test_a_wrong_statement_is_not_repeated(stub: Any) -> None:
    stub.on("POST", "/query-stream", (400, {"error_code": 40001, "message": "S does not exist."}))
    with pytest.raises(KsqlDbError, match="S does not exist"):
        list(push(stub, SQL))
    assert len(stub.requests) == 1


def test_an_error_in_flight_of_the_server_is_passing(stub: Any) -> None:
    error = json.dumps({"@type": "generic_error", "error_code": 50000, "message": "rebalancing"}) + "\n"
    stub.on("POST", "/query-stream", (200, [HEADER, error]), (200, lines(1)))
    assert len(list(push(stub, SQL + " LIMIT 1"))) == 1


def test_a_key_that_the_query_lacks_is_said(stub: Any) -> None:
    stub.on("POST", "/query-stream", (200, lines(1)))
    with pytest.raises(ValueError, match="no column TX; it has ID, N"):
        list(push(stub, SQL, key="TX"))


def test_close_ends_the_query_on_the_server_and_here(stub: Any) -> None:
    stub.on("POST", "/query-stream", (200, lines(1, 2, 3)))
    stub.on("POST", "/close-query", (200, ""))
    query = push(stub, SQL)
    rows = []
    for row in query:
        rows.append(row)
        query.close()
    assert len(rows) == 1
    assert stub.bodies("/close-query") == [{"queryId": "transient_1"}]
