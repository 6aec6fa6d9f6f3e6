"""Transactions and labels to Kafka: keyed, stamped with their own time, every delivery accounted for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from fraudstream.errors import UserError
from fraudstream.replay.encode import Encoder
from fraudstream.replay.rows import Label, Transaction

TRANSACTIONS, LABELS = "transactions", "fraud_labels"
FLUSH_TIMEOUT = 120.0


class Producing(Protocol):
    """What is needed of confluent_kafka.Producer."""

    def produce(self, topic: str, value: bytes, key: bytes | None, *, timestamp: int,
                on_delivery: Callable[[Any, Any], None]) -> None: ...

    def poll(self, timeout: float = ...) -> int: ...

    def flush(self, timeout: float = ...) -> int: ...


class Sender:
    """Counts what was sent; raises UserError at the first record that Kafka did not take."""

    def __init__(self, producer: Producing, transaction: Encoder, label: Encoder):
        self.producer, self.encode_transaction, self.encode_label = producer, transaction, label
        self.transactions = self.labels = self.undecodable = 0
        self.error: str | None = None

    def transaction(self, row: Transaction) -> None:
        """Stamped with the event time, but never later than its arrival: a record from the future would make
        everything after it late."""
        if isinstance(row.value, bytes):
            value, self.undecodable = row.value, self.undecodable + 1
        else:
            value = self.encode_transaction(row.value)
        self._produce(TRANSACTIONS, row.key, value, min(row.time, row.arrival))
        self.transactions += 1

    def label(self, label: Label) -> None:
        self._produce(LABELS, label.transaction_id, self.encode_label(label.value), label.time)
        self.labels += 1

    def wait(self, seconds: float) -> None:
        """Let so many seconds pass, deliveries being reported meanwhile."""
        self.producer.poll(seconds)
        self._check()

    def flush(self) -> None:
        """Return when Kafka has everything."""
        left = self.producer.flush(FLUSH_TIMEOUT)
        self._check()
        if left:
            raise UserError(f"{left} records were not accepted by Kafka within {FLUSH_TIMEOUT:g} s")

    def _produce(self, topic: str, key: str | None, value: bytes, timestamp: int) -> None:
        encoded = None if key is None else key.encode()
        while True:
            try:
                self.producer.produce(topic, value, encoded, timestamp=timestamp, on_delivery=self._delivered)
                return
            except BufferError:
                self.wait(0.05)

    def _delivered(self, error: Any, message: Any) -> None:
        if error is not None and self.error is None:
            self.error = f"Kafka did not take a record of topic {message.topic()}: {error.str()}"

    def _check(self) -> None:
        if self.error:
            raise UserError(self.error)
