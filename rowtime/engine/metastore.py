"""What has been declared: streams, tables, named types, and which query reads and writes what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from rowtime.errors import KsqlError
from rowtime.serde.api import Format
from rowtime.sql.ast import WindowType
from rowtime.sql.types import Schema, SqlType


@dataclass(frozen=True, slots=True)
class WindowInfo:
    """How a source's key is windowed; `size` in ms, None for SESSION."""

    type: WindowType
    size: int | None = None


@dataclass(frozen=True, slots=True)
class TimestampColumn:
    """The column rowtime is taken from, with the pattern of a text column."""

    column: str
    format: str | None = None
    name_as_written: str = ""


@dataclass(frozen=True, slots=True)
class DataSource:
    """A stream or table.

    schema  key columns first, as SELECT * lists them; `declared` keeps the order of the declaration
    sql     the statement that made it, as ksqlDB prints it
    """

    name: str
    is_table: bool
    schema: Schema
    topic: str
    key_format: Format
    value_format: Format
    window: WindowInfo | None = None
    timestamp: TimestampColumn | None = None
    sql: str = ""
    is_source: bool = False
    is_cas: bool = False
    query_id: str | None = None

    @property
    def kind(self) -> str:
        return "TABLE" if self.is_table else "STREAM"


@dataclass(slots=True)
class QueryLinks:
    """A persistent query's edges in the graph of sources."""

    query_id: str
    reads: tuple[str, ...]
    writes: str


@dataclass(slots=True)
class Metastore:
    sources: dict[str, DataSource] = field(default_factory=dict)
    types: dict[str, SqlType] = field(default_factory=dict)
    queries: dict[str, QueryLinks] = field(default_factory=dict)
    parents: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def clone(self) -> Metastore:
        """A copy whose changes stay its own (the sandbox of a request)."""
        return Metastore(dict(self.sources), dict(self.types), dict(self.queries), dict(self.parents))

    def get(self, name: str) -> DataSource | None:
        return self.sources.get(name)

    def require(self, name: str) -> DataSource:
        found = self.sources.get(name)
        if found is None:
            raise KsqlError(f"Exception while preparing statement: {name} does not exist.")
        return found

    def add(self, source: DataSource, parents: Iterable[str] = ()) -> None:
        self.sources[source.name] = source
        self.parents[source.name] = tuple(parents)

    def remove(self, name: str) -> None:
        self.sources.pop(name, None)
        self.parents.pop(name, None)

    def children(self, name: str) -> list[str]:
        """Streams and tables that were made by reading this one."""
        return [child for child, parents in self.parents.items() if name in parents and child != name]

    def readers(self, name: str) -> list[str]:
        return [q.query_id for q in self.queries.values() if name in q.reads]

    def writers(self, name: str) -> list[str]:
        return [q.query_id for q in self.queries.values() if q.writes == name]
