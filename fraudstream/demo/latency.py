"""How long from handing a transaction to Kafka until its flag is there for a reader of committed records."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np

from fraudstream.addresses import Addresses
from fraudstream.kafka import reader


class LatencyProbe:
    """Reads a topic from its end in a thread of its own and notes when the keys that were sent arrive."""

    def __init__(self, addresses: Addresses, topic: str):
        self.topic, self.sent_at, self.arrived_at = topic, {}, {}  # type: ignore[var-annotated]
        self._consumer: Any = reader(addresses.kafka, {"fetch.wait.max.ms": 20})
        self._done, self._all = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._read, name="latency", daemon=True)

    def start(self) -> LatencyProbe:
        """Positions are taken before this returns: what is produced later is seen."""
        from confluent_kafka import TopicPartition

        partitions = self._consumer.list_topics(self.topic, timeout=30).topics[self.topic].partitions
        ends = [(p, self._consumer.get_watermark_offsets(TopicPartition(self.topic, p), timeout=30)[1])
                for p in partitions]
        self._consumer.assign([TopicPartition(self.topic, p, end) for p, end in ends])
        self._thread.start()
        return self

    def sent(self, key: str) -> None:
        """Call right before a transaction is handed to the producer."""
        self.sent_at[key.encode()] = time.monotonic()

    def _read(self) -> None:
        while not self._done.is_set():
            for message in self._consumer.consume(1000, timeout=0.05):
                if message.error() is None:
                    self.arrived_at.setdefault(message.key(), time.monotonic())
            if self.sent_at and self.sent_at.keys() <= self.arrived_at.keys():
                self._all.set()

    def wait(self, timeout: float) -> bool:
        """Whether everything sent so far has arrived in time."""
        self._all.clear()
        return self._all.wait(timeout)

    def stop(self) -> None:
        self._done.set()
        self._thread.join()
        self._consumer.close()

    def milliseconds(self) -> dict[str, float | None]:
        """p50 and p99 over what was sent and has arrived; None without any."""
        taken = [self.arrived_at[k] - at for k, at in self.sent_at.items() if k in self.arrived_at]
        if not taken:
            return {"p50": None, "p99": None}
        return {f"p{q}": round(float(np.percentile(taken, q)) * 1000, 1) for q in (50, 99)}
