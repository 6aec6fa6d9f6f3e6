"""The online side: an embedded stack, schemas/ and sql/ deployed to it, Avro records in and Avro records out."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from confluent_kafka import TopicPartition

from fraudstream.addresses import Addresses
from fraudstream.deploy import deploy
from fraudstream.errors import UserError
from fraudstream.kafka import reader
from fraudstream.registry import SchemaRegistry
from fraudstream.replay import Sent, replay
from fraudstream.replay.absorbed import LABEL_RINGS, value_reader

PARTIES = "counterparty_features"
Places = dict[tuple[Any, ...], deque[int]]


@dataclass
class Online:
    """records: (transaction id, Avro bytes) of every enriched transaction, in the order they came. parties, labels:
    where in their counterparty's order each transaction (account, id) and each label (counterparty, known, verdict)
    came."""

    sent: Sent
    schema: dict[str, Any]
    records: list[tuple[bytes, bytes]] = field(default_factory=list)
    parties: Places = field(default_factory=dict)
    labels: Places = field(default_factory=dict)


def run(source: Path, mapping: str, rows: int, partitions: int | None, work: Path, schema: dict[str, Any],
        on_progress: Callable[[int], object]) -> Online:
    """Replay the first rows of a file in step through a stack that lives in `work`."""
    with _stack(work) as addresses:
        report = deploy(addresses, partitions=partitions)
        if bad := next((action for action in report.actions if not action.ok), None):
            raise UserError(f"deployment failed at {bad.kind} {bad.name}: {bad.detail}")
        records: list[tuple[bytes, bytes]] = []
        sent = replay(source, addresses, mapping=mapping, limit=rows, labels="elapsed", in_step=True,
                      on_enriched=lambda key, value: records.append((key, value)), on_progress=on_progress)
        parties = _places(addresses, PARTIES, lambda key, value: (value["ACCOUNT_ID"], value["TX"]["ID"]))
        labels = _places(addresses, LABEL_RINGS, lambda key, value: (key, *value["LABELS"][-1].values()))
        return Online(sent, schema, records, parties, labels)


@contextmanager
def _stack(work: Path) -> Iterator[Addresses]:
    from rowtime.serve import Stack

    work.mkdir(parents=True, exist_ok=True)
    with (work / "rowtime.log").open("ab") as errors, Stack(work / "rowtime", errors=errors) as stack:
        yield Addresses(stack.kafka, stack.registry, stack.ksql)


def _places(addresses: Addresses, topic: str, name: Callable[[str, dict[str, Any]], tuple[Any, ...]]) -> Places:
    """Numbers of the topic's records, partition after partition, by what they are about."""
    found: Places = defaultdict(deque)
    for number, (key, value) in enumerate(_records(addresses, topic)):
        found[name(key, value)].append(number)
    return found


def _records(addresses: Addresses, topic: str) -> Iterator[tuple[str, dict[str, Any]]]:
    registry, consumer = SchemaRegistry(addresses.registry), reader(addresses.kafka)
    readers: dict[bytes, Callable[[bytes], Any]] = {}
    try:
        for partition in consumer.list_topics(topic, timeout=30).topics[topic].partitions:
            for key, value in _partition(consumer, topic, partition):
                if (head := value[:5]) not in readers:
                    readers[head] = value_reader(registry.schema(int.from_bytes(head[1:])))
                yield key.decode(), readers[head](value)
    finally:
        consumer.close()


def _partition(consumer: Any, topic: str, partition: int) -> Iterator[tuple[bytes, bytes]]:
    at = TopicPartition(topic, partition, 0)
    end = consumer.get_watermark_offsets(at, timeout=30)[1]
    consumer.assign([at])
    last = -1
    while last < end - 1:
        for message in consumer.consume(5_000, timeout=1.0):
            if message.error() is None:
                yield message.key() or b"", message.value() or b""
                last = message.offset()
            else:
                last = end
    consumer.unassign()


def decoded(found: Online) -> Iterator[dict[str, Any]]:
    """Every record as the registered schema reads it, with its key as TRANSACTION_ID."""
    read = value_reader(found.schema)
    for key, value in found.records:
        yield {**read(value), "TRANSACTION_ID": key.decode()}


__all__ = ["Online", "Places", "decoded", "run"]
