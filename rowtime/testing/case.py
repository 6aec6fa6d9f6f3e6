"""A test case as ksqlDB's own harness runs it.

Each persistent query runs alone over the whole input, in the order of the statements. A query whose source topics
have input records reads those, in the order given; one that reads other queries' sinks reads these topics to their end.
Every topic has one partition and every update gives a record.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from rowtime.engine.context import Context
from rowtime.engine.engine import Engine
from rowtime.engine.inbox import Inbox
from rowtime.engine.local import drive
from rowtime.engine.query import PersistentQuery
from rowtime.engine.stretch import Stretch
from rowtime.engine.task import Task
from rowtime.log.api import Record, TopicInfo
from rowtime.log.columns import Columns, columns_of
from rowtime.log.memory import MemoryLog
from rowtime.registry.store import SchemaStore
from rowtime.sql import ast
from rowtime.sql.parser import iterate_statements
from rowtime.testing.reading import read_record
from rowtime.testing.writing import write_record

T = TypeVar("T")
NO_PROPERTIES: dict[str, object] = {}
CONFIG = {"ksql.service.id": "some.ksql.service.id", "ksql.streams.auto.offset.reset": "earliest"}
Place = tuple[str, int, int, Record]
"""Topic, partition, offset, record."""


class OnePartition(MemoryLog):
    """Every topic has one partition; how many were asked for is remembered."""

    def __init__(self) -> None:
        super().__init__(keep_steps=False)
        self.asked: dict[str, int] = {}

    async def create_topic(self, name: str, partitions: int, config: Any = None) -> TopicInfo:
        self.asked[name] = partitions
        return self.add_topic(name, 1, config)


class Harnessed(Engine):
    """Plans with the partitions that were asked for, four where none were."""

    def context(self, properties: Any = NO_PROPERTIES, *, sandbox: bool = False) -> Context:
        made = super().context(properties, sandbox=sandbox)
        assert isinstance(self.log, OnePartition)
        made.topics = {n: replace(i, partitions=self.log.asked.get(n, 4)) for n, i in made.topics.items()}
        return made


@dataclass(slots=True)
class Given:
    """What a case consists of: statements, input records, properties, topics that exist with their schemas."""

    statements: Sequence[str]
    inputs: Sequence[Mapping[str, Any]] = ()
    properties: Mapping[str, object] = field(default_factory=dict)
    topics: Sequence[Mapping[str, Any]] = ()


class Case:
    """`run` raises RowtimeError where a statement is wrong, RuntimeError where a query fails."""

    def __init__(self, given: Given):
        self.given = given
        self.log, self.schemas = OnePartition(), SchemaStore()
        self.engine = Harnessed(self.log, self.schemas, CONFIG | dict(given.properties), consecutive_ids=True)
        self.placed: list[Place] = []

    def run(self) -> None:
        self._topics()
        for i, text in enumerate(self.given.statements):
            self._statement("\n" * i + text)
        for record in self.given.inputs:
            self._input(record)
        for query in list(self.engine.queries.values()):
            self._feed(query)
            if query.errors:
                raise RuntimeError(query.errors[-1].message)

    def outputs(self) -> list[dict[str, Any]]:
        """Every record of every source's topic, as test files show them."""
        return [read_record(topic, record, source, self.engine.cache)
                for topic, source in self.sources().items() for _, _, _, record in self._written(topic)]

    def sources(self) -> dict[str, Any]:
        """Topic → the stream or table that was declared on it last."""
        return {s.topic: s for s in self.engine.metastore.sources.values()}

    # -------------------------------------------------- before
    def _topics(self) -> None:
        for topic in self.given.topics:
            self.log.add_topic(topic["name"])
            for side in ("key", "value"):
                schema = topic.get(f"{side}Schema")
                if schema is not None and "PROTOBUF" not in str(topic.get(f"{side}Format")):
                    self._register(f"{topic['name']}-{side}", schema, topic.get(f"{side}SchemaId"))

    def _register(self, subject: str, schema: Any, schema_id: int | None) -> None:
        given = drive(self.schemas.register(subject, json.dumps(schema)))
        if schema_id is not None:
            self.schemas.state.texts[schema_id] = self.schemas.state.texts[given]

    def _create(self, name: str) -> None:
        if name not in self.log.topics():
            self.log.add_topic(name, 1)

    def _statement(self, text: str) -> None:
        text = text if text.rstrip().endswith(";") else text + ";"
        for parsed in iterate_statements(text, types=self.engine.metastore.types):
            statement = parsed.statement
            if isinstance(statement, ast.InsertValues):
                drive(self.engine.insert_values(parsed))
            elif isinstance(statement, ast.SetProperty):
                self.engine.config[statement.name] = statement.value
            elif isinstance(statement, ast.UnsetProperty):
                self.engine.config.pop(statement.name, None)
            elif not isinstance(statement, ast.DefineVariable | ast.UndefineVariable):
                if isinstance(statement, ast.CreateSource):
                    self._source_topic(statement)
                drive(self.engine.execute(parsed))

    def _source_topic(self, statement: ast.CreateSource) -> None:
        properties = {n.upper(): v for n, v in statement.properties}
        topic = properties.get("KAFKA_TOPIC")
        if isinstance(topic, ast.StringLiteral) and "PARTITIONS" not in properties:
            self._create(topic.value)

    def _input(self, record: Mapping[str, Any]) -> None:
        topic = record["topic"]
        self._create(topic)
        source = next((s for s in self.engine.metastore.sources.values() if s.topic == topic), None)
        made = write_record(record, source, self.schemas)
        self.log.append(topic, None, [made])
        (_, end), = drive(self.log.offsets(topic))
        self.placed.append((topic, 0, end - 1, made))

    # -------------------------------------------------- running
    def _feed(self, query: PersistentQuery) -> None:
        wanted = {i.topic for task in query.tasks for i in task.sub.inputs if not i.internal}
        given = [p for p in self.placed if p[0] in wanted]
        seen = {p[0] for p in given}
        for topic in dict.fromkeys(i.topic for t in query.tasks for i in t.sub.inputs):
            if topic in wanted - seen:
                given += self._written(topic)
        for place in given:
            self._one(query, *place)

    def _written(self, topic: str) -> list[Place]:
        self.log.subscribe("written", topic, 0, 0)
        found: list[Place] = []
        while delivered := self.log.poll("written", 10_000):
            for d in delivered:
                found += [(topic, d.partition, d.offset + i, r) for i, r in enumerate(columns_of(d.records))]
        self.log.unsubscribe("written")
        return found

    def _one(self, query: PersistentQuery, topic: str, partition: int, offset: int, record: Record) -> None:
        for task in query.tasks:
            box = task.by_place.get((topic, partition))
            if box is None:
                continue
            self._work(query, task, [self._decoded(box, record, offset)])
        self._drain(query)

    def _decoded(self, box: Inbox, record: Record, offset: int) -> Stretch:
        return self._fetching(lambda: box.decoder(Columns.of([record]), box, range(offset, offset + 1)))

    def _drain(self, query: PersistentQuery) -> None:
        for task in query.tasks:
            if task.inside and task.sub.inputs[0].internal:
                while taken := self._fetching(lambda task=task: task.take(1)):  # type: ignore[misc]
                    self._work(query, task, taken)
                continue
            for box in task.inboxes:
                if task.sub.inputs[box.input].internal:
                    while self._fetching(lambda task=task, box=box: task._poll(box)):  # type: ignore[misc]
                        self._work(query, task, [box.take(1)])

    def _fetching(self, call: Callable[[], T]) -> T:
        while True:
            try:
                return call()
            except KeyError as missing:
                drive(self.engine.cache.fetch(missing.args[0]))

    def _work(self, query: PersistentQuery, task: Task, taken: list[Any]) -> None:
        if not task.registered:
            drive(self.engine.runner._register(query, task))
        try:
            self.log.commit(task.work(taken))
        except Exception as e:
            raise RuntimeError(f"Exception caught in process. taskId={task.name}: {e}") from e
