"""Running statements: once, in order, comparing with what was deployed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fraudstream.deploy.report import Report
from fraudstream.deploy.script import split
from fraudstream.deploy.scripts import Runner
from fraudstream.deploy.target import target
from fraudstream.deploy.teardown import drop
from fraudstream.ksqldb import KsqlDbError

SCRIPT = "SET 'p'='1';CREATE STREAM a (x INT);\nCREATE TABLE b AS SELECT 1;\nINSERT INTO a SELECT * FROM c;"


class MemoryLedger:
    def __init__(self) -> None:
        self.entries: dict[str, Any] = {}

    def load(self) -> dict[str, Any]:
        return dict(self.entries)

    def record(self, key: str, entry: Any) -> None:
        if entry is None:
            self.entries.pop(key)
        else:
            self.entries[key] = entry


class Server:
    """Remembers what CREATE and INSERT made; refuses what contains BAD."""

    def __init__(self) -> None:
        self.sources: dict[str, dict[str, Any]] = {}
        self.queries: dict[str, dict[str, Any]] = {}
        self.executed: list[tuple[str, dict[str, str]]] = []

    def show(self, kind: str) -> list[dict[str, Any]]:
        if kind == "queries":
            return list(self.queries.values())
        return [source for source in self.sources.values() if source["type"] == kind[:-1].upper()]

    def execute(self, sql: str, properties: dict[str, str] | None = None) -> list[dict[str, Any]]:
        self.executed.append((sql, properties or {}))
        if "BAD" in sql:
            raise KsqlDbError("line 1:15: Syntax Error", 40001, sql)
        words = sql.rstrip(";").replace("OR REPLACE ", "").split()
        if words[0] == "TERMINATE":
            del self.queries[words[1]]
        elif words[0] == "DROP":
            del self.sources[words[2].strip("`")]
        elif words[0] == "CREATE":
            name = words[2].upper()
            self.sources[name] = {"name": name, "type": words[1], "topic": name.lower()}
        query_id = f"Q_{len(self.executed)}" if "SELECT" in words else None
        if query_id:
            self.queries[query_id] = {"id": query_id, "queryType": "PERSISTENT", "sinks": [words[2].upper()]}
        return [{"@type": "currentStatus", "commandStatus": {"status": "SUCCESS", "queryId": query_id}}]


def run(server: Server, ledger: MemoryLedger, sql: str = SCRIPT, **options: Any) -> Report:
    report = Report()
    statements = [(s, target(s)) for s in split(sql, Path("010_x.sql"))]
    Runner(server, ledger, {"q": "2"}, report, **options).run(statements)  # type: ignore[arg-type]
    return report


def outcomes(report: Report) -> list[tuple[str, str]]:
    return [(action.name, action.outcome) for action in report.actions]


def test_runs_in_order_with_properties_and_set() -> None:
    server, ledger = Server(), MemoryLedger()
    report = run(server, ledger)
    assert report.ok
    assert outcomes(report) == [("A", "created"), ("B", "created"), ("010_x.sql#3", "created")]
    assert [properties for _, properties in server.executed] == [{"q": "2", "p": "1"}] * 3
    assert ledger.entries["insert 010_x.sql#3"]["query_id"] == "Q_3"


def test_a_second_run_changes_nothing() -> None:
    server, ledger = Server(), MemoryLedger()
    run(server, ledger)
    count = len(server.executed)
    assert {outcome for _, outcome in outcomes(run(server, ledger))} == {"unchanged"}
    assert len(server.executed) == count


def test_layout_may_change_content_may_not() -> None:
    server, ledger = Server(), MemoryLedger()
    run(server, ledger)
    assert run(server, ledger, SCRIPT.replace("(x INT)", "(x\n  INT)")).ok
    report = run(server, ledger, SCRIPT.replace("(x INT)", "(x BIGINT)"))
    assert outcomes(report)[0] == ("A", "differs")
    assert "010_x.sql:1:13 is not what was deployed" in report.actions[0].detail
    assert outcomes(report)[1:] == [("B", "not run"), ("010_x.sql#3", "not run")]


def test_replace_runs_create_or_replace() -> None:
    server, ledger = Server(), MemoryLedger()
    run(server, ledger)
    report = run(server, ledger, SCRIPT.replace("(x INT)", "(x BIGINT)"), replace=True)
    assert outcomes(report)[0] == ("A", "replaced")
    assert server.executed[-1][0] == "CREATE OR REPLACE STREAM a (x BIGINT);"


def test_a_query_that_was_terminated_runs_again() -> None:
    server, ledger = Server(), MemoryLedger()
    run(server, ledger)
    del server.queries["Q_3"]
    assert outcomes(run(server, ledger))[2] == ("010_x.sql#3", "created")


def test_what_somebody_else_made_is_left_and_said() -> None:
    server, ledger = Server(), MemoryLedger()
    server.sources["A"] = {"name": "A", "type": "STREAM", "topic": "a"}
    report = run(server, ledger)
    assert report.ok
    assert report.actions[0].detail == "there already, but not by deploy: not compared"


def test_a_refused_statement_stops_and_names_its_place() -> None:
    server, ledger = Server(), MemoryLedger()
    report = run(server, ledger, "-- x\n  CREATE STREAM BAD;CREATE STREAM a (x INT);")
    assert outcomes(report) == [("BAD", "failed"), ("A", "not run")]
    assert report.actions[0].detail == "010_x.sql:2:17: line 1:15: Syntax Error"
    assert not report.ok and report.to_json()["counts"] == {"failed": 1, "not run": 1}


def test_dry_run_touches_nothing() -> None:
    server, ledger = Server(), MemoryLedger()
    assert {outcome for _, outcome in outcomes(run(server, ledger, dry_run=True))} == {"would create"}
    assert not server.executed and not ledger.entries


def test_teardown_drops_in_reverse_and_forgets() -> None:
    server, ledger = Server(), MemoryLedger()
    run(server, ledger)
    report = Report()
    targets = [target(s) for s in split(SCRIPT)]
    assert drop(server, ledger, targets, report) == ["a", "b"]  # type: ignore[arg-type]
    kinds = [(action.kind, action.outcome) for action in report.actions]
    assert kinds == [("query", "deleted"), ("query", "deleted"), ("table", "deleted"), ("stream", "deleted")]
    assert not ledger.entries and not server.sources and not server.queries
    assert drop(server, ledger, targets, Report()) == []  # type: ignore[arg-type]


def test_a_server_that_is_starting_is_waited_for() -> None:
    server, ledger, now = Server(), MemoryLedger(), [0.0]
    run(server, ledger)
    queries, server.queries = server.queries, {}

    def sleep(seconds: float) -> None:
        now[0] += seconds
        if now[0] >= 5:
            server.queries = queries

    report = run(server, ledger, clock=lambda: now[0], sleep=sleep)
    assert {outcome for _, outcome in outcomes(report)} == {"unchanged"}
    assert now[0] == 5


def test_nothing_is_started_while_a_query_is_missing() -> None:
    server, ledger, now = Server(), MemoryLedger(), [0.0]
    run(server, ledger)
    server.queries, before = {}, len(server.executed)
    report = run(server, ledger, clock=lambda: now[0], sleep=lambda s: now.__setitem__(0, now[0] + s))
    assert outcomes(report) == [("A", "failed"), ("B", "not run"), ("010_x.sql#3", "not run")]
    assert "B is there without its query Q_2" in report.actions[0].detail
    assert len(server.executed) == before
