"""Readers: one that runs all the time and compares committed offsets with what it has read, one from the start."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from campaigns.harness.cluster import Cluster
from campaigns.observed import DEAD, FLAG, End, Headers, Input, Output, Position, Sample

SOURCE = "source.position"
SAMPLE_SECONDS = 0.25
READ_SECONDS = 60.0


def to_output(message: Message, kind: str) -> Output:
    """An output as the checker sees it."""
    headers = _headers(message)
    own = dict(headers).get(SOURCE)
    return Output(kind, _number(message.partition()), _number(message.offset()), _position(own), message.key(),
                  message.value() or b"", message.timestamp()[1], headers)


def to_input(message: Message) -> Input:
    """An input as the checker sees it."""
    position = (_number(message.partition()), _number(message.offset()))
    return Input(position, message.key(), message.value(), _headers(message), message.timestamp()[1])


def read_inputs(cluster: Cluster) -> list[Input]:
    """All committed inputs."""
    return [to_input(message) for message in cluster.read(cluster.input)]


def read_outputs(cluster: Cluster) -> list[Output]:
    """All committed flags and dead letters."""
    kinds = ((cluster.flags, FLAG), (cluster.dead, DEAD))
    return [to_output(message, kind) for topic, kind in kinds for message in cluster.read(topic)]


def read_ends(cluster: Cluster) -> list[End]:
    """Stable and log ends of every partition of the outputs."""
    found: list[End] = []
    for topic in (cluster.flags, cluster.dead):
        log, stable = cluster.ends(topic, "read_uncommitted"), cluster.ends(topic)
        found += [End(f"{topic}/{number}", stable[number], log[number]) for number in log]
    return found


class Watcher:
    """Reads outputs as they are committed, and samples committed offsets, until closed.

    latest: by input partition, the highest offset whose output was read.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.outputs: list[Output] = []
        self.samples: list[Sample] = []
        self.latest: dict[int, int] = {}
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._read, self._sample)]
        for thread in self._threads:
            thread.start()

    def wait(self, reached: Callable[[dict[int, int]], bool], seconds: float) -> bool:
        """Until `reached(latest)`; False where that took too long."""
        with self._changed:
            return self._changed.wait_for(lambda: reached(self.latest), seconds)

    def close(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def _read(self) -> None:
        cluster = self._cluster
        consumer = Consumer({"bootstrap.servers": cluster.bootstrap, "group.id": "watcher", "enable.auto.commit": False,
                             "isolation.level": "read_committed", "log_level": 0, "reconnect.backoff.max.ms": 500,
                             "fetch.wait.max.ms": 50})
        kinds = {cluster.flags: FLAG, cluster.dead: DEAD}
        consumer.assign([TopicPartition(topic, number, 0) for topic in kinds for number in range(cluster.partitions)])
        while not self._stop.is_set():
            messages = [each for each in consumer.consume(500, 0.1) if each.error() is None]
            self._add([to_output(each, kinds[each.topic() or ""]) for each in messages])
        consumer.close()

    def _add(self, outputs: Sequence[Output]) -> None:
        if not outputs:
            return
        with self._changed:
            self.outputs += outputs
            for output in outputs:
                if output.source is not None:
                    partition, offset = output.source
                    self.latest[partition] = max(offset, self.latest.get(partition, -1))
            self._changed.notify_all()

    def _sample(self) -> None:
        while not self._stop.wait(SAMPLE_SECONDS):
            with self._changed:
                seen = dict(self.latest)
            try:
                committed = self._cluster.committed()
            except KafkaException:
                continue
            self.samples.append(Sample(seen, committed))


def wait_stable(cluster: Cluster, seconds: float) -> bool:
    """Until no transaction is open in the output topics; False where that took too long."""
    deadline = time.monotonic() + seconds
    while any(end.stable != end.log for end in read_ends(cluster)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def _headers(message: Message) -> Headers:
    raw = message.headers() or []
    pairs = raw.items() if isinstance(raw, dict) else raw
    return tuple((name, value.encode() if isinstance(value, str) else value) for name, value in pairs)


def _position(text: bytes | None) -> Position | None:
    parts = (text or b"").decode(errors="replace").split("/")
    return (int(parts[1]), int(parts[2])) if len(parts) == 3 and parts[1].isdigit() and parts[2].isdigit() else None


def _number(value: int | None) -> int:
    assert value is not None
    return value
