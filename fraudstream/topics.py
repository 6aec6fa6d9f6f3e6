"""Whole topics, or the part of one where a key lies, read to their end; committed records only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from fraudstream.addresses import Addresses
from fraudstream.errors import UserError
from rowtime.log.partitioner import partition_of

if TYPE_CHECKING:
    from confluent_kafka import Message

CONNECT_SECONDS = 5.0


class Topics:
    """Reads whole topics, committed records only."""

    def __init__(self, addresses: Addresses, timeout: float):
        from fraudstream.kafka import reader, wait_kafka

        wait_kafka(addresses.kafka, min(timeout, CONNECT_SECONDS))
        self.kafka = addresses.kafka
        self.consumer = reader(addresses.kafka, {"fetch.wait.max.ms": 50})
        self.timeout = timeout

    def read(self, topic: str) -> Iterator[tuple[bytes | None, bytes | None]]:
        """(key, value) of every record up to the end of each partition."""
        return self._read(topic, self._partitions(topic))

    def there(self, topic: str) -> bool:
        """Whether the topic exists."""
        return topic in self.consumer.list_topics(timeout=self.timeout).topics

    def messages(self, topic: str, begin: Mapping[int, int] | None = None) -> Iterator[Message]:
        """Every record from the offsets in `begin` (where a partition has none: from the first) to the end."""
        start = dict.fromkeys(self._partitions(topic), 0) | dict(begin or {})
        return self._messages(topic, start)

    def of_key(self, topic: str, key: bytes) -> list[bytes | None]:
        """The values under a key, oldest first; only the key's partition is read."""
        partition = partition_of(key, len(self._partitions(topic)))
        return [value for found, value in self._read(topic, [partition]) if found == key]

    def _read(self, topic: str, partitions: list[int]) -> Iterator[tuple[bytes | None, bytes | None]]:
        return ((message.key(), message.value()) for message in self._messages(topic, dict.fromkeys(partitions, 0)))

    def _messages(self, topic: str, begin: dict[int, int]) -> Iterator[Message]:
        from confluent_kafka import KafkaError, TopicPartition

        open_partitions = set(begin)
        self.consumer.assign([TopicPartition(topic, p, offset) for p, offset in begin.items()])
        while open_partitions:
            messages = self.consumer.consume(10_000, timeout=0.2) or self.consumer.consume(1, timeout=self.timeout)
            if not messages:
                raise UserError(f"topic {topic}: Kafka sent nothing for {self.timeout:.0f} s")
            for message in messages:
                error = message.error()
                if error is None:
                    yield message
                elif error.code() == KafkaError._PARTITION_EOF:
                    open_partitions.discard(message.partition())
                else:
                    raise UserError(f"topic {topic}: {error.str()}")

    def _partitions(self, topic: str) -> list[int]:
        from confluent_kafka import KafkaException

        try:
            found = self.consumer.list_topics(topic, timeout=self.timeout).topics[topic]
        except KafkaException as error:
            raise UserError(f"no Kafka answers at {self.kafka}: {error.args[0].str()}") from None
        if found.error is not None:
            raise UserError(f"topic {topic}: {found.error.str()}; has `fraudstream deploy` been run?")
        return list(found.partitions)

    def close(self) -> None:
        self.consumer.close()
