"""Inputs without end: good and bad records, keys that come again, and transactions of the input that are aborted."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from random import Random
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from campaigns.harness.cluster import Cluster
from campaigns.harness.enriched import START, payload, row

KEYS, PAYLOADS = 400, 150
BEAT_SECONDS = 0.05
ABORTED_EVERY = 20
BAD: tuple[bytes | None, ...] = (
    b"\xff\x00garbage", None, b"", payload(row(1))[:40], payload(row(1), schema_id=999),
    payload(row(2, AMOUNT=None)), payload(row(3, AMOUNT=float("inf"))), payload(row(5, AMOUNT=-5.0)),
    payload(row(4, AMOUNT_TO_MEAN_EVER=float("nan"))))


class Traffic:
    """Produces `rate` records a second until closed; `hold` and `go` interrupt it.

    ends: by partition, the offset behind the last record the broker acknowledged.
    """

    def __init__(self, cluster: Cluster, rate: int, seed: int) -> None:
        self._cluster, self._rate, self._random = cluster, rate, Random(seed)
        self.ends: dict[int, int] = {}
        self.sent = 0
        self._good = [payload(row(number)) for number in range(PAYLOADS)]
        self._going, self._idle, self._stop = threading.Event(), threading.Event(), threading.Event()
        self._going.set()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def hold(self) -> None:
        """Stop; returns when everything sent was acknowledged."""
        self._idle.clear()
        self._going.clear()
        if not self._idle.wait(90):
            raise TimeoutError("the broker does not take the inputs sent")

    def go(self) -> None:
        self._going.set()

    def close(self) -> None:
        self._stop.set()
        self._going.set()
        self._thread.join(60)

    def _run(self) -> None:
        plain, beats = self._producer(), 0
        unlucky: Producer | None = None
        while not self._stop.is_set():
            if not self._going.is_set():
                plain.flush(60)
                self._idle.set()
                self._going.wait()
                continue
            beats += 1
            for record in self._records(max(1, int(self._rate * BEAT_SECONDS))):
                plain.produce(self._cluster.input, **record, on_delivery=self._delivered)
            plain.poll(0)
            if beats % ABORTED_EVERY == 0:
                unlucky = self._aborted(unlucky)
            time.sleep(BEAT_SECONDS)
        plain.flush(30)

    def _records(self, count: int) -> Iterator[dict[str, Any]]:
        for _ in range(count):
            self.sent += 1
            bad = self._random.random() < 0.05
            key = f"T{self._random.randrange(KEYS)}".encode()
            headers = [("traceparent", str(self.sent).encode())] if self._random.random() < 0.3 else None
            yield {"value": self._random.choice(BAD if bad else self._good), "key": key, "headers": headers,
                   "timestamp": START + self.sent}

    def _aborted(self, producer: Producer | None) -> Producer | None:
        """Some records in a transaction that is aborted; None where the broker does not play along."""
        try:
            if producer is None:
                producer = self._producer(**{"transactional.id": f"{self._cluster.input}-upstream",
                                             "transaction.timeout.ms": 5_000})
                producer.init_transactions(5)
            producer.begin_transaction()
            for record in self._records(4):
                producer.produce(self._cluster.input, **record)
            producer.flush(5)
            producer.abort_transaction(5)
            return producer
        except KafkaException:
            return None

    def _producer(self, **more: Any) -> Producer:
        return Producer({"bootstrap.servers": self._cluster.bootstrap, "partitioner": "murmur2_random",
                         "enable.idempotence": True, "linger.ms": 5, "log_level": 0, "reconnect.backoff.max.ms": 500,
                         **more})

    def _delivered(self, error: KafkaError | None, message: Message) -> None:
        """A record sent twice is acknowledged as a duplicate, without an offset."""
        partition, offset = message.partition(), message.offset()
        if error is None and partition is not None and offset is not None:
            self.ends[partition] = max(offset + 1, self.ends.get(partition, 0))
