"""Copies of topics and clocks: what is safe, what is a warning, what stops everything."""

from __future__ import annotations

import time
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fraudstream.addresses import Addresses
from fraudstream.deploy.plan import Plan, Topic
from fraudstream.doctor.clock import look_at_clock
from fraudstream.doctor.finding import Finding, Findings
from fraudstream.doctor.topics import look_at_topics
from fraudstream.doctor.visit import Visit
from scoring.security import HttpSecurity

VISIT = Visit(Addresses(), Plan([Topic("flags", 2, -1, {})], [], [], {}, {}), "group", Path("m"), input_topic="flags")


class Admin:
    def __init__(self, copies: int, alive: int, needed: int, brokers: int) -> None:
        partition = SimpleNamespace(replicas=list(range(copies)), isrs=list(range(alive)))
        topic = SimpleNamespace(error=None, partitions={0: partition, 1: partition})
        self._there = SimpleNamespace(topics={"flags": topic}, brokers=dict.fromkeys(range(brokers)))
        self._config = {"min.insync.replicas": str(needed), "cleanup.policy": "delete", "retention.ms": "-1"}

    def list_topics(self, timeout: float) -> Any:
        return self._there

    def describe_configs(self, resources: list[Any], request_timeout: float) -> Any:
        future: Future[Any] = Future()
        future.set_result({name: SimpleNamespace(value=value) for name, value in self._config.items()})
        return {resources[0]: future}


@pytest.mark.parametrize("copies, alive, needed, brokers, outcome, part", [
    (1, 1, 1, 1, "pass", ""),
    (3, 3, 2, 3, "pass", ""),
    (1, 1, 1, 3, "warn", "--replication 3"),
    (3, 3, 1, 3, "warn", "min.insync.replicas to 2"),
    (3, 2, 2, 3, "warn", "a broker is away"),
    (3, 1, 2, 3, "fail", "bring the missing brokers back"),
])
def test_copies(copies: int, alive: int, needed: int, brokers: int, outcome: str, part: str) -> None:
    findings = Findings()
    look_at_topics(VISIT, Admin(copies, alive, needed, brokers), findings)  # type: ignore[arg-type]
    assert findings.found[0].outcome == outcome
    assert part in findings.found[0].advice


@pytest.mark.parametrize("ahead, outcome", [(0.0, "pass"), (-1.0, "pass"), (90.0, "warn"), (-90.0, "warn")])
def test_clock(stub: Any, ahead: float, outcome: str) -> None:
    stub.on("GET", "/info", (200, {}))
    findings = Findings()
    look_at_clock(VISIT, "ksqldb", f"{stub.url}/info", HttpSecurity(), findings, now=lambda: time.time() + ahead)
    assert findings.found[0].outcome == outcome
    assert ("behind" if ahead > 0 else "ahead") in findings.found[0].detail or outcome == "pass"


def test_a_finding_says_what_to_do() -> None:
    assert str(Finding("topic x", "fail", "is not there", "make it")).splitlines()[1].strip() == "→ make it"
