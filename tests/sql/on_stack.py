"""Producing the cases to a stack and reading what comes out, with ordinary clients."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from confluent_kafka import KafkaError, TopicPartition

from fraudstream import kafka
from fraudstream.addresses import Addresses
from fraudstream.registry import SchemaRegistry
from tests.sql.avro import FILES, decoder, encoder, schema
from tests.sql.cases import Message


class Read(NamedTuple):
    """A record as it was read; the value decoded, None for a tombstone."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: dict[str, Any] | None


def produce(addresses: Addresses, messages: Iterable[Message]) -> None:
    """All messages in order; an empty key is sent as such, a missing one as none."""
    registry, sender = SchemaRegistry(addresses.registry), kafka.producer(addresses.kafka)
    encoders = {topic: encoder(topic, registry.register(f"{topic}-value", schema(topic))) for topic in FILES}
    for message in messages:
        key = None if message.key is None else message.key.encode()
        sender.produce(message.topic, encoders[message.topic](message.value), key, timestamp=message.timestamp)
        sender.poll(0)
    assert sender.flush(60) == 0


def read(addresses: Addresses, topic: str) -> list[Read]:
    """Every record of a topic, partition after partition."""
    return sorted(_records(addresses, topic), key=lambda r: (r.partition, r.offset))


def _records(addresses: Addresses, topic: str) -> Iterator[Read]:
    session = SchemaRegistry(addresses.registry).session
    decode = decoder(lambda number: session.get(f"{addresses.registry}/schemas/ids/{number}").json()["schema"])
    consumer = kafka.reader(addresses.kafka)
    try:
        parts = consumer.list_topics(topic, timeout=10).topics[topic].partitions
        consumer.assign([TopicPartition(topic, p, 0) for p in parts])
        ended: set[int] = set()
        while len(ended) < len(parts):
            message = consumer.poll(10)
            assert message is not None, f"{topic}: nothing for 10 s"
            error = message.error()
            if error is not None:
                assert error.code() == KafkaError._PARTITION_EOF, error
                ended.add(message.partition() or 0)
                continue
            value = message.value()
            yield Read(message.partition() or 0, message.offset() or 0, message.timestamp()[1], message.key(),
                       None if value is None else decode(value))
    finally:
        consumer.close()


def settle(addresses: Addresses, topics: Iterable[str], quiet: float = 4.0, timeout: float = 120.0) -> None:
    """Return when the ends of the topics have stood still for `quiet` seconds."""
    consumer, topics = kafka.reader(addresses.kafka), list(topics)
    last, since, until = None, time.monotonic(), time.monotonic() + timeout
    try:
        while time.monotonic() < until:
            ends = [consumer.get_watermark_offsets(TopicPartition(t, p), timeout=10)[1]
                    for t in topics for p in consumer.list_topics(t, timeout=10).topics[t].partitions]
            if ends != last:
                last, since = ends, time.monotonic()
            elif time.monotonic() - since > quiet:
                return
            time.sleep(0.2)
        raise AssertionError(f"still growing after {timeout:g} s: {', '.join(topics)}")
    finally:
        consumer.close()
