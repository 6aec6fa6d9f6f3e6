"""Retention of the topics that ksqlDB makes for windows and joins: raised, never lowered, nothing else touched."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from confluent_kafka import KafkaError, KafkaException

from fraudstream.deploy.report import Report
from fraudstream.deploy.script import split
from fraudstream.deploy.target import target
from fraudstream.deploy.windowed import WindowedTopics

SQL = """CREATE TABLE plain AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
CREATE TABLE hourly AS SELECT k, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY k;
CREATE STREAM joined AS SELECT * FROM a JOIN b WITHIN 1 MINUTE ON a.k = b.k;
"""
STATEMENTS = [(statement, target(statement)) for statement in split(SQL, Path("010.sql"))]
SERVICE = "_confluent-ksql-default_"
HOURLY = f"{SERVICE}query_CTAS_HOURLY_3-Aggregate-Aggregate-Materialize-changelog"
JOINED = [f"{SERVICE}query_CSAS_JOINED_5-KSTREAM-JOIN{side}-changelog" for side in ("THIS", "OTHER")]
LONGER = {"retention.ms": "-1"}


def topic(policy: str, retention: str) -> dict[str, Any]:
    return {"cleanup.policy": SimpleNamespace(value=policy), "retention.ms": SimpleNamespace(value=retention)}


class Ksql:
    def show(self, kind: str) -> list[dict[str, Any]]:
        return [{"id": f"{start}_{name}_{n}", "sinks": [name], "sinkKafkaTopics": [name.lower()]}
                for start, name, n in (("CTAS", "PLAIN", 1), ("CTAS", "HOURLY", 3), ("CSAS", "JOINED", 5))]

    def info(self) -> dict[str, str]:
        return {"ksqlServiceId": "default_"}


class Admin:
    """Topics with their settings; `later` appear when looked at for the n-th time."""

    def __init__(self, topics: dict[str, Any], later: dict[str, Any] | None = None, refuse: bool = False) -> None:
        self.there, self.later, self.refuse, self.looks = topics, later or {}, refuse, 0

    def list_topics(self, timeout: float) -> Any:
        self.looks += 1
        if self.looks == 3:
            self.there |= self.later
        return SimpleNamespace(topics=self.there)

    def describe_configs(self, resources: list[Any], request_timeout: float) -> Any:
        return {r: done(self.there[r.name]) for r in resources}

    def incremental_alter_configs(self, resources: list[Any], request_timeout: float) -> Any:
        if self.refuse:
            return {r: done(error=KafkaException(KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED))) for r in resources}
        for resource in resources:
            for entry in resource.incremental_configs:
                self.there[resource.name][entry.name] = SimpleNamespace(value=entry.value)
        return {r: done() for r in resources}


def done(value: Any = None, error: Exception | None = None) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(error) if error else future.set_result(value)
    return future


def topics() -> dict[str, Any]:
    return {"plain": topic("compact", "604800000"), "hourly": topic("compact,delete", "3024000000"),
            "joined": topic("delete", "-1"), HOURLY: topic("compact,delete", "3110400000"),
            f"{SERVICE}query_CTAS_HOURLY_3-Aggregate-GroupBy-repartition": topic("delete", "1000"),
            JOINED[0]: topic("compact,delete", "34560000000"), "other": topic("delete", "1")}


def keep(admin: Admin, config: dict[str, str] = LONGER, **options: Any) -> dict[str, str]:
    now, report = [0.0], Report()
    keeper = WindowedTopics(Ksql(), admin, report, clock=lambda: now[0],  # type: ignore[arg-type]
                            sleep=lambda s: now.__setitem__(0, now[0] + s), **options)
    keeper.keep(STATEMENTS, config)
    assert report.ok
    return {action.name: action.outcome for action in report.actions}


def test_raised_for_sinks_and_changelogs_of_windows_and_joins_only() -> None:
    admin = Admin(topics())
    assert keep(admin) == {HOURLY: "changed", JOINED[0]: "changed", "hourly": "changed"}
    assert {name for name, found in admin.there.items() if found["retention.ms"].value == "-1"} == {
        "joined", "hourly", HOURLY, JOINED[0]}
    assert keep(admin) == {}


def test_never_lowered() -> None:
    assert keep(Admin(topics()), {"retention.ms": "3100000000"}) == {"hourly": "changed"}


def test_nothing_asked_for_is_nothing_done() -> None:
    assert keep(Admin(topics()), {}) == {}


def test_dry_run_changes_nothing() -> None:
    admin = Admin(topics())
    assert set(keep(admin, dry_run=True).values()) == {"would change"}
    assert admin.there["hourly"]["retention.ms"].value == "3024000000"


def test_changelogs_are_waited_for() -> None:
    late = topics()
    early = {name: found for name, found in late.items() if name != HOURLY}
    assert keep(Admin(early, later=late))[HOURLY] == "changed"


def test_what_cannot_be_done_is_said_and_stops_nothing() -> None:
    found = {name: found for name, found in topics().items() if name != HOURLY}
    assert keep(Admin(found)) == {f"{SERVICE}query_CTAS_HOURLY_3-…-changelog": "left", JOINED[0]: "changed",
                                  "hourly": "changed"}
    assert set(keep(Admin(topics(), refuse=True)).values()) == {"left"}


def test_a_server_without_topics_of_its_own_is_not_waited_for() -> None:
    admin = Admin({"hourly": topic("compact,delete", "1000"), "joined": topic("delete", "-1")})
    assert keep(admin) == {"hourly": "changed"}
    assert admin.looks == 2
