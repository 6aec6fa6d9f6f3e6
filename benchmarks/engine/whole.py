"""The project's whole sql/ on a stack of its own: transactions wait, then all queries are resumed."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from confluent_kafka import TopicPartition

from benchmarks.engine.run import LOOK_SECONDS, PATIENCE_SECONDS, Ran, cpu_seconds, memory, reader
from fraudstream.addresses import Addresses
from fraudstream.assets import asset
from fraudstream.deploy import deploy
from fraudstream.ksqldb import Client
from fraudstream.replay import replay
from rowtime.serve import Stack

PARTITIONS = 4
GOAL = 8_000


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
    consumer = reader(kafka, [])
    until = time.monotonic() + PATIENCE_SECONDS

    def rows(topic: str) -> int:
        return sum(consumer.get_watermark_offsets(TopicPartition(topic, p), timeout=30)[1] for p in range(PARTITIONS))

    while not (rows("transactions_enriched") + rows("transactions_rejected") >= sent
               and rows("account_by_hour") >= rows("transactions_enriched")
               and rows("account_by_day") >= 2 * rows("transactions_enriched")):
        if time.monotonic() > until:
            raise SystemExit(f"sql/ was not through with {sent} transactions after {PATIENCE_SECONDS:.0f} s")
        time.sleep(LOOK_SECONDS)
    consumer.close()
