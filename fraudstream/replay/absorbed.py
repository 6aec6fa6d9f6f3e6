"""How far a stack has worked through what was sent: counted in the topics that its queries write."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from confluent_kafka import OFFSET_END, Message, TopicPartition

from fraudstream.addresses import Addresses
from fraudstream.errors import UserError
from fraudstream.kafka import Options, reader
from fraudstream.writer_schemas import WriterSchemas

ENRICHED, REJECTED = "transactions_enriched", "transactions_rejected"
VALID_LABELS, REJECTED_LABELS, LABEL_RINGS = "fraud_labels_valid", "fraud_labels_rejected", "counterparty_labels"
TOPICS = (ENRICHED, REJECTED, VALID_LABELS, REJECTED_LABELS, LABEL_RINGS)
PATIENCE = 120.0


class Absorbed:
    """Counts records that came out since this was made. on_enriched gets (transaction id, bytes) of every enriched one.

    Nothing else may be sending meanwhile. Methods raise UserError when nothing has come for `patience` seconds.
    """

    def __init__(self, addresses: Addresses, kafka: Options | None = None, patience: float = PATIENCE,
                 on_enriched: Callable[[bytes, bytes], object] = lambda key, value: None):
        self.on_enriched, self.patience = on_enriched, patience
        self.counts: Counter[str] = Counter()
        self.with_counterparty = 0
        self.schemas = WriterSchemas(addresses.registry, plain=True)
        self.consumer = reader(addresses.kafka, kafka)
        there = self.consumer.list_topics(timeout=30).topics
        if missing := [topic for topic in TOPICS if topic not in there]:
            raise UserError(f"no topic {', '.join(missing)} at {addresses.kafka}: run `fraudstream deploy` first")
        self.consumer.assign([self._end(TopicPartition(t, p)) for t in TOPICS for p in there[t].partitions])

    def labels(self, sent: int) -> None:
        """Return when so many labels, all since the beginning, are part of their counterparties' rings."""
        self._until(lambda: self.counts[VALID_LABELS] + self.counts[REJECTED_LABELS] >= sent
                    and self.counts[LABEL_RINGS] >= self.with_counterparty, f"{sent:,} labels")

    def transactions(self, sent: int) -> None:
        """Return when so many transactions, undecodable ones not counted, are enriched or rejected."""
        self._until(lambda: self.counts[ENRICHED] + self.counts[REJECTED] >= sent, f"{sent:,} transactions")

    def close(self) -> None:
        self.consumer.close()

    def _end(self, partition: TopicPartition) -> TopicPartition:
        high = self.consumer.get_watermark_offsets(partition, timeout=30)[1]
        return TopicPartition(partition.topic, partition.partition, high if high >= 0 else OFFSET_END)

    def _until(self, done: Callable[[], bool], what: str) -> None:
        heard = time.monotonic()
        while not done():
            messages = [m for m in self.consumer.consume(10_000, timeout=0.05) if m.error() is None]
            for message in messages:
                self._count(message)
            if messages:
                heard = time.monotonic()
            elif time.monotonic() - heard > self.patience:
                raise UserError(f"{what} were sent and nothing has come out for {self.patience:g} s; so far "
                                f"{', '.join(f'{topic} {self.counts[topic]:,}' for topic in TOPICS)}")

    def _count(self, message: Message) -> None:
        topic, value = message.topic() or "", message.value()
        self.counts[topic] += 1
        if topic == ENRICHED:
            self.on_enriched(_bytes(message.key()), _bytes(value))
        elif topic == VALID_LABELS:
            found = self.schemas.decode(_bytes(value))
            self.with_counterparty += found is not None and found["COUNTERPARTY_ID"] is not None


def _bytes(found: Any) -> bytes:
    return found if isinstance(found, bytes) else b""
