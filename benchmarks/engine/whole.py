"""The project's whole sql/ on a stack of its own: transactions wait, then all queries are resumed."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from confluent_kafka import IsolationLevel, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from benchmarks.engine.run import PATIENCE_SECONDS, Ran, cpu_seconds, memory
from fraudstream.addresses import Addresses
from fraudstream.assets import asset
from fraudstream.deploy import deploy
from fraudstream.ksqldb import Client
from fraudstream.replay import replay
from rowtime.serve import Stack

PARTITIONS = 4
GOAL = 8_000
LOOK_SECONDS = 0.1
"""Between two looks at the topics' ends: what a look costs is not to count, how late it comes is counted."""
ENRICHED, REJECTED = "transactions_enriched", "transactions_rejected"
FOR_EACH = {"account_by_hour": 1, "account_by_day": 2}
"""Rows of a topic for each enriched transaction."""


def whole_sql(count: int) -> Ran:
    """Transactions of data/demo a second, from resuming to the last row of what the scripts make of each: enriched or
    rejected, by hour and by day. Four partitions, labels as they become known, no sidecar."""
    with tempfile.TemporaryDirectory() as folder, Stack(Path(folder)) as stack, Client(stack.ksql) as ksql:
        addresses = Addresses(stack.kafka, stack.registry, stack.ksql)
        if not deploy(addresses, partitions=PARTITIONS).ok:
            raise SystemExit("sql/ could not be deployed")
        ksql.execute("PAUSE ALL;")
        sent = replay(asset("data/demo"), addresses, limit=count, labels="elapsed")
        began, before = time.monotonic(), cpu_seconds(stack)
        ksql.execute("RESUME ALL;")
        _wait_all(stack.kafka, sent.transactions - sent.undecodable)
        seconds = time.monotonic() - began
        used = tuple(now - was for now, was in zip(cpu_seconds(stack), before, strict=True))
        return Ran(sent.transactions / seconds, memory(stack), used)


def _wait_all(kafka: str, sent: int) -> None:
    """Until every transaction is enriched or rejected, then until what depends on that is there."""
    admin = AdminClient({"bootstrap.servers": kafka})
    ends = _wait(admin, (ENRICHED, REJECTED), lambda ends: sum(ends.values()) >= sent)
    for topic, rows in FOR_EACH.items():
        wanted = rows * ends[ENRICHED]
        _wait(admin, (topic,), lambda ends, topic=topic, wanted=wanted: ends[topic] >= wanted)


def _wait(admin: AdminClient, topics: Sequence[str], done: Callable[[dict[str, int]], bool]) -> dict[str, int]:
    """How many committed rows the topics have when that is enough."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not done(ends := _ends(admin, topics)):
        if time.monotonic() > until:
            raise SystemExit(f"sql/ was not through after {PATIENCE_SECONDS:.0f} s: {ends}")
        time.sleep(LOOK_SECONDS)
    return ends


def _ends(admin: AdminClient, topics: Sequence[str]) -> dict[str, int]:
    """One request for all partitions."""
    wanted = {TopicPartition(topic, p): OffsetSpec.latest() for topic in topics for p in range(PARTITIONS)}
    found = admin.list_offsets(wanted, isolation_level=IsolationLevel.READ_COMMITTED, request_timeout=30)
    ends = dict.fromkeys(topics, 0)
    for place, answer in found.items():
        ends[place.topic] += answer.result().offset
    return ends
