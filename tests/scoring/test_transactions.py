"""The producer's side of exactly once: which error leads to which call, and to nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from confluent_kafka import KafkaError
from fakes import FakeProducer, kafka_error

from scoring.errors import StopError
from scoring.sidecar.config import SidecarConfig
from scoring.sidecar.outputs import Outputs
from scoring.sidecar.records import Output
from scoring.sidecar.transaction import TransactionAborted, Transactions

OUTPUTS = Outputs.of([Output("flags", b"k", b"v", 0, [])])
WHOLE = ["begin_transaction", "produce", "flush", "send_offsets_to_transaction", "commit_transaction"]
NEW = ["purge", "init_transactions"]


class Bench:
    """Transactions over fake producers whose failures are planned."""

    def __init__(self, **failures: list[Exception]) -> None:
        self.calls: list[str] = []
        self.settings: list[dict[str, Any]] = []
        self.now = 0.0
        self.stopping = False
        self.seconds: dict[str, float] = {}
        self._failures = failures
        self.transactions = Transactions(SidecarConfig(model="m"), lambda: self.stopping, self._make, lambda: self.now)
        self.calls.clear()

    def _make(self, settings: dict[str, Any]) -> FakeProducer:
        self.settings.append(settings)
        return FakeProducer(self.calls, self._failures, self._called)

    def _called(self, name: str) -> None:
        self.now += self.seconds.get(name, 0.0)

    def write(self) -> list[str]:
        self.transactions.begin(OUTPUTS)
        self.transactions.commit([], b"metadata")
        return self.calls


def test_a_batch_is_one_transaction() -> None:
    bench = Bench()
    assert bench.write() == WHOLE
    assert bench.settings[0]["transactional.id"] == "fraud-scoring-0"
    assert bench.settings[0]["partitioner"] == "murmur2_random"
    assert bench.settings[0]["transaction.timeout.ms"] == 10_000


def test_a_retriable_commit_is_called_again_and_the_producer_made_anew_afterwards() -> None:
    bench = Bench(commit_transaction=[kafka_error(retriable=True), kafka_error(retriable=True)])
    assert bench.write() == [*WHOLE, "commit_transaction", "commit_transaction", *NEW]


@pytest.mark.parametrize("call", ["produce", "send_offsets_to_transaction", "commit_transaction"])
def test_an_abortable_error_aborts(call: str) -> None:
    bench = Bench(**{call: [kafka_error(KafkaError.ILLEGAL_GENERATION, abort=True)]})
    with pytest.raises(TransactionAborted):
        bench.write()
    assert bench.calls[-1] == "abort_transaction" and bench.calls[:-1] == WHOLE[: WHOLE.index(call) + 1]


def test_an_abort_that_fails_leads_to_a_new_producer() -> None:
    bench = Bench(commit_transaction=[kafka_error(abort=True)], abort_transaction=[kafka_error(fatal=True)])
    with pytest.raises(TransactionAborted):
        bench.write()
    assert bench.calls == [*WHOLE, "abort_transaction", *NEW]


@pytest.mark.parametrize("slow", ["send_offsets_to_transaction", "abort_transaction"])
def test_after_a_timed_out_abort_the_producer_is_made_anew_before_it_is_used_again(slow: str) -> None:
    failures = {"commit_transaction": [kafka_error(abort=True)], slow: [kafka_error(retriable=True)]}
    bench = Bench(**failures)
    with pytest.raises(TransactionAborted):
        bench.write()
    assert bench.calls[-3:] == ["abort_transaction", *NEW]


@pytest.mark.parametrize("call", ["send_offsets_to_transaction", "commit_transaction"])
def test_a_call_so_long_that_librdkafka_may_have_sent_it_twice_leads_to_a_new_producer(call: str) -> None:
    bench = Bench()
    back_off = bench.settings[0]["retry.backoff.ms"] / 1000
    bench.seconds = {call: 0.79 * back_off}
    assert bench.write() == WHOLE
    bench.seconds = {call: 0.8 * back_off}
    assert bench.write() == [*WHOLE, *WHOLE, *NEW]


def test_the_time_until_the_outputs_are_sent_does_not_count() -> None:
    bench = Bench()
    bench.seconds = {"flush": 3.0}
    assert bench.write() == WHOLE


def test_a_fatal_error_leads_to_a_new_producer_and_no_abort() -> None:
    bench = Bench(commit_transaction=[kafka_error(KafkaError._FENCED, fatal=True)])
    with pytest.raises(TransactionAborted):
        bench.write()
    assert bench.calls == [*WHOLE, *NEW]


def test_an_instance_that_is_fenced_again_and_again_stops_and_says_why() -> None:
    bench = Bench(commit_transaction=[kafka_error(KafkaError._FENCED, fatal=True) for _ in range(3)])
    for _ in range(2):
        with pytest.raises(TransactionAborted):
            bench.write()
    with pytest.raises(StopError, match="fraud-scoring-0 was lost 3 times within 60 s .* instance_id"):
        bench.write()


def test_being_fenced_now_and_then_is_no_reason_to_stop() -> None:
    bench = Bench(commit_transaction=[kafka_error(KafkaError._FENCED, fatal=True) for _ in range(5)])
    for _ in range(5):
        bench.now += 40
        with pytest.raises(TransactionAborted):
            bench.write()


def test_a_full_queue_waits() -> None:
    bench = Bench(produce=[BufferError(), BufferError()])
    assert bench.write() == ["begin_transaction", "produce", "poll", "produce", "poll", "produce", *WHOLE[2:]]


def test_when_told_to_stop_a_commit_of_unknown_outcome_is_left_to_the_next_start() -> None:
    bench = Bench(commit_transaction=[kafka_error(retriable=True)])
    bench.stopping = True
    with pytest.raises(TransactionAborted):
        bench.write()


def test_a_transactional_id_that_cannot_begin_stops_with_a_message() -> None:
    with pytest.raises(StopError, match="cannot begin as transactional.id"):
        Bench(init_transactions=[kafka_error(KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, fatal=True)])
