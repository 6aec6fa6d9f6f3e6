"""From enriched record to committed flag at a steady rate: a producer on a clock, a read_committed reader."""

from __future__ import annotations

import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from confluent_kafka import Consumer, Producer, TopicPartition

from benchmarks.sidecar import stream
from benchmarks.sidecar.broker import PARTITIONS, Bench, Topics
from benchmarks.sidecar.contender import Command, sidecar_command
from benchmarks.sidecar.stream import ROOT

TICK_SECONDS = 0.002


@dataclass(frozen=True)
class Latency:
    """Milliseconds from handing a record to the producer until a reader of committed records has its flag."""

    p50: float
    p99: float
    flags: int


def latency(bench: Bench, rate: int, warm: float, seconds: float, command: Command | None = None,
            **settings: object) -> Latency:
    """Run the sidecar, or another program, at `rate` records a second for warm + seconds; figures are of the last
    `seconds`."""
    topics = bench.topics(f"paced{time.monotonic_ns()}")
    bench.create(topics.input)
    log = open(bench.folder / f"{topics.group}.log", "wb")  # noqa: SIM115
    started = command(bench, topics) if command else sidecar_command(bench, topics, **settings)
    process = subprocess.Popen(started, cwd=ROOT, stdout=log, stderr=log)
    sent = np.zeros(int(rate * (warm + seconds)) + 1)
    reader = _Reader(bench.bootstrap, topics, len(sent))
    try:
        reader.start()
        _produce(bench.bootstrap, topics, rate, sent)
        time.sleep(2.0)
    finally:
        reader.stop()
        process.kill()
        process.wait()
        log.close()
        bench.delete(topics, with_input=True)
    return _figures(sent, reader.seen, int(rate * warm), Path(log.name))


def _figures(sent: np.ndarray, seen: np.ndarray, first: int, log: Path) -> Latency:
    there = np.flatnonzero(seen[first:] > 0) + first
    if len(there) < (len(sent) - first) * 0.99:
        raise SystemExit(f"{len(there)} of {len(sent) - first} flags arrived: {log.read_text()[-2000:]}")
    late = (seen[there] - sent[there]) * 1000
    return Latency(round(float(np.percentile(late, 50)), 1), round(float(np.percentile(late, 99)), 1), len(there))


def _produce(bootstrap: str, topics: Topics, rate: int, sent: np.ndarray) -> None:
    """Records at an even pace; `sent` gets each one's time."""
    producer = Producer({"bootstrap.servers": bootstrap, "partitioner": "murmur2_random", "linger.ms": 0})
    values = [stream.payload(stream.row(number)) for number in range(1_000)]
    begin, done = time.monotonic(), 0
    while done < len(sent):
        due = min(int((time.monotonic() - begin) * rate) + 1, len(sent))
        for number in range(done, due):
            sent[number] = time.monotonic()
            producer.produce(topics.input, values[number % 1_000], b"%d" % number, timestamp=stream.START + number)
        done = due
        producer.poll(0)
        time.sleep(TICK_SECONDS)
    producer.flush(30)


class _Reader(threading.Thread):
    """seen: when each flag was read, by its key's number; 0 where it was not."""

    def __init__(self, bootstrap: str, topics: Topics, count: int) -> None:
        super().__init__(daemon=True)
        self.seen = np.zeros(count)
        self._ended = threading.Event()
        self._consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": f"{topics.group}.reader",
                                   "isolation.level": "read_committed", "fetch.wait.max.ms": 20})
        self._consumer.assign([TopicPartition(topics.flags, number, 0) for number in range(PARTITIONS)])

    def run(self) -> None:
        while not self._ended.is_set():
            message = self._consumer.poll(0.1)
            if message is not None and message.error() is None:
                self.seen[int(message.key() or b"0")] = time.monotonic()
        self._consumer.close()

    def stop(self) -> None:
        self._ended.set()
        self.join(10)
