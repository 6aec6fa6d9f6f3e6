"""Exactly once on real Kafka under what goes wrong: aborts, pauses, take-overs, rebalances, bad records."""

from __future__ import annotations

import itertools
import logging
import random
import threading
import time
from typing import Any

import pytest
from balance import assert_balanced, records
from confluent_kafka import KafkaError, KafkaException

from campaigns.harness.cluster import Cluster, Sidecars
from campaigns.harness.enriched import START, payload, read, row
from scoring.sidecar.log import NAME
from scoring.sidecar.loop import Loop
from scoring.sidecar.metrics import Metrics
from scoring.sidecar.models import ModelSlot
from scoring.sidecar.registry import SchemaRegistry
from scoring.sidecar.run import _schemas
from scoring.sidecar.source import Source
from scoring.sidecar.transaction import Transactions


class FailingTransactions(Transactions):
    """Every third transaction fails, at its offsets or at its commit, before or after the broker did it."""

    calls = itertools.count(1)

    def _call(self, function: Any, *arguments: Any) -> None:
        name = function.__name__
        if name in ("send_offsets_to_transaction", "commit_transaction") and next(self.calls) % 6 in (1, 4):
            if name == "commit_transaction" and next(self.calls) % 2:
                super()._call(function, *arguments)
                raise KafkaException(KafkaError(KafkaError._FATAL, "told to fail after the commit", True, False, False))
            raise KafkaException(KafkaError(KafkaError._STATE, "told to fail", False, False, True))
        super()._call(function, *arguments)


@pytest.fixture(autouse=True)
def quiet() -> None:
    logging.getLogger(NAME).setLevel(logging.CRITICAL)


@pytest.mark.parametrize("strategy", ["range", "cooperative-sticky"])
def test_a_third_of_all_transactions_failing_changes_nothing(
    cluster: Cluster, sidecars: Sidecars, strategy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scoring.sidecar.transaction.FATAL_SECONDS", 0.0)
    cluster.produce(records(2000))
    config = sidecars.config(batch_size=60, kafka={"partition.assignment.strategy": strategy})
    registry, metrics = SchemaRegistry(config.schema_registry_url), Metrics()
    stop = threading.Event()
    transactions = FailingTransactions(config, stop.is_set)
    source = Source(config)
    loop = Loop(config, source, ModelSlot(config, registry, _schemas(config, registry), metrics), transactions, metrics,
                stop.is_set)
    deadline = time.monotonic() + 90
    while metrics.value("records_total") < 2000 and time.monotonic() < deadline:
        loop.step()
    source.close()
    assert metrics.value("aborts_total") > 10
    assert_balanced(cluster)
    assert sum(cluster.committed().values()) == 2000


def test_an_instance_paused_past_its_session_writes_nothing_twice(cluster: Cluster, sidecars: Sidecars) -> None:
    cluster.produce(records(500))
    first = sidecars.start(instance_id="a", batch_size=20)
    first.wait_for_event("assigned")
    cluster.wait_for(60)
    first.pause()
    second = sidecars.start(instance_id="b", batch_size=20)
    cluster.wait_for(500)
    first.resume()
    cluster.produce(records(500, 500))
    cluster.wait_for(1000)
    assert first.terminate() == 0 and second.terminate() == 0
    assert_balanced(cluster)


def test_of_two_instances_with_one_name_one_stops_and_says_so(cluster: Cluster, sidecars: Sidecars) -> None:
    pair = [sidecars.start(batch_size=1) for _ in range(2)]
    for each in pair:
        each.wait_for_event("assigned", 60)
    produced, deadline = 0, time.monotonic() + 60
    while all(each.process.poll() is None for each in pair) and time.monotonic() < deadline:
        if produced < sum(offset for offset in cluster.committed().values() if offset > 0) + 100:
            cluster.produce(records(20, produced))
            produced += 20
    ended = [each for each in pair if each.process.poll() is not None]
    assert len(ended) == 1 and ended[0].wait() == 1, [each.lines for each in pair]
    assert "instance_id" in ended[0].events("stopped by an error")[0]["error"]
    cluster.wait_for(produced)
    assert_balanced(cluster)


def test_a_flag_that_the_broker_refuses_is_isolated(cluster: Cluster, sidecars: Sidecars) -> None:
    cluster.recreate(cluster.flags, max_message_bytes="300000")
    cluster.produce(records(300))
    cluster.produce([(b"large", payload(row(1)), START)], headers=[("note", random.Random(1).randbytes(400_000))])
    cluster.produce(records(300, 300))
    sidecar = sidecars.start()
    cluster.wait_for(601)
    assert sidecar.terminate() == 0
    letters = [read(m.value(), "dead_letter.avsc") for m in cluster.read(cluster.dead)]
    assert [(letter["key"], letter["reason"]) for letter in letters] == [(b"large", "refused")]
    assert sum(line["seconds"] for line in sidecar.events("again")) < 0.2, "looking for the record must not wait"
    assert_balanced(cluster)


def test_flags_land_in_the_partition_a_java_producer_would_choose(cluster: Cluster, sidecars: Sidecars) -> None:
    cluster.produce(records(200))
    sidecar = sidecars.start()
    cluster.wait_for(200)
    assert sidecar.terminate() == 0
    of_input = {message.key(): message.partition() for message in cluster.read(cluster.input)}
    assert {message.key(): message.partition() for message in cluster.read(cluster.flags)} == of_input


CRASHER = """
import os, sys
from scoring.__main__ import main
from scoring.sidecar.batch import BatchScorer
process = BatchScorer.process
def crash(self, messages, now, refused=None):
    if refused is None and any(message.key() == b"T333" for message in messages):
        os._exit(9)
    return process(self, messages, now, refused)
BatchScorer.process = crash
sys.exit(main())
"""


def test_a_record_that_ends_the_process_is_isolated(cluster: Cluster, sidecars: Sidecars) -> None:
    cluster.produce(records(600))
    lives = 0
    while (sidecar := sidecars.start(program=("-c", CRASHER), batch_size=50)) and lives < 8:
        lives += 1
        if sum(cluster.wait_or_end(sidecar, 600).values()) == 600:
            break
    cluster.wait_for(600)
    assert sidecar.terminate() == 0
    letters = [read(m.value(), "dead_letter.avsc") for m in cluster.read(cluster.dead)]
    assert [(letter["key"], letter["reason"]) for letter in letters] == [(b"T333", "ends the process")]
    assert_balanced(cluster)
