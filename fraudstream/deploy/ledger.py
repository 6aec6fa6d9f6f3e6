"""What has been deployed: a compacted topic with the digest of each statement, so that a second run can tell.

ksqlDB stores statements rewritten, so a script cannot be compared with what a server has.
"""

from __future__ import annotations

import json
from typing import Any, Protocol

from confluent_kafka import KafkaError, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from fraudstream.kafka import KafkaError as Unreachable
from fraudstream.kafka import Options, producer, reader

TOPIC = "fraudstream_deployments"
TIMEOUT = 30.0
Entry = dict[str, Any]


class Ledger(Protocol):
    """Entries by key (`stream NAME`, `insert FILE#n`): digest, file, and the query id where the server named one."""

    def load(self) -> dict[str, Entry]: ...

    def record(self, key: str, entry: Entry | None) -> None: ...


class TopicLedger:
    """The ledger in Kafka. Reading it before the topic is there gives nothing; recording creates it."""

    def __init__(self, admin: AdminClient, bootstrap: str, options: Options | None = None):
        self.admin, self.bootstrap, self.options = admin, bootstrap, options
        self._there = False
        self._producer: Any = None

    def load(self) -> dict[str, Entry]:
        """All entries; raises KafkaError when the topic cannot be read to its end."""
        if TOPIC not in self.admin.list_topics(timeout=TIMEOUT).topics:
            return {}
        self._there = True
        consumer = reader(self.bootstrap, self.options)
        try:
            consumer.assign([TopicPartition(TOPIC, 0, 0)])
            return self._read(consumer)
        finally:
            consumer.close()

    def record(self, key: str, entry: Entry | None) -> None:
        """Store an entry, or None to forget it; returns when the broker has it."""
        if not self._there:
            self._create()
        self._producer = self._producer or producer(self.bootstrap, {"linger.ms": 0, **(self.options or {})})
        self._producer.produce(TOPIC, key=key.encode(), value=json.dumps(entry).encode() if entry else None,
                               partition=0)
        if self._producer.flush(TIMEOUT):
            raise Unreachable(f"topic {TOPIC}: an entry was not accepted within {TIMEOUT:g} s")

    def _create(self) -> None:
        new = NewTopic(TOPIC, 1, config={"cleanup.policy": "compact"})
        self.admin.create_topics([new], operation_timeout=TIMEOUT)[TOPIC].result(TIMEOUT)
        self._there = True

    @staticmethod
    def _read(consumer: Any) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        while True:
            message = consumer.poll(TIMEOUT)
            if message is None:
                raise Unreachable(f"topic {TOPIC}: Kafka sent nothing for {TIMEOUT:g} s")
            if (error := message.error()) is not None:
                if error.code() == KafkaError._PARTITION_EOF:
                    return entries
                raise Unreachable(f"topic {TOPIC}: {error.str()}")
            key = message.key().decode()
            entries.pop(key, None)
            if message.value() is not None:
                entries[key] = json.loads(message.value())
