"""Working with a broker in tests: topics, records in, committed records out, a sidecar as a process."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from scoring.sidecar.config import SidecarConfig

ROOT = Path(__file__).resolve().parents[2]


class Cluster:
    """Topics of one test, named by a prefix so that tests do not meet."""

    def __init__(self, bootstrap: str, prefix: str, partitions: int = 2, session_timeout_ms: int = 6_000) -> None:
        self.bootstrap, self.partitions, self.session_timeout_ms = bootstrap, partitions, session_timeout_ms
        self.input, self.flags, self.dead = (f"{prefix}.{name}" for name in ("enriched", "flags", "dead"))
        self.group = f"{prefix}.group"
        self.admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
        for name in (self.input, self.flags, self.dead):
            self.create(name)
        self._watcher = self._consumer(self.group, "read_committed")

    def create(self, topic: str, **config: str) -> None:
        """A topic that refuses records stamped more than an hour ahead; config as of Kafka, `_` for each dot."""
        settings = {"message.timestamp.after.max.ms": "3600000", **{k.replace("_", "."): v for k, v in config.items()}}
        new = NewTopic(topic, self.partitions, 1, config=settings)
        self.admin.create_topics([new])[topic].result(30)

    def recreate(self, topic: str, **config: str) -> None:
        """Delete a topic and create it again."""
        self.admin.delete_topics([topic])[topic].result(30)
        while topic in self.admin.list_topics(timeout=30).topics:
            time.sleep(0.1)
        self.create(topic, **config)

    def produce(self, records: Iterable[tuple[bytes | None, bytes | None, int]], **options: Any) -> None:
        """(key, value, timestamp) records to the input topic; options as of confluent_kafka's produce."""
        producer = Producer({"bootstrap.servers": self.bootstrap, "partitioner": "murmur2_random", "linger.ms": 20,
                             "log_level": 0})
        for key, value, timestamp in records:
            producer.produce(self.input, value, key, timestamp=timestamp, **options)
            producer.poll(0)
        assert producer.flush(60) == 0

    def ends(self, topic: str, isolation: str = "read_committed") -> dict[int, int]:
        """The end offset of each partition, as seen at an isolation level: the last stable offset, or the log's end."""
        consumer = self._consumer(self.group, isolation)
        numbers = range(self.partitions)
        ends = {n: consumer.get_watermark_offsets(TopicPartition(topic, n), timeout=30)[1] for n in numbers}
        consumer.close()
        return ends

    def committed(self) -> dict[int, int]:
        """The group's committed offset in each partition, -1001 where there is none."""
        asked = [TopicPartition(self.input, number) for number in range(self.partitions)]
        return {found.partition: found.offset for found in self._watcher.committed(asked, timeout=30)}

    def _consumer(self, group: str, isolation: str) -> Consumer:
        return Consumer({"bootstrap.servers": self.bootstrap, "group.id": group, "enable.auto.commit": False,
                         "isolation.level": isolation, "enable.partition.eof": True, "log_level": 0})

    def read(self, topic: str) -> list[Message]:
        """All records a read_committed consumer sees now, also while more are written."""
        left = {number: end for number, end in self.ends(topic).items() if end}
        ends = dict(left)
        consumer = self._consumer("reader", "read_committed")
        consumer.assign([TopicPartition(topic, number, 0) for number in left])
        messages: list[Message] = []
        while left:
            for message in consumer.consume(10_000, 0.1):
                number, offset = message.partition(), message.offset()
                assert number is not None and offset is not None
                if message.error() is None and offset < ends[number]:
                    messages.append(message)
                if offset >= ends[number] - 1:
                    left.pop(number, None)
        consumer.close()
        return messages

    def wait_for(self, records: int, timeout: float = 60.0) -> None:
        """Until the input's committed offsets say that so many records were processed.

        Where that is the whole input, also until readers see its outputs: Kafka marks the partitions of a transaction
        one after another.
        """
        deadline, done = time.monotonic() + timeout, 0
        whole = sum(self.ends(self.input, "read_uncommitted").values())
        while time.monotonic() < deadline:
            with contextlib.suppress(KafkaException):
                done = sum(offset for offset in self.committed().values() if offset > 0)
                if done >= records and (done < whole or self._visible()):
                    return
            time.sleep(0.05)
        raise AssertionError(f"{done} of {records} records processed within {timeout} s")

    def _visible(self) -> bool:
        return all(self.ends(topic) == self.ends(topic, "read_uncommitted") for topic in (self.flags, self.dead))

    def wait_or_end(self, sidecar: SidecarProcess, records: int, timeout: float = 90.0) -> dict[int, int]:
        """Until so many records were processed or the sidecar has ended; the committed offsets."""
        deadline = time.monotonic() + timeout
        while sum(self.committed().values()) < records and sidecar.process.poll() is None:
            assert time.monotonic() < deadline, sidecar.lines
            time.sleep(0.05)
        return self.committed()


