"""A real Apache Kafka with its own default JVM settings, the schemas, and one input for all contenders."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from benchmarks.sidecar import stream
from campaigns.harness.kafka_server import KafkaServer
from campaigns.harness.registry_stub import RegistryStub

PARTITIONS = 4
INPUT = "enriched"
JVM = ("-Xms1g", "-Xmx1g", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-XX:InitiatingHeapOccupancyPercent=35",
       "-XX:+ExplicitGCInvokesConcurrent", "-Dlog4j2.configurationFile=log4j2.xml")
_numbers = itertools.count()


class BenchKafka(KafkaServer):
    """The options kafka-server-start.sh sets, instead of those that make tests start fast."""

    def _java(self, main: str, *arguments: str) -> list[str]:
        return ["java", *JVM, "-cp", self._classpath, main, *arguments]


@dataclass(frozen=True)
class Topics:
    """Of one run: where flags and dead letters go, and the group that reads."""

    input: str
    flags: str
    dead: str
    group: str


class Bench:
    """Kafka, a registry and the model file."""

    def __init__(self, kafka: KafkaServer, registry: RegistryStub, folder: Path) -> None:
        self.bootstrap, self.registry, self.folder = kafka.bootstrap, registry, folder
        self.model = stream.save_model(folder / "model.json")
        self.admin = AdminClient({"bootstrap.servers": kafka.bootstrap, "log_level": 0})

    def create(self, *topics: str, **config: str) -> None:
        """config: of the topics, dots written as underscores."""
        settings = {name.replace("_", "."): value for name, value in config.items()}
        made = [NewTopic(topic, PARTITIONS, 1, config=settings) for topic in topics]
        for future in self.admin.create_topics(made).values():
            future.result(30)

    def delete(self, topics: Topics, with_input: bool = False) -> None:
        gone = [topics.flags, topics.dead, *([topics.input] if with_input else [])]
        for future in self.admin.delete_topics(gone).values():
            future.result(30)

    def topics(self, input: str = INPUT, **config: str) -> Topics:
        """Fresh output topics (config: see create) and a group that has read nothing yet."""
        number = next(_numbers)
        made = Topics(input, f"flags{number}", f"dead{number}", f"group{number}")
        self.create(made.flags, made.dead, **config)
        for topic, identity in ((made.input, 1), (made.flags, 2), (made.dead, 3)):
            self.registry.subjects[f"{topic}-value"] = identity
        return made

    def fill(self, count: int, topic: str = INPUT) -> None:
        """Create the input topic with so many records."""
        self.create(topic)
        producer = Producer({"bootstrap.servers": self.bootstrap, "partitioner": "murmur2_random", "linger.ms": 50,
                             "queue.buffering.max.messages": 500_000, "log_level": 0})
        for number, (key, value) in enumerate(stream.records(count)):
            while True:
                try:
                    producer.produce(topic, value, key, timestamp=stream.START + number)
                    break
                except BufferError:
                    producer.poll(0.1)
        if producer.flush(120):
            raise SystemExit("Kafka did not take the benchmark's input within 120 s")


@contextmanager
def bench(folder: Path) -> Iterator[Bench]:
    """A running broker and what belongs to it."""
    kafka, registry = BenchKafka(folder / "kafka"), RegistryStub()
    schemas = stream.ROOT / "schemas"
    registry.register("input", json.dumps(stream.schema()))
    registry.register("flags", (schemas / "fraud_flag.avsc").read_text())
    registry.register("dead", (schemas / "dead_letter.avsc").read_text())
    try:
        kafka.start()
        yield Bench(kafka, registry, folder)
    finally:
        kafka.stop()
        registry.close()
