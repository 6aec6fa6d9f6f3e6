"""Batch worker of the conformance runner: one case a line in, one answer a line out.

  python tests/conformance/worker.py

Each persistent query runs alone over the whole input, in the order of the statements; a query whose source topics have
records in the inputs reads those in the order of the file.
"""

from __future__ import annotations

import json
import sys
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]

from qtt_values import Raw, dump, loads, read_record, write_record  # noqa: E402

from rowtime.engine.context import Context  # noqa: E402
from rowtime.engine.engine import Engine  # noqa: E402
from rowtime.engine.local import drive  # noqa: E402
from rowtime.engine.query import PersistentQuery  # noqa: E402
from rowtime.engine.task import Task  # noqa: E402
from rowtime.errors import RowtimeError  # noqa: E402
from rowtime.log.api import Record, TopicInfo  # noqa: E402
from rowtime.log.memory import MemoryLog  # noqa: E402
from rowtime.registry.store import SchemaStore  # noqa: E402
from rowtime.sql import ast  # noqa: E402
from rowtime.sql.parser import iterate_statements  # noqa: E402

NO_PROPERTIES: dict[str, object] = {}
CONFIG = {"ksql.service.id": "some.ksql.service.id", "ksql.streams.auto.offset.reset": "earliest"}


class OnePartition(MemoryLog):
    """Every topic has one partition, as in ksqlDB's own harness; how many were asked for is remembered."""

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


