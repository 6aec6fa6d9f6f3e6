"""Waiting until a stack has worked through everything: no topic grows any more and the books balance."""

from __future__ import annotations

import time
from collections.abc import Callable

from fraudstream.addresses import Addresses
from fraudstream.kafka import reader
from fraudstream.reconcile import TOPICS, Books, reconcile

QUIET_SECONDS = 1.0
POLL_SECONDS = 0.2


class Growth:
    """End offsets of the pipeline's topics, and when one of them last moved (monotonic seconds)."""

    def __init__(self, addresses: Addresses, topics: tuple[str, ...] = TOPICS):
        from confluent_kafka import TopicPartition

        self.consumer = reader(addresses.kafka)
        there = self.consumer.list_topics(timeout=30).topics
        self.partitions = [TopicPartition(t, p) for t in topics for p in there[t].partitions]
        self.ends: dict[str, int] = {}
        self.moved_at = time.monotonic()

    def look(self) -> dict[str, int]:
        """End offsets by topic, partitions summed."""
        ends: dict[str, int] = {}
        for partition in self.partitions:
            high = self.consumer.get_watermark_offsets(partition, timeout=30)[1]
            ends[partition.topic] = ends.get(partition.topic, 0) + high
        if ends != self.ends:
            self.ends, self.moved_at = ends, time.monotonic()
        return ends

    def close(self) -> None:
        self.consumer.close()


def settle(addresses: Addresses, timeout: float, on_look: Callable[[dict[str, int]], object] = lambda ends: None,
           failure: Callable[[], str | None] = lambda: None) -> tuple[Books, float]:
    """Return the books once they balance, or as they are when time is up or `failure` says something.

    The second value is the monotonic time at which the last record arrived anywhere.
    """
    growth, until = Growth(addresses), time.monotonic() + timeout
    try:
        while True:
            on_look(growth.look())
            quiet = time.monotonic() - growth.moved_at >= QUIET_SECONDS
            over = time.monotonic() >= until or failure() is not None
            if quiet or over:
                books = reconcile(addresses)
                if books.balanced or over:
                    return books, growth.moved_at
                growth.ends = {}
            time.sleep(POLL_SECONDS)
    finally:
        growth.close()
