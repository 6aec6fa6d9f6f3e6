"""The engine in this process, without a loop: for training, tests and `rowtime test`."""

from __future__ import annotations

import gc
from collections.abc import Coroutine, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from rowtime.engine.engine import Engine, Executed
from rowtime.engine.output import Given, row_layout
from rowtime.engine.pull import PullResult
from rowtime.engine.workers.api import Team
from rowtime.engine.workers.share import ALL, Share
from rowtime.log.columns import Record, Row, Rows
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


@contextmanager
def few_collections() -> Iterator[None]:
    """The garbage collector looks at old objects hardly ever: queries' states are many and hold no cycles."""
    before = gc.get_threshold()
    gc.set_threshold(1_000_000, 1000, 10)
    try:
        yield
    finally:
        gc.set_threshold(*before)


class LocalEngine:
    """Statements, records in, run, records out; everything in memory.

    step_records   how many records a step takes at most
    keep_steps     False: no replay, less memory
    takes_rows     queries hand each other rows, not bytes: values of topics are written when they are asked for
    share, team    the engine's, as one of several on a log
    """

    def __init__(self, *, step_records: int = 1000, config: Properties | None = None, log: MemoryLog | None = None,
                 schemas: SchemaStore | None = None, data_dir: Path | None = None, keep_steps: bool = False,
                 takes_rows: bool = False, share: Share = ALL, team: Team | None = None):
        self.log = log or MemoryLog(keep_steps=keep_steps, takes_rows=takes_rows)
        self.schemas = schemas or SchemaStore()
        settings = {"rowtime.step.records": step_records, "ksql.streams.auto.offset.reset": "earliest",
                    **(config or {})}
        self.engine = Engine(self.log, self.schemas, settings, data_dir, share=share, team=team)
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

    def append_rows(self, source: str, rows: Iterable[tuple[Any, Any, int]]) -> None:
        """Rows (key tuple or None, row tuple or None, ms) of a declared stream or table, in the order of its columns:
        a STRUCT is a tuple, a TIMESTAMP ms since 1970. Needs takes_rows; ValueError where only bytes will do."""
        found = self.engine.metastore.sources[source.upper()]
        schema = found.schema
        shape = row_layout(found.key_format, schema.key, found.value_format, schema.value, found.window)
        if shape is None or not self.log.takes_rows:
            raise ValueError(f"{source}: rows can be handed to Avro streams without DECIMAL and MAP, with takes_rows")
        writer = Given(shape)
        given = list(rows)
        if given:
            keys, values, times = zip(*given, strict=True)
            self.log.append(found.topic, 0, Rows(keys, values, times, writer))

    def run(self) -> None:
        """Until every query has read everything; an error of a query is raised."""
        with few_collections():
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

    def rows(self, topic: str) -> list[Row]:
        """With takes_rows: key, row and timestamp of what queries made since the last `forget`, not written."""
        return [row for p in range(self.log.topics()[topic].partitions) for row in self.log.rows(topic, p)]

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
