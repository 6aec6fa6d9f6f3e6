"""sql/ on the embedded engine, in this process: what a producer would send goes in, enriched rows come out.

It takes the place of a Kafka producer, so that history passes the very code that feeds a live stack.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fraudstream.assets import asset
from fraudstream.deploy.plan import Plan, plan
from fraudstream.deploy.script import Statement
from fraudstream.errors import UserError
from fraudstream.replay.encode import Encoder
from fraudstream.replay.rows import Label
from fraudstream.replay.sender import LABELS, TRANSACTIONS, Sender
from rowtime.engine.local import LocalEngine
from rowtime.log.api import Record

ENRICHED, REJECTED = "transactions_enriched", "transactions_rejected"
CHUNK = 5_000


class Pipeline:
    """The scripts up to the one that makes transactions_enriched, on one partition.

    Records are worked through in chunks; what has been read is forgotten, so memory holds state, not history.
    enriched is a list of (transaction id, encoded value); labels has (labelled at in ms, is fraud) by transaction id.
    """

    def __init__(self, sql: Path | None = None, schemas: Path | None = None):
        self.engine = LocalEngine()
        self.plan = plan(schemas or asset("schemas"), sql or asset("sql"), asset("config/ksql.toml"), partitions=1)
        self.statements = _up_to_enriched(self.plan)
        self.ids = self._prepare()
        self.enriched: list[tuple[bytes, bytes]] = []
        self.labels: dict[bytes, tuple[int, bool]] = {}
        self.rejected = 0
        self._waiting: dict[str, list[Record]] = {TRANSACTIONS: [], LABELS: []}

    @property
    def sql_sha256(self) -> str:
        """Of the statements, comments and layout left out."""
        return hashlib.sha256("\n".join(s.normal for s in self.statements).encode()).hexdigest()

    def _prepare(self) -> dict[str, int]:
        for topic in self.plan.topics:
            self.engine.create_topic(topic.name)
        ids = {s.name: self.engine.register(s.name, json.dumps(s.schema)) for s in self.plan.subjects}
        for statement in self.statements:
            self.engine.execute(statement.text, self.plan.properties)
        return ids

    def schema(self, topic: str) -> dict[str, Any]:
        """The registered schema of a topic's values."""
        return next(s.schema for s in self.plan.subjects if s.name == f"{topic}-value")

    def sender(self) -> Sender:
        """Sends into this pipeline as the replay's sends into Kafka."""
        encoders = [Encoder(self.ids[f"{topic}-value"], self.schema(topic)) for topic in (TRANSACTIONS, LABELS)]
        return _Sender(self, *encoders)

    def take(self, topic: str, record: Record) -> None:
        self._waiting[topic].append(record)
        if len(self._waiting[TRANSACTIONS]) >= CHUNK:
            self.run()

    def run(self) -> None:
        """Work through what is waiting and keep the enriched values."""
        for topic, records in self._waiting.items():
            if records:
                self.engine.append(topic, records)
                self._waiting[topic] = []
        self.engine.run()
        self.rejected += len(self.engine.records(REJECTED))
        self.enriched += [(r.key or b"", r.value) for r in self.engine.records(ENRICHED) if r.value is not None]
        self.engine.forget()


class _Sender(Sender):
    """Also notes the labels, which training needs by transaction id."""

    def __init__(self, pipeline: Pipeline, transaction: Encoder, label: Encoder):
        super().__init__(_Producer(pipeline.take), transaction, label)
        self.pipeline = pipeline

    def label(self, label: Label) -> None:
        super().label(label)
        self.pipeline.labels[label.transaction_id.encode()] = (label.time, bool(label.value["is_fraud"]))


class _Producer:
    """What Sender needs of a producer."""

    def __init__(self, take: Callable[[str, Record], None]):
        self.take = take

    def produce(self, topic: str, value: bytes, key: bytes | None, *, timestamp: int,
                on_delivery: Callable[[Any, Any], None]) -> None:
        self.take(topic, Record(key, value, timestamp))

    def poll(self, timeout: float = 0.0) -> int:
        return 0

    def flush(self, timeout: float = 0.0) -> int:
        return 0


def _up_to_enriched(wanted: Plan) -> list[Statement]:
    for number, (_, target) in enumerate(wanted.statements, start=1):
        if target.name == ENRICHED.upper():
            return [statement for statement, _ in wanted.statements[:number]]
    raise UserError(f"no script creates {ENRICHED}")
