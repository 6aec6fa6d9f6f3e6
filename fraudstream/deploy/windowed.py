"""Topics that ksqlDB makes for windowed tables and joins: kept as long as the plan says.

ksqlDB gives them, and the changelogs of their state, the window's RETENTION, and Kafka deletes by the record's
timestamp against the wall clock. A replay of older data would be deleted as it arrives, and be lost when the server
restarts.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from fraudstream.deploy.report import Report
from fraudstream.deploy.script import Statement
from fraudstream.deploy.target import Target
from fraudstream.ksqldb import Client

RETENTION, POLICY = "retention.ms", "cleanup.policy"
TIMEOUT = 30.0
CHANGELOG_SECONDS = 30.0
_WINDOWED = re.compile(r"\bWINDOW (?:TUMBLING|HOPPING|SESSION)\b|\bWITHIN\b", re.IGNORECASE)


class WindowedTopics:
    """Raises retention.ms of sinks and changelogs of windowed queries; never lowers it, never touches other topics."""

    def __init__(self, client: Client, admin: AdminClient, report: Report, dry_run: bool = False,
                 clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], object] = time.sleep):
        self.client, self.admin, self.report, self.dry_run = client, admin, report, dry_run
        self.clock, self.sleep = clock, sleep

    def keep(self, statements: Iterable[tuple[Statement, Target]], config: dict[str, str]) -> None:
        """One action a topic whose retention was too short; nothing where the plan does not name a retention."""
        names = {target.name for statement, target in statements if _WINDOWED.search(statement.normal)}
        queries = [query for query in self.client.show("queries") if names & set(query.get("sinks") or ())]
        if RETENTION not in config or not queries:
            return
        topics = {topic for query in queries for topic in query.get("sinkKafkaTopics") or ()}
        service = f"_confluent-ksql-{self.client.info().get('ksqlServiceId', '')}query_"
        topics |= self._changelogs(service, [str(query["id"]) for query in queries])
        for name, found in self._described(sorted(topics)).items():
            if _too_short(found, config[RETENTION]):
                self._set(name, found[RETENTION].value, config[RETENTION])

    def _changelogs(self, service: str, queries: list[str]) -> set[str]:
        """Waited for where the server keeps its state in Kafka: they come seconds after the statement."""
        prefixes = [f"{service}{query}-" for query in queries]
        until = self.clock() + (0.0 if self.dry_run else CHANGELOG_SECONDS)
        while True:
            there = {name for name in self.admin.list_topics(timeout=TIMEOUT).topics
                     if name.startswith(service) and name.endswith("-changelog")}
            found = {name for name in there if name.startswith(tuple(prefixes))}
            late = [p for p in prefixes if not any(name.startswith(p) for name in found)]
            if not there or not late or self.clock() >= until:
                break
            self.sleep(0.5)
        for prefix in late if there and not self.dry_run else ():
            self.report.add("topic", f"{prefix}…-changelog", "left", "it is not there yet: run deploy again")
        return found

    def _described(self, names: list[str]) -> dict[str, dict[str, Any]]:
        there = self.admin.list_topics(timeout=TIMEOUT).topics
        found = {}
        for name in (name for name in names if name in there):
            resource = ConfigResource(ResourceType.TOPIC, name)
            try:
                found[name] = self.admin.describe_configs([resource], request_timeout=TIMEOUT)[resource].result(TIMEOUT)
            except KafkaException as error:
                self.report.add("topic", name, "left", f"settings not readable: {error.args[0].str()}")
        return found

    def _set(self, name: str, old: str, new: str) -> None:
        detail = f"{RETENTION} {old} → {new}"
        if self.dry_run:
            self.report.add("topic", name, "would change", detail)
            return
        entry = ConfigEntry(RETENTION, new, incremental_operation=AlterConfigOpType.SET)
        resource = ConfigResource(ResourceType.TOPIC, name, incremental_configs=[entry])
        try:
            self.admin.incremental_alter_configs([resource], request_timeout=TIMEOUT)[resource].result(TIMEOUT)
            self.report.add("topic", name, "changed", detail)
        except KafkaException as error:
            self.report.add("topic", name, "left", f"{RETENTION} stays {old}, older records are deleted: it cannot be "
                            f"altered ({error.args[0].str()})")


def _too_short(found: dict[str, Any], wanted: str) -> bool:
    """Whether Kafka would delete what is younger than wanted (milliseconds as text, -1: never)."""
    if "delete" not in found[POLICY].value or found[RETENTION].value == "-1":
        return False
    return wanted == "-1" or int(found[RETENTION].value) < int(wanted)