class Case:
    def __init__(self, job: dict[str, Any]):
        self.job = job
        self.log, self.schemas = OnePartition(), SchemaStore()
        self.engine = Harnessed(self.log, self.schemas, CONFIG | job["properties"], consecutive_ids=True)
        self.placed: list[tuple[str, int, int, Record]] = []
        self.custom: dict[str, dict[str, Any]] = {}
        self.order: list[str] = []

    def run(self) -> dict[str, Any]:
        self.topics()
        for i, text in enumerate(self.job["statements"]):
            self.statement("\n" * i + text)
        self.inputs()
        for query in list(self.engine.queries.values()):
            self.feed(query)
            if query.errors:
                raise RuntimeError(query.errors[-1].message)
        return self.answer()

    # -------------------------------------------------- before
    def topics(self) -> None:
        for topic in self.job["topics"]:
            self.log.add_topic(topic["name"])
            self.custom[topic["name"]] = topic
            for side in ("key", "value"):
                schema = topic.get(f"{side}Schema")
                if schema is not None and "PROTOBUF" not in str(topic.get(f"{side}Format")):
                    self.register(f"{topic['name']}-{side}", schema, topic.get(f"{side}SchemaId"))
        for record in self.job["inputs"]:
            self.order.append(record["topic"])

    def register(self, subject: str, schema: Any, schema_id: int | None) -> None:
        text = json.dumps(schema)
        given = drive(self.schemas.register(subject, text))
        if schema_id is not None:
            self.schemas.state.texts[schema_id] = self.schemas.state.texts[given]

    def create(self, name: str, partitions: int = 1) -> None:
        if name not in self.log.topics():
            self.log.add_topic(name, partitions)

    def statement(self, text: str) -> None:
        text = text if text.rstrip().endswith(";") else text + ";"
        for parsed in iterate_statements(text, types=self.engine.metastore.types):
            if isinstance(parsed.statement, ast.InsertValues):
                drive(self.engine.insert_values(parsed))
            elif isinstance(parsed.statement, ast.SetProperty):
                self.engine.config[parsed.statement.name] = parsed.statement.value
            else:
                if isinstance(parsed.statement, ast.CreateSource):
                    self.source_topic(parsed.statement)
                drive(self.engine.execute(parsed))

    def source_topic(self, statement: ast.CreateSource) -> None:
        properties = {n.upper(): v for n, v in statement.properties}
        topic = properties.get("KAFKA_TOPIC")
        if isinstance(topic, ast.StringLiteral) and "PARTITIONS" not in properties:
            self.create(topic.value)

    def inputs(self) -> None:
        ends: dict[tuple[str, int], int] = {}
        for record in self.job["inputs"]:
            topic = record["topic"]
            self.create(topic)
            source = next((s for s in self.engine.metastore.sources.values() if s.topic == topic), None)
            made = write_record(record, source, self.custom.get(topic, {}), self.schemas)
            self.log.append(topic, None, [made])
            for p, (_, end) in enumerate(drive(self.log.offsets(topic))):
                if end > ends.get((topic, p), self.before(topic, p)):
                    self.placed.append((topic, p, end - 1, made))
                ends[topic, p] = end

    def before(self, topic: str, partition: int) -> int:
        return 0

    # -------------------------------------------------- running
    def feed(self, query: PersistentQuery) -> None:
        wanted = {i.topic for task in query.tasks for i in task.sub.inputs if not i.internal}
        given = [p for p in self.placed if p[0] in wanted]
        seen = {p[0] for p in given}
        for topic in dict.fromkeys(i.topic for t in query.tasks for i in t.sub.inputs):
            if topic in wanted - seen:
                given += self.written(topic)
        for place in given:
            self.one(query, *place)

    def written(self, topic: str) -> list[tuple[str, int, int, Record]]:
        self.log.subscribe("written", topic, 0, 0)
        for p in range(self.log.topics()[topic].partitions):
            self.log.subscribe("written", topic, p, 0)
        found = []
        while delivered := self.log.poll("written", 10_000):
            for d in delivered:
                found += [(topic, d.partition, d.offset + i, r) for i, r in enumerate(d.records)]
        self.log.unsubscribe("written")
        return found

    def one(self, query: PersistentQuery, topic: str, partition: int, offset: int, record: Record) -> None:
        for task in query.tasks:
            box = task.by_place.get((topic, partition))
            if box is None:
                continue
            arrived = self.fetching(lambda box=box: box.decoder([record], offset))
            for a in arrived:
                self.work(query, task, [(box, a)])
        self.drain(query)

    def drain(self, query: PersistentQuery) -> None:
        for task in query.tasks:
            if task.inside and task.sub.inputs[0].internal:
                while taken := self.fetching(lambda task=task: task.take(1)):
                    self.work(query, task, taken)
                continue
            for box in task.inboxes:
                if task.sub.inputs[box.input].internal:
                    while self.fetching(lambda task=task, box=box: task._poll(box)):
                        self.work(query, task, [(box, box.ready.popleft())])

    def fetching(self, call: Any) -> Any:
        while True:
            try:
                return call()
            except KeyError as missing:
                drive(self.engine.cache.fetch(missing.args[0]))

    def work(self, query: PersistentQuery, task: Task, taken: list[Any]) -> None:
        if not task.registered:
            drive(self.engine.runner._register(query, task))
        try:
            self.log.commit(task.work(taken))
        except Exception as e:
            raise RuntimeError(f"Exception caught in process. taskId={task.name}: {e}") from e

    # -------------------------------------------------- after
    def answer(self) -> dict[str, Any]:
        sources = self.engine.metastore.sources.values()
        by_topic = {s.topic: s for s in sources}
        outputs = []
        for topic, source in by_topic.items():
            outputs += [read_record(topic, r, source, self.engine.cache, self.schemas)
                        for _, _, _, r in self.written(topic)]
        return {"id": self.job["id"], "error": None, "outputs": outputs,
                "formats": {t: {"key": s.key_format.name, "value": s.value_format.name} for t, s in by_topic.items()},
                "sources": [describe(s) for s in sources], "topic_names": list(self.log.topics())}


def describe(s: Any) -> dict[str, Any]:
    window = {"windowType": s.window.type.value, "windowSize": s.window.size} if s.window else {}
    return {"name": s.name, "type": s.kind, "schema": str(s.schema), "valueFormat": s.value_format.name,
            "keyFormat": {"format": s.key_format.name, **window}}


def answer(job: dict[str, Any]) -> dict[str, Any]:
    try:
        return Case(job).run()
    except RowtimeError as e:
        return {"id": job["id"], "error": {"message": str(e)}, "outputs": []}
    except Exception as e:
        traceback.print_exc()
        return {"id": job["id"], "error": {"message": f"{type(e).__name__}: {e}" if not isinstance(e, RuntimeError)
                                           else str(e)}, "outputs": []}


def main() -> None:
    for line in sys.stdin:
        if line.strip():
            print(dump(answer(loads(line))), flush=True)


__all__ = ["Raw", "answer"]
if __name__ == "__main__":
    main()
