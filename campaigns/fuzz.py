"""Fuzzed inputs through a real sidecar: no crash, and every one has exactly one flag or dead letter.

    python -m campaigns.fuzz --inputs 1000000
    python -m campaigns.fuzz --broker kafka --inputs 200000 --json

Exit codes: 0 the books balance, 1 they do not or the sidecar ended, 2 no Kafka here.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from confluent_kafka import Consumer, Message, Producer, TopicPartition

from campaigns.arena import Arena
from campaigns.harness.cluster import Cluster, SidecarProcess
from campaigns.harness.enriched import START
from campaigns.harness.kafka_server import Unavailable
from campaigns.ledger import Ledger
from campaigns.mutate import Fuzzed, Mutator
from campaigns.names import BROKERS
from campaigns.observed import DEAD, FLAG
from campaigns.recompute import Recomputation
from campaigns.watch import to_output

AHEAD = 100_000
"""Inputs that may wait for the sidecar."""
SESSION_MS = 6_000
PATIENCE_SECONDS = 180.0
SAY_SECONDS = 10.0
RECOMPUTED_EVERY = 500
KINDS = {"flags": FLAG, "dead": DEAD}


class FuzzRun:
    """One sidecar, one topic, `count` inputs."""

    def __init__(self, arena: Arena, count: int, seed: int) -> None:
        self._arena, self._count, self._seed = arena, count, seed
        self._cluster = arena.new_cluster()
        model = arena.new_model()
        self._models = Recomputation(arena.registry.url, self._cluster.input)
        self._models.add_model(model)
        self._ledger = Ledger()
        self._producer = Producer({"bootstrap.servers": self._cluster.bootstrap, "partitioner": "murmur2_random",
                                   "linger.ms": 20, "log_level": 0, "message.max.bytes": 1_000_000})
        self._sidecar = SidecarProcess(self._cluster, arena.registry.url, model)

    def run(self) -> dict[str, object]:
        began = time.monotonic()
        try:
            self._feed(itertools.islice(Mutator(self._seed), self._count))
            self._read(PATIENCE_SECONDS, self._count)
            code = self._sidecar.terminate()
        finally:
            self._sidecar.end()
        problems = self._ledger.problems()
        if code:
            problems.append(f"the sidecar ended with {code}: {self._sidecar.lines[-3:]}")
        return {"broker": self._arena.kind, "seed": self._seed, "inputs": self._count,
                "seconds": round(time.monotonic() - began), "flags": self._ledger.kinds[FLAG],
                "dead_letters": self._ledger.kinds[DEAD], "reasons": dict(self._ledger.reasons.most_common()),
                "recomputed": self._ledger.recomputed, "violations": problems}

    def _feed(self, records: Iterable[Fuzzed]) -> None:
        self._consumer = _reader(self._cluster)
        said = time.monotonic()
        for number, record in enumerate(records, 1):
            self._produce(record, number)
            if number % 1_000 == 0:
                self._producer.poll(0)
                self._read(0 if number - self._ledger.total < AHEAD else PATIENCE_SECONDS, number - AHEAD)
            if time.monotonic() - said > SAY_SECONDS:
                said = time.monotonic()
                print(f"{number} of {self._count} sent, {self._ledger.total} done", file=sys.stderr, flush=True)
        if self._producer.flush(60):
            raise SystemExit("the broker did not take all inputs")

    def _produce(self, record: Fuzzed, number: int) -> None:
        def delivered(error: object, message: Message) -> None:
            if error is not None:
                raise SystemExit(f"the broker refused an input: {error}")
            partition, offset = message.partition(), message.offset()
            assert partition is not None and offset is not None
            self._ledger.sent((partition, offset), record, START + number, number % RECOMPUTED_EVERY == 0)
        while True:
            try:
                self._producer.produce(self._cluster.input, record.value, record.key, headers=record.headers,
                                       timestamp=START + number, on_delivery=delivered)
                return
            except BufferError:
                self._producer.poll(0.1)

    def _read(self, seconds: float, goal: int) -> None:
        """Outputs that are there, and for so many seconds those to come, until there are `goal` of them."""
        deadline = time.monotonic() + seconds
        while True:
            messages = self._consumer.consume(5_000, 0.2 if seconds else 0)
            for message in messages:
                if message.error() is None:
                    self._account(message)
            ended = self._sidecar.process.poll() is not None
            if self._ledger.total >= goal and not messages or ended or time.monotonic() > deadline:
                return
            if messages and seconds:
                deadline = time.monotonic() + seconds

    def _account(self, message: Message) -> None:
        kind = KINDS[(message.topic() or "").rpartition(".")[2]]
        output = to_output(message, kind)
        self._ledger.found(output, self._models)


def _reader(cluster: Cluster) -> Consumer:
    consumer = Consumer({"bootstrap.servers": cluster.bootstrap, "group.id": "fuzz-reader", "log_level": 0,
                         "isolation.level": "read_committed", "enable.auto.commit": False})
    consumer.assign([TopicPartition(topic, number, 0) for topic in (cluster.flags, cluster.dead)
                     for number in range(cluster.partitions)])
    return consumer


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m campaigns.fuzz", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--broker", choices=BROKERS, default=BROKERS[0], help="[%(default)s]")
    parser.add_argument("--inputs", type=int, default=1_000_000, help="[%(default)s]")
    parser.add_argument("--seed", type=int, default=1, help="[%(default)s]")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="fuzz") as folder:
        try:
            arena = Arena(options.broker, Path(folder), SESSION_MS)
        except Unavailable as reason:
            print(reason, file=sys.stderr)
            return 2
        try:
            summary = FuzzRun(arena, options.inputs, options.seed).run()
        finally:
            arena.close()
    print(json.dumps(summary, indent=None if options.json else 2))
    return 1 if summary["violations"] else 0


if __name__ == "__main__":
    sys.exit(main())
