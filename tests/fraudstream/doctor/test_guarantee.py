"""Exactly once in ksqlDB: set for the server, for each query, or for some only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fraudstream.addresses import Addresses
from fraudstream.deploy.plan import Plan
from fraudstream.deploy.script import split
from fraudstream.deploy.target import target
from fraudstream.doctor.finding import Findings
from fraudstream.doctor.ksqldb import look_at_ksqldb
from fraudstream.doctor.visit import Visit

STATEMENTS = [(s, target(s)) for s in split("CREATE STREAM a AS SELECT * FROM t; CREATE STREAM b AS SELECT * FROM t;")]


def answer(body: Any, server: str | None, queries: dict[str, str | None]) -> list[dict[str, Any]]:
    """What ksqlDB answers a statement with."""
    statement = body["ksql"]
    if statement == "SHOW PROPERTIES;":
        listed = [] if server is None else [{"name": "ksql.streams.processing.guarantee", "value": server}]
        return [{"@type": "properties", "properties": listed}]
    if statement.startswith("EXPLAIN"):
        own = queries[statement.split()[1].rstrip(";")]
        return [{"@type": "queryDescription", "queryDescription": {
            "overriddenProperties": {} if own is None else {"ksql.streams.processing.guarantee": own}}}]
    kind = statement.split()[1].rstrip(";").lower()
    rows = {"streams": [{"name": "A"}, {"name": "B"}], "tables": [],
            "queries": [{"id": q, "sinks": [q], "statusCount": {"RUNNING": 1}} for q in queries]}
    return [{"@type": kind, kind: rows[kind]}]


@pytest.mark.parametrize("server, a, b, outcome, part", [
    ("exactly_once_v2", None, None, "pass", "set for the server"),
    ("at_least_once", "exactly_once_v2", "exactly_once_v2", "pass", "set for each query"),
    (None, "exactly_once_v2", "exactly_once_v2", "pass", "set for each query"),
    ("at_least_once", None, "exactly_once_v2", "warn", "at_least_once"),
    ("exactly_once_v2", "at_least_once", None, "warn", "at_least_once"),
    ("at_least_once", None, None, "warn", "is at_least_once"),
    (None, None, None, "skip", "does not tell"),
])
def test_guarantee(monkeypatch: pytest.MonkeyPatch, server: str | None, a: str | None, b: str | None, outcome: str,
                   part: str) -> None:
    transport = "fraudstream.ksqldb.http.Transport"
    monkeypatch.setattr(f"{transport}.get", lambda self, path, *_: {
        "KsqlServerInfo": {"version": "7.9.5", "serverStatus": "RUNNING"}})
    monkeypatch.setattr(f"{transport}.post", lambda self, path, body, **_: answer(body, server, {"A": a, "B": b}))
    findings = Findings()
    look_at_ksqldb(Visit(Addresses(), Plan([], [], STATEMENTS, {}, {}), "group", Path("m")), findings)
    found = next(finding for finding in findings.found if finding.check == "processing.guarantee")
    assert (found.outcome, part in found.detail) == (outcome, True), found
    assert all(finding.outcome == "pass" for finding in findings.found if finding is not found)
