"""Web pages of other sites do not get through to the HTTP ports; programs do."""

from __future__ import annotations

import asyncio

import pytest

from rowtime.http_guard import HttpGuard

JSON = ("content-type", "application/json")


def status(method: str = "POST", any_host: bool = False, **headers: str) -> int:
    """Status of a request with these headers (underscores are dashes)."""
    sent: list[dict] = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def send(message):
        sent.append(message)

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "headers": raw}
    asyncio.run(HttpGuard(app, any_host)(scope, None, send))
    return sent[0]["status"]


@pytest.mark.parametrize("host", ["127.0.0.1:8088", "localhost:8088", "localhost", "[::1]:8088", "127.0.0.1"])
def test_programs_get_through(host):
    assert status(host=host, content_type="application/vnd.ksql.v1+json") == 200
    assert status("GET", host=host) == 200
    assert status(host=host, origin=f"http://{host}") == 200


@pytest.mark.parametrize("headers", [
    {"host": "evil.example:8088"},
    {"host": "127.0.0.1.evil.example"},
    {"host": "localhost:8088", "origin": "https://evil.example"},
    {"host": "localhost:8088", "origin": "null"},
    {"host": "localhost:8088", "origin": "http://localhost:3000"},
    {"host": "localhost:8088", "sec_fetch_site": "cross-site"},
    {"host": "localhost:8088", "content_type": "text/plain;charset=UTF-8"},
    {"host": "localhost:8088", "content_type": "multipart/form-data; boundary=x"},
    {},
])
def test_web_pages_do_not(headers):
    assert status(**headers) == 403


def test_an_open_port_takes_any_host_but_no_other_origin():
    assert status(any_host=True, host="stack.internal:8088") == 200
    assert status(any_host=True, host="stack.internal:8088", origin="http://stack.internal:8088") == 200
    assert status(any_host=True, host="stack.internal:8088", origin="https://evil.example") == 403
