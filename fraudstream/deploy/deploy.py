"""One deployment, and its removal: the three addresses, topics, schemas, statements."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fraudstream.addresses import Addresses
from fraudstream.assets import asset
from fraudstream.deploy import schemas as subjects
from fraudstream.deploy import topics
from fraudstream.deploy.ledger import TOPIC, TopicLedger
from fraudstream.deploy.plan import plan
from fraudstream.deploy.report import Report, Say
from fraudstream.deploy.scripts import Runner
from fraudstream.deploy.teardown import drop
from fraudstream.deploy.windowed import WindowedTopics
from fraudstream.kafka import Options, admin, wait_kafka
from fraudstream.ksqldb import Client
from fraudstream.registry import RegistryError, SchemaRegistry

REFUSED = (401, 403)


@dataclass(frozen=True, slots=True)
class _Stack:
    client: Client
    registry: SchemaRegistry
    ledger: TopicLedger


def deploy(addresses: Addresses, *, sql: Path | None = None, schemas: Path | None = None,
           properties: Path | None = None, partitions: int | None = None, replication: int | None = None,
           dry_run: bool = False, replace: bool = False, wait: float = 60.0, say: Say = lambda action: None,
           kafka: Options | None = None) -> Report:
    """Apply schemas/ and sql/ to a stack; what is missing of the folders is the one that ships.

    A second run changes nothing. replace runs CREATE OR REPLACE for statements that differ from what is deployed.
    kafka are settings for librdkafka. Raises UserError for files that cannot be read and for an address that does not
    answer within `wait` seconds; what a server refuses is an action with outcome failed, and report.ok is False.
    """
    wanted = plan(schemas or asset("schemas"), sql or asset("sql"), properties or asset("config/ksql.toml"), partitions,
                  replication)
    stack, report = _reach(addresses, wait, kafka), Report(say=say)
    topics.ensure(stack.ledger.admin, wanted.topics, report, dry_run)
    if report.ok:
        subjects.register(stack.registry, wanted.subjects, report, dry_run)
    Runner(stack.client, stack.ledger, wanted.properties, report, dry_run, replace).run(wanted.statements)
    if report.ok:
        WindowedTopics(stack.client, stack.ledger.admin, report, dry_run).keep(wanted.statements, wanted.windowed)
    return report


def teardown(addresses: Addresses, *, sql: Path | None = None, schemas: Path | None = None, keep_topics: bool = False,
             dry_run: bool = False, wait: float = 60.0, say: Say = lambda action: None,
             kafka: Options | None = None) -> Report:
    """Remove what deploy made: queries, streams and tables, then topics and schemas, data included, unless kept."""
    wanted = plan(schemas or asset("schemas"), sql or asset("sql"), asset("config/ksql.toml"))
    stack, report = _reach(addresses, wait, kafka), Report(say=say)
    sinks = drop(stack.client, stack.ledger, [target for _, target in wanted.statements], report, dry_run)
    if report.ok and not keep_topics:
        names = sorted({topic.name for topic in wanted.topics} | set(sinks))
        topics.delete(stack.ledger.admin, [*names, TOPIC], report, dry_run)
        ours = {subject.name for subject in wanted.subjects}
        ours |= {f"{name}-{side}" for name in names for side in ("key", "value")}
        subjects.delete(stack.registry, sorted(ours & set(stack.registry.subjects())), report, dry_run)
    return report


def _reach(addresses: Addresses, wait: float, kafka: Options | None) -> _Stack:
    """The three addresses, once all answer."""
    wait_kafka(addresses.kafka, wait, kafka)
    registry = SchemaRegistry(addresses.registry)
    _wait_registry(registry, wait)
    client = Client(addresses.ksqldb)
    client.wait_ready(wait)
    return _Stack(client, registry, TopicLedger(admin(addresses.kafka, kafka), addresses.kafka, kafka))


def _wait_registry(registry: SchemaRegistry, timeout: float, clock: Callable[[], float] = time.monotonic,
                   sleep: Callable[[float], object] = time.sleep) -> None:
    until = clock() + timeout
    while True:
        try:
            registry.subjects()
            return
        except RegistryError as error:
            if clock() >= until or error.code in REFUSED:
                raise
            sleep(0.2)
