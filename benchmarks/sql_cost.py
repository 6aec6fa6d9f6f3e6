"""Records and bytes that ksqlDB writes for one transaction, over all topics, changelogs and repartitions included.

That is the figure that predicts ksqlDB's speed. Reads a stack that has processed some transactions:

    python -m benchmarks.sql_cost [--kafka 127.0.0.1:9092]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import NamedTuple

from confluent_kafka import Consumer, KafkaError, TopicPartition

from fraudstream import kafka

SOURCES = ("transactions", "fraud_labels", "fraud_flags", "fraud_dead_letters")
OTHERS = ("__", "_schemas", "_confluent-ksql-default__command_topic", "default_ksql_processing_log")


class Cost(NamedTuple):
    """What was written to one topic: records, and bytes of keys and values as clients see them (not compressed).

    Records that were deleted or compacted away since count with the mean size of those that are left.
    """

    topic: str
    records: int
    size: float


def costs(bootstrap: str) -> Iterator[Cost]:
    """One Cost a topic, internal ones included."""
    consumer = kafka.reader(bootstrap, {"fetch.wait.max.ms": 20})
    try:
        for name, topic in sorted(consumer.list_topics(timeout=10).topics.items()):
            if not name.startswith(OTHERS):
                yield measure(consumer, name, list(topic.partitions))
    finally:
        consumer.close()


def measure(consumer: Consumer, topic: str, partitions: list[int]) -> Cost:
    consumer.assign([TopicPartition(topic, p, 0) for p in partitions])
    records = size = 0
    ended: set[int] = set()
    while len(ended) < len(partitions):
        message = consumer.poll(5.0)
        error = message.error() if message else None
        if error is not None and error.code() == KafkaError._PARTITION_EOF:
            ended.add(message.partition() or 0)
        elif error is not None:
            raise SystemExit(f"{topic}: {error}")
        elif message is not None:
            records += 1
            size += len(message.key() or b"") + len(message.value() or b"")
    written = sum(consumer.get_watermark_offsets(TopicPartition(topic, p), timeout=10)[1] for p in partitions)
    return Cost(topic, written, size * written / records if records else 0.0)


def table(found: list[Cost]) -> list[str]:
    """One line a topic, largest first, and the sum of what was written for each transaction."""
    transactions = next((c.records for c in found if c.topic == "transactions"), 0)
    if not transactions:
        raise SystemExit("no records in the topic transactions: nothing to divide by")
    written = [c for c in found if c.topic not in SOURCES]
    lines = [f"{'records':>9} {'bytes':>9}   for each of {transactions} transactions (0 bytes: none left)"]
    for cost in sorted(written, key=lambda c: -c.size):
        lines.append(f"{cost.records / transactions:9.2f} {cost.size / transactions:9.0f}   {cost.topic}")
    records, size = (sum(c[i] for c in written) / transactions for i in (1, 2))
    return [*lines, f"{records:9.2f} {size:9.0f}   in all"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kafka", default="127.0.0.1:9092", help="bootstrap servers [%(default)s]")
    print("\n".join(table(list(costs(parser.parse_args().kafka)))))


if __name__ == "__main__":
    main()
