"""The project's whole sql/ on a stack of its own: transactions wait, then all queries are resumed."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from benchmarks.engine.run import Ran, cpu_seconds, memory, used, wait
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


def whole_sql(count: int, workers: int = 1) -> Ran:
    """Transactions of data/demo a second, from resuming to the last row of what the scripts make of each: enriched or
    rejected, by hour and by day. Four partitions, labels as they become known, no sidecar."""
    with (tempfile.TemporaryDirectory() as folder, Stack(Path(folder), workers=workers) as stack,
          Client(stack.ksql) as ksql):
        addresses = Addresses(stack.kafka, stack.registry, stack.ksql)
        if not deploy(addresses, partitions=PARTITIONS).ok:
            raise SystemExit("sql/ could not be deployed")
        ksql.execute("PAUSE ALL;")
        sent = replay(asset("data/demo"), addresses, limit=count, labels="elapsed")
        began, before = time.monotonic(), cpu_seconds(stack)
        ksql.execute("RESUME ALL;")
        _wait_all(stack.kafka, sent.transactions - sent.undecodable)
        seconds = time.monotonic() - began
        return Ran(sent.transactions / seconds, memory(stack), used(stack, before))


def _wait_all(kafka: str, sent: int) -> None:
    """Until every transaction is enriched or rejected, then until what depends on that is there."""
    ends = wait(kafka, (ENRICHED, REJECTED), PARTITIONS, lambda ends: sum(ends.values()) >= sent, LOOK_SECONDS)
    for topic, rows in FOR_EACH.items():
        wanted = rows * ends[ENRICHED]
        wait(kafka, (topic,), PARTITIONS, lambda ends, topic=topic, wanted=wanted: ends[topic] >= wanted, LOOK_SECONDS)
