"""One run of one case on a stack of its own: durable, Avro in and out, through the Kafka protocol and REST."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import Consumer, IsolationLevel, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from benchmarks import processor_time
from benchmarks.engine.workload import START_MS, STREAM, Case, records, values
from fraudstream.ksqldb import Client
from fraudstream.registry import SchemaRegistry
from rowtime.serve import Stack

LOOK_SECONDS = 0.02
PATIENCE_SECONDS = 600.0
EARLIEST = {"auto.offset.reset": "earliest", "ksql.streams.auto.offset.reset": "earliest"}


@dataclass(frozen=True, slots=True)
class Ran:
    """records/s from the query's creation to the last row readable; memory: MB resident of all processes at most; cpu:
    seconds of the broker and of the engine."""

    per_second: float
    memory_mb: float
    cpu: tuple[float, ...]


def throughput(case: Case, count: int, keys: int, partitions: int = 1, workers: int = 1) -> Ran:
    """The records are there before the query is; counted is what a reader of committed records sees."""
    with (tempfile.TemporaryDirectory() as folder, Stack(Path(folder), workers=workers) as stack,
          Client(stack.ksql) as ksql):
        _load(stack, ksql, case, count, keys, partitions)
        began, before = time.monotonic(), cpu_seconds(stack)
        ksql.execute(case.query.replace(" out AS", " out WITH (KAFKA_TOPIC='out') AS"), EARLIEST)
        _wait_rows(stack.kafka, count * case.outputs, partitions)
        seconds = time.monotonic() - began
        return Ran(count / seconds, memory(stack), used(stack, before))


def latency(samples: int) -> list[float]:
    """Milliseconds from sending a record to reading what a filter makes of it, one record at a time; sorted."""
    case = Case("latency", "CREATE STREAM out WITH (KAFKA_TOPIC='out') AS SELECT k, n FROM a WHERE n >= 0;")
    with tempfile.TemporaryDirectory() as folder, Stack(Path(folder)) as stack, Client(stack.ksql) as ksql:
        encoded = _declare(stack, ksql, case, 1)
        ksql.execute(case.query, EARLIEST)
        producer = Producer({"bootstrap.servers": stack.kafka, "acks": "all", "linger.ms": 0})
        consumer = reader(stack.kafka, [TopicPartition("out", 0, 0)])
        times = []
        for i in range(samples + 20):
            began = time.perf_counter()
            producer.produce("a", encoded[i], b"key", timestamp=START_MS + i)
            producer.poll(0)
            message = consumer.poll(10.0)
            while message is None or message.error():
                message = consumer.poll(10.0)
            times.append((time.perf_counter() - began) * 1000)
        consumer.close()
        return sorted(times[20:])


def start() -> tuple[float, float]:
    """Seconds until all addresses answer, and the MB both processes hold then, idle."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        with Stack(Path(folder)) as stack:
            seconds = time.monotonic() - began
            return seconds, sum(_resident(pid, "VmRSS") for pid in _processes(stack))


def _declare(stack: Stack, ksql: Client, case: Case, partitions: int) -> list[bytes]:
    for name in case.streams:
        ksql.execute(STREAM.format(name=name, partitions=partitions))
    latest = SchemaRegistry(stack.registry).latest(f"{case.streams[0]}-value")
    assert latest is not None
    return values(latest["id"])


def _load(stack: Stack, ksql: Client, case: Case, count: int, keys: int, partitions: int) -> None:
    encoded = _declare(stack, ksql, case, partitions)
    producer = Producer({"bootstrap.servers": stack.kafka, "linger.ms": 20, "partitioner": "murmur2_random",
                         "queue.buffering.max.messages": 500_000, "batch.num.messages": 10_000})
    for side, key, value, timestamp in records(case, count, keys):
        while True:
            try:
                producer.produce(case.streams[side], encoded[value], key, timestamp=timestamp)
                break
            except BufferError:
                producer.poll(0.05)
    if producer.flush(120):
        raise SystemExit("the broker did not take all records within two minutes")


def reader(kafka: str, places: Sequence[TopicPartition]) -> Consumer:
    """A consumer of committed records."""
    consumer = Consumer({"bootstrap.servers": kafka, "group.id": "benchmark", "enable.auto.commit": False,
                         "isolation.level": "read_committed", "fetch.wait.max.ms": 100, "fetch.error.backoff.ms": 5})
    consumer.assign(list(places))
    return consumer


def _wait_rows(kafka: str, wanted: int, partitions: int) -> None:
    wait(kafka, ("out",), partitions, lambda ends: ends["out"] >= wanted, LOOK_SECONDS)


def wait(kafka: str, topics: Sequence[str], partitions: int, done: Callable[[dict[str, int]], bool],
         look_seconds: float) -> dict[str, int]:
    """How many committed rows the topics have when that is enough."""
    admin = AdminClient({"bootstrap.servers": kafka})
    until = time.monotonic() + PATIENCE_SECONDS
    while not done(ends := _ends(admin, topics, partitions)):
        if time.monotonic() > until:
            raise SystemExit(f"not through after {PATIENCE_SECONDS:.0f} s: {ends}")
        time.sleep(look_seconds)
    return ends


def _ends(admin: AdminClient, topics: Sequence[str], partitions: int) -> dict[str, int]:
    """One request for all partitions."""
    wanted = {TopicPartition(topic, p): OffsetSpec.latest() for topic in topics for p in range(partitions)}
    found = admin.list_offsets(wanted, isolation_level=IsolationLevel.READ_COMMITTED, request_timeout=30)
    ends = dict.fromkeys(topics, 0)
    for place, answer in found.items():
        ends[place.topic] += answer.result().offset
    return ends


def memory(stack: Stack) -> float:
    """MB that all processes have held at most."""
    return sum(_resident(pid) for pid in _processes(stack))


def cpu_seconds(stack: Stack) -> tuple[float, ...]:
    """Of the broker and of the engine so far."""
    broker, *engine = (processor_time.cpu_seconds(pid) for pid in _processes(stack))
    return broker, sum(engine)


def used(stack: Stack, before: Sequence[float]) -> tuple[float, ...]:
    """CPU seconds since."""
    return tuple(now - was for now, was in zip(cpu_seconds(stack), before, strict=True))


def _processes(stack: Stack) -> list[int]:
    """The broker, the engine, its workers."""
    assert stack.broker is not None
    assert stack.engine is not None
    engine = stack.engine.process.pid
    workers = Path(f"/proc/{engine}/task/{engine}/children").read_text().split()
    return [stack.broker.process.pid, engine, *map(int, workers)]


def _resident(pid: int, what: str = "VmHWM") -> float:
    found = re.search(rf"{what}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0
