"""What was deployed, kept where it was deployed: a compacted topic, script name → hash of its statements."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from fraudstream.deploy.script import ScriptStatement

TOPIC = "fraudstream_deployments"


def fingerprint(statements: Iterable[ScriptStatement]) -> str:
    """The same for two texts that differ in comments and layout only."""
    return hashlib.sha256("\n".join(s.normalised for s in statements).encode()).hexdigest()


class Ledger:
    """Reads the topic at once, writes one record at a time."""

    def __init__(self, kafka: str, timeout: float = 30.0):
        self.kafka, self.timeout = kafka, timeout
        self.entries = self._read()

    def _read(self) -> dict[str, str]:
        from confluent_kafka import Consumer, KafkaError, TopicPartition

        consumer = Consumer({"bootstrap.servers": self.kafka, "group.id": "fraudstream-deploy",
                             "enable.auto.commit": False, "enable.partition.eof": True})
        entries: dict[str, str] = {}
        try:
            if TOPIC not in consumer.list_topics(timeout=self.timeout).topics:
                return {}
            consumer.assign([TopicPartition(TOPIC, 0, 0)])
            while (message := consumer.poll(self.timeout)) is not None:
                error = message.error()
                if error is not None and error.code() == KafkaError._PARTITION_EOF:
                    break
                if error is None:
                    entries[(message.key() or b"").decode()] = (message.value() or b"").decode()
        finally:
            consumer.close()
        return entries

    def record(self, script: str, value: str) -> None:
        from confluent_kafka import Producer

        self._create()
        producer = Producer({"bootstrap.servers": self.kafka, "enable.idempotence": True})
        producer.produce(TOPIC, key=script.encode(), value=value.encode(), partition=0)
        producer.flush(self.timeout)
        self.entries[script] = value

    def _create(self) -> None:
        from confluent_kafka.admin import AdminClient, NewTopic

        if self.entries:
            return
        admin = AdminClient({"bootstrap.servers": self.kafka})
        if TOPIC not in admin.list_topics(timeout=self.timeout).topics:
            config = {"cleanup.policy": "compact"}
            admin.create_topics([NewTopic(TOPIC, 1, 1, config=config)])[TOPIC].result()
