"""An engine of several processes, all of them here: one log, one registry, an engine for each share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rowtime.engine import recovery
from rowtime.engine.local import LocalEngine, drive
from rowtime.engine.query import QueryError
from rowtime.engine.workers.share import Share
from rowtime.log.api import Record
from rowtime.log.memory import MemoryLog
from rowtime.registry.store import SchemaStore


class Others:
    """The team of process 0 without processes."""

    def __init__(self) -> None:
        self.engines: list[LocalEngine] = []

    def start(self) -> None: ...

    async def follow(self) -> None:
        for one in self.engines:
            await recovery.follow(one.engine)

    async def rows(self, query_id: str, keys: Sequence[Any] | None) -> list[Any]:
        tables = [one.engine.queries[query_id].table for one in self.engines]
        return [row for table in tables if table is not None for row in table.items(keys)]

    async def positions(self, query_id: str) -> Mapping[tuple[str, int], int]:
        return {at: offset for one in self.engines for at, offset in one.engine.queries[query_id].offsets.items()}

    async def settled(self) -> None: ...

    def failed(self, query_id: str, error: Any) -> None:
        for one in self.engines:
            one.engine.queries[query_id].fail(QueryError(error.message, error.timestamp))


class Divided:
    """`count` processes; what LocalEngine has, over all of them."""

    def __init__(self, count: int, *, log: MemoryLog | None = None, schemas: SchemaStore | None = None,
                 data_dir: Path | None = None, step_records: int = 1000):
        self.log, self.schemas = log or MemoryLog(), schemas or SchemaStore()
        self.count, self.data_dir = count, data_dir
        team = Others()
        self.engines = [LocalEngine(log=self.log, schemas=self.schemas, data_dir=data_dir, share=Share(number, count),
                                    team=None if number else team, step_records=step_records)
                        for number in range(count)]
        team.engines += self.engines[1:]

    @property
    def first(self) -> LocalEngine:
        return self.engines[0]

    def execute(self, text: str, properties: Mapping[str, object] | None = None) -> None:
        self.first.execute(text, properties or {})

    def create_topic(self, name: str, partitions: int = 1, config: Mapping[str, str] | None = None) -> None:
        self.first.create_topic(name, partitions, config)

    def register(self, subject: str, schema: str) -> int:
        return self.first.register(subject, schema)

    def append(self, topic: str, records: Iterable[Record]) -> None:
        self.first.append(topic, records)

    def run(self) -> None:
        """Rounds in turn, until no process has anything left to read."""
        worked = [True]
        while any(worked):
            worked = [drive(one.engine.runner.round()) for one in self.engines]

    def again(self, step_records: int = 1000) -> Divided:
        """Other processes on the same log."""
        return Divided(self.count, log=self.log, schemas=self.schemas, data_dir=self.data_dir,
                       step_records=step_records)

    def snapshot(self) -> None:
        for one in self.engines:
            drive(recovery.take_snapshot(one.engine))

    def records(self, topic: str, partition: int | None = None) -> list[Record]:
        return self.first.records(topic, partition)

    def by_partition(self, topic: str) -> dict[int, list[Record]]:
        return {p: self.first.records(topic, p) for p in range(self.log.topics()[topic].partitions)}
