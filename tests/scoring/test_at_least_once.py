"""Without transactions: nothing is lost, and offsets are committed only when every output is there."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from balance import expected, outputs_by_position, records
from confluent_kafka import KafkaError, TopicPartition
from fakes import FakeProducer, kafka_error

from campaigns.harness.cluster import Cluster, Sidecars
from scoring.sidecar.at_least_once import AtLeastOnce
from scoring.sidecar.config import SidecarConfig
from scoring.sidecar.outputs import Outputs
from scoring.sidecar.records import Output
from scoring.sidecar.transaction import TransactionAborted

OUTPUTS = Outputs.of([Output("flags", b"k", b"v", 0, [])])
OFFSETS = [TopicPartition("enriched", 0, 1)]


class Bench:
    """A writer over a fake producer. left: what each flush says is still waiting."""

    def __init__(self, left: list[int] | None = None, **failures: list[Exception]) -> None:
        self.calls: list[str] = []
        self.settings: list[dict[str, Any]] = []
        self.committed: list[list[TopicPartition]] = []
        self.stopping = False
        self._left, self._failures = left or [], failures
        self.writer = AtLeastOnce(SidecarConfig(model="m"), self.committed.append, lambda: self.stopping, self._make)

    def _make(self, settings: dict[str, Any]) -> FakeProducer:
        self.settings.append(settings)
        made = FakeProducer(self.calls, self._failures)
        made.flush = lambda timeout: self._left.pop(0) if self._left else 0  # type: ignore[attr-defined]
        return made

    def write(self) -> None:
        self.writer.begin(OUTPUTS)
        self.writer.commit(OFFSETS, None)


def test_offsets_follow_the_outputs_and_no_transaction_is_begun() -> None:
    bench = Bench(left=[3, 1, 0])
    bench.write()
    assert bench.calls == ["produce"] and bench.committed == [OFFSETS]
    assert "transactional.id" not in bench.settings[0] and bench.settings[0]["enable.idempotence"] is True


def test_an_output_that_was_not_delivered_keeps_the_offsets_back() -> None:
    bench = Bench()
    bench.writer.begin(OUTPUTS)
    bench.settings[0]["on_delivery"](KafkaError(KafkaError._MSG_TIMED_OUT), None)
    with pytest.raises(TransactionAborted):
        bench.writer.commit(OFFSETS, None)
    assert bench.committed == [] and len(bench.settings) == 2
    bench.write()
    assert bench.committed == [OFFSETS]


def test_a_record_that_cannot_be_sent_is_blamed() -> None:
    bench = Bench(produce=[kafka_error(KafkaError.MSG_SIZE_TOO_LARGE)])
    with pytest.raises(TransactionAborted) as caught:
        bench.write()
    assert caught.value.record and bench.committed == []


def test_told_to_stop_it_waits_no_longer_for_the_broker() -> None:
    bench = Bench(left=[1, 1, 1])
    bench.stopping = True
    with pytest.raises(TransactionAborted):
        bench.write()
    assert bench.committed == []


def test_after_a_kill_every_record_has_at_least_one_flag(cluster: Cluster, sidecars: Sidecars) -> None:
    cluster.produce(records(1500))
    first = sidecars.start(batch_size=20, delivery="at_least_once")
    cluster.wait_for(300)
    first.kill()
    second = sidecars.start(delivery="at_least_once")
    cluster.wait_for(1500)
    assert second.terminate() == 0
    outputs = outputs_by_position(cluster)
    assert Counter(dict.fromkeys(outputs, 1)) == expected(cluster)
    assert sum(cluster.committed().values()) == 1500
