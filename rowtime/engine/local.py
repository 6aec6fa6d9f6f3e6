"""The engine in this process, without a loop: for training, tests and `rowtime test`."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from rowtime.engine.engine import Engine, Executed
from rowtime.engine.pull import PullResult
from rowtime.log.api import Record
from rowtime.log.memory import MemoryLog
from rowtime.registry.store import SchemaStore
from rowtime.sql import ast
from rowtime.sql.parser import parse_statements

T = TypeVar("T")
Properties = Mapping[str, object]
NONE: Properties = {}


def drive(coroutine: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine that never truly waits."""
    try:
        while True:
            coroutine.send(None)
    except StopIteration as done:
        return done.value


class LocalEngine:
    """Statements, records in, run, records out; everything in memory.

    step_records   how many records a step takes at most
    keep_steps     False: no replay, less memory
    """

    def __init__(self, *, step_records: int = 1000, config: Properties | None = None, log: MemoryLog | None = None,
                 schemas: SchemaStore | None = None, data_dir: Path | None = None, keep_steps: bool = False):
        self.log = log or MemoryLog(keep_steps=keep_steps)
        self.schemas = schemas or SchemaStore()
        settings = {"rowtime.step.records": step_records, "ksql.streams.auto.offset.reset": "earliest",
                    **(config or {})}
        self.engine = Engine(self.log, self.schemas, settings, data_dir)
        drive(self.engine.start())

    def execute(self, text: str, properties: Properties = NONE) -> list[Executed]:
        """All statements of a text, INSERT VALUES included; StatementError for what is wrong."""
        return drive(self.engine.execute_text(text, properties))

    def create_topic(self, name: str, partitions: int = 1, config: Mapping[str, str] | None = None) -> None:
        drive(self.log.create_topic(name, partitions, config))

    def register(self, subject: str, schema: str) -> int:
        """A schema into the registry: its id."""
        return drive(self.schemas.register(subject, schema))

    def append(self, topic: str, records: Iterable[Record], partition: int | None = None) -> None:
        """Records of a producer; by key where no partition is given."""
        self.log.append(topic, partition, list(records))

    def run(self) -> None:
        """Until every query has read everything; an error of a query is raised."""
        drive(self.engine.runner.drain())
        for query in self.engine.queries.values():
            if query.errors:
                raise RuntimeError(f"{query.id}: {query.errors[-1].message}")

    def records(self, topic: str, partition: int | None = None) -> list[Record]:
        """All records of a topic, partition by partition."""
        found: list[Record] = []
        for p, (start, end) in enumerate(drive(self.log.offsets(topic))):
            if partition in (None, p):
                found += drive(self.log.read(topic, p, start, end - start))
        return found

    def forget(self) -> None:
        """Gives back the memory of all records so far; call it after `run`, when every query has read them."""
        for topic in self.log.topics():
            for number, (_, end) in enumerate(drive(self.log.offsets(topic))):
                self.log.forget(topic, number, end)

    def pull(self, text: str, properties: Properties = NONE) -> PullResult:
        """The rows of a pull query."""
        statement = parse_statements(text)[0].statement
        assert isinstance(statement, ast.QueryStatement)
        return drive(self.engine.pull(statement.query, properties))
