"""A small engine behind the REST server: enough metastore and rows to see the protocol."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rowtime.engine.metastore import DataSource, Metastore
from rowtime.errors import StatementError
from rowtime.ksql.backend import PushRow
from rowtime.log.api import Record, TopicInfo
from rowtime.serde.api import Format
from rowtime.sql import ast
from rowtime.sql.parser import ParsedStatement, parse_schema
from rowtime.sql.types import Column, Schema


@dataclass
class Done:
    text: str
    message: str = "done"
    query_id: str | None = None
    sequence: int = 0
    warning: bool = False


@dataclass
class Pulled:
    columns: Sequence[Column]
    rows: Sequence[tuple[Any, ...]]


@dataclass
class Pushed:
    id: str
    columns: Sequence[Column]
    rows: list[tuple[Any, ...]]
    limit: int | None
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aiter__(self) -> AsyncIterator[Sequence[PushRow]]:
        yield [PushRow(r) for r in self.rows[: self.limit]]
        if self.limit == 0:
            raise RuntimeError("broken")
        if self.limit is None:
            await self.closed.wait()

    async def close(self) -> None:
        self.closed.set()


class StubLog:
    def __init__(self) -> None:
        self.records = {"t": [Record(b"a1", b'{"X": 1}', 1_600_000_000_000), Record(None, None, 1_600_000_000_001)]}

    def topics(self) -> Mapping[str, TopicInfo]:
        return {"t": TopicInfo("t", 1), "__consumer_offsets": TopicInfo("__consumer_offsets", 1)}

    async def offsets(self, topic: str) -> list[tuple[int, int]]:
        return [(0, len(self.records[topic]))]

    async def read(self, topic: str, partition: int, offset: int, count: int) -> list[Record]:
        return self.records[topic][offset : offset + count]


class StubSchemas:
    async def latest(self, subject: str) -> tuple[int, str] | None:
        return (1, "{}") if subject == "t-value" else None

    async def by_id(self, schema_id: int) -> str:
        raise KeyError(schema_id)


class StubEngine:
    def __init__(self, schema: str, rows: list[tuple[Any, ...]], *, is_table: bool = True):
        self.schema: Schema = parse_schema(schema)
        self.rows = rows
        self.log, self.schemas, self.config = StubLog(), StubSchemas(), {}
        self.metastore = Metastore()
        self.metastore.add(DataSource("S", is_table, self.schema, "t", Format("KAFKA"), Format("AVRO")))
        self.queries: dict[str, Any] = {}
        self.executed: list[str] = []
        self.sequence = 10
        self.inserted: list[ast.InsertValues] = []
        self.pushed: list[Pushed] = []

    def sandbox(self) -> StubEngine:
        return self

    async def attempt(self, statement: ParsedStatement, properties: Mapping[str, object]) -> None:
        if "BAD" in statement.text:
            raise StatementError("bad statement", statement.text)

    async def execute(self, statement: ParsedStatement, properties: Mapping[str, object]) -> Done:
        self.executed.append(statement.text)
        return Done(statement.text)

    async def insert_values(self, statement: ParsedStatement, properties: Mapping[str, object]) -> None:
        assert isinstance(statement.statement, ast.InsertValues)
        self.inserted.append(statement.statement)

    async def pull(self, query: ast.Query, properties: Mapping[str, object]) -> Pulled:
        return Pulled(self.schema.columns, self.rows)

    async def push(self, query: ast.Query, properties: Mapping[str, object]) -> Pushed:
        push = Pushed("transient_S_1", self.schema.columns, self.rows, query.limit)
        self.pushed.append(push)
        return push
