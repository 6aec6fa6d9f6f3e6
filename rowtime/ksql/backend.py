"""What the REST server asks of the engine. `rowtime.engine.Engine` fits; tests may put in something smaller."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from rowtime.log.api import Log, Schemas
from rowtime.serde.api import Format
from rowtime.sql import ast
from rowtime.sql.parser import ParsedStatement
from rowtime.sql.types import Column, Schema, SqlType

Properties = Mapping[str, object]
"""A request's streamsProperties merged over SET: values as in the JSON."""


class Executed(Protocol):
    """What a CREATE, INSERT INTO … SELECT, DROP, ALTER, TERMINATE, PAUSE, RESUME or DROP TYPE did.

    text      the statement as ksqlDB prints it, properties filled in
    message   ksqlDB's words, such as `Created query with ID CTAS_X_1`
    query_id  of the query created, None otherwise
    sequence  number of the command; -1 where there is none
    warning   nothing was done because the source exists (IF NOT EXISTS)
    """

    @property
    def text(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def query_id(self) -> str | None: ...
    @property
    def sequence(self) -> int: ...
    @property
    def warning(self) -> bool: ...


class Source(Protocol):
    """A stream or table of the metastore."""

    name: str
    is_table: bool
    schema: Schema
    topic: str
    key_format: Format
    value_format: Format
    window: Any
    timestamp: Any
    sql: str
    is_source: bool


class Metastore(Protocol):
    sources: Mapping[str, Any]
    types: Mapping[str, SqlType]

    def get(self, name: str) -> Any: ...
    def readers(self, name: str) -> Sequence[str]:
        """Ids of the queries that read a source."""
        ...

    def writers(self, name: str) -> Sequence[str]: ...
    def children(self, name: str) -> Sequence[str]: ...


class Query(Protocol):
    """A persistent query."""

    id: str
    text: str
    sink: str
    sources: Sequence[str]
    state: str
    properties: Mapping[str, object]
    errors: Sequence[Any]


class PullResult(Protocol):
    """All rows of a pull query; key columns of a table have kind KEY."""

    @property
    def columns(self) -> Sequence[Column]: ...
    @property
    def rows(self) -> Sequence[tuple[Any, ...]]: ...


class PushRow(NamedTuple):
    values: tuple[Any, ...]
    tombstone: bool = False


class PushQuery(Protocol):
    """A running push query: iterate over lists of rows; it ends at its LIMIT or by close()."""

    @property
    def id(self) -> str: ...
    @property
    def columns(self) -> Sequence[Column]: ...
    def __aiter__(self) -> AsyncIterator[Sequence[Any]]:
        """Lists of (values, tombstone)."""
        ...

    async def close(self) -> None: ...


class Engine(Protocol):
    log: Log
    schemas: Schemas
    metastore: Any

    @property
    def sequence(self) -> int:
        """Number of the next command."""
        ...

    @property
    def config(self) -> Mapping[str, object]: ...
    @property
    def queries(self) -> Mapping[str, Any]: ...
    async def offsets(self, query_id: str) -> Mapping[tuple[str, int], int]:
        """(topic, partition) → next offset that a query reads."""
        ...

    async def start(self) -> None: ...
    async def run(self) -> None: ...
    def sandbox(self) -> Any:
        """Has `attempt(statement, properties)`: tries one after another; StatementError for a bad one."""
        ...

    async def validate(self, statements: Iterable[ParsedStatement], properties: Properties) -> Any:
        """What the statements would do, tried in a sandbox."""
        ...

    async def execute(self, statement: ParsedStatement, properties: Properties) -> Executed:
        """Returns when it is durable."""
        ...

    async def insert_values(self, statement: ParsedStatement, properties: Properties) -> None: ...
    async def pull(self, query: ast.Query, properties: Properties) -> PullResult: ...
    async def push(self, query: ast.Query, properties: Properties) -> PushQuery: ...