class SidecarProcess:
    """python -m scoring, its log lines collected."""

    def __init__(self, cluster: Cluster, registry_url: str, model: Path, program: tuple[str, ...] = ("-m", "scoring"),
                 **settings: Any) -> None:
        values = {"bootstrap_servers": cluster.bootstrap, "schema_registry_url": registry_url, "model": model,
                  "input_topic": cluster.input, "flag_topic": cluster.flags, "dead_letter_topic": cluster.dead,
                  "group_id": cluster.group, "session_timeout_ms": cluster.session_timeout_ms, **settings}
        pairs = [part for key, value in values.items() for part in ("--set", f"{key}={value}")]
        self.lines: list[dict[str, Any]] = []
        self._changed = threading.Condition()
        self.process = subprocess.Popen([sys.executable, *program, *pairs], cwd=ROOT, text=True,
                                        stderr=subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"})
        self._thread = threading.Thread(target=self._collect, daemon=True)
        self._thread.start()

    def events(self, name: str) -> list[dict[str, Any]]:
        """All log lines of an event so far."""
        return [line for line in self.lines if line["event"] == name]

    def wait_for_event(self, name: str, timeout: float = 30.0) -> dict[str, Any]:
        """The first log line of an event."""
        with self._changed:
            self._changed.wait_for(lambda: self.events(name) or self.process.poll() is not None, timeout)
        assert self.events(name), self.lines
        return self.events(name)[0]

    def pause(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(30)

    def end(self) -> None:
        """Kill it, paused or not, where it still runs."""
        if self.process.poll() is None:
            self.resume()
            self.kill()

    def terminate(self) -> int:
        """SIGTERM, once it is up; the exit code."""
        self.wait_for_event("start")
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self, timeout: float = 30.0) -> int:
        code = self.process.wait(timeout)
        self._thread.join(10)
        return code

    def _collect(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._changed:
                self.lines.append(json.loads(line) if line.startswith("{") else {"event": "raw", "text": line})
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()


class Sidecars:
    """Starts sidecars and kills what is left."""

    def __init__(self, cluster: Cluster, registry_url: str, model: Path) -> None:
        self.cluster, self.registry_url, self.model = cluster, registry_url, model
        self._made: list[SidecarProcess] = []

    def start(self, **settings: Any) -> SidecarProcess:
        values = {"registry_url": self.registry_url, "model": self.model, **settings}
        self._made.append(SidecarProcess(self.cluster, **values))
        return self._made[-1]

    def config(self, **settings: Any) -> SidecarConfig:
        """The same settings, for a sidecar in this process."""
        own = self.cluster
        return SidecarConfig(model=str(self.model), bootstrap_servers=own.bootstrap, group_id=own.group,
                             schema_registry_url=self.registry_url, input_topic=own.input, flag_topic=own.flags,
                             dead_letter_topic=own.dead, session_timeout_ms=own.session_timeout_ms, **settings)

    def end(self) -> None:
        for made in self._made:
            made.end()
