"""Statements."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from rowtime.sql.ast.expressions import Expression
from rowtime.sql.ast.node import Node
from rowtime.sql.ast.queries import Duration, Query
from rowtime.sql.types import SqlType


@dataclass(frozen=True, slots=True)
class Statement(Node):
    """One statement."""


class Constraint(Enum):
    KEY = "KEY"
    PRIMARY_KEY = "PRIMARY KEY"
    HEADERS = "HEADERS"
    HEADER = "HEADER"


@dataclass(frozen=True, slots=True)
class TableElement(Node):
    """A declared column; `header` is the key of HEADER('key')."""

    name: str
    type: SqlType
    constraint: Constraint | None = None
    header: str | None = None


Properties = tuple[tuple[str, Expression], ...]
"""The WITH clause: upper-cased names (quotes removed) with literal values, in the order written."""


@dataclass(frozen=True, slots=True)
class CreateSource(Statement):
    """CREATE [OR REPLACE] [SOURCE] STREAM|TABLE [IF NOT EXISTS] name (elements) WITH (properties)."""

    is_table: bool
    name: str
    elements: tuple[TableElement, ...] = ()
    properties: Properties = ()
    or_replace: bool = False
    if_not_exists: bool = False
    is_source: bool = False


@dataclass(frozen=True, slots=True)
class CreateAs(Statement):
    """CREATE … AS SELECT."""

    is_table: bool
    name: str
    query: Query
    properties: Properties = ()
    or_replace: bool = False
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class InsertInto(Statement):
    """INSERT INTO target [WITH (…)] SELECT …."""

    target: str
    query: Query
    properties: Properties = ()


@dataclass(frozen=True, slots=True)
class InsertValues(Statement):
    """INSERT INTO target (columns) VALUES (…)."""

    target: str
    columns: tuple[str, ...]
    values: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class QueryStatement(Statement):
    """A SELECT on its own: push when it has EMIT, else pull."""

    query: Query


@dataclass(frozen=True, slots=True)
class PrintTopic(Statement):
    topic: str
    from_beginning: bool = False
    interval: int | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class DropSource(Statement):
    is_table: bool
    name: str
    if_exists: bool = False
    delete_topic: bool = False


@dataclass(frozen=True, slots=True)
class AlterSource(Statement):
    """ALTER STREAM|TABLE name ADD COLUMN …."""

    is_table: bool
    name: str
    columns: tuple[TableElement, ...]


@dataclass(frozen=True, slots=True)
class Terminate(Statement):
    """`query_id` None is ALL."""

    query_id: str | None


@dataclass(frozen=True, slots=True)
class PauseQuery(Statement):
    query_id: str | None


@dataclass(frozen=True, slots=True)
class ResumeQuery(Statement):
    query_id: str | None


@dataclass(frozen=True, slots=True)
class ListItems(Statement):
    """SHOW|LIST what: STREAMS, TABLES, TOPICS, ALL TOPICS, QUERIES, PROPERTIES, FUNCTIONS, TYPES, VARIABLES,
    CONNECTORS, SOURCE CONNECTORS, SINK CONNECTORS."""

    what: str
    extended: bool = False


@dataclass(frozen=True, slots=True)
class Describe(Statement):
    name: str
    extended: bool = False


@dataclass(frozen=True, slots=True)
class DescribeAll(Statement):
    """DESCRIBE STREAMS|TABLES [EXTENDED]."""

    is_table: bool
    extended: bool = False


@dataclass(frozen=True, slots=True)
class DescribeFunction(Statement):
    name: str


@dataclass(frozen=True, slots=True)
class Explain(Statement):
    """Either an id or a statement; ANALYZE stays out of it."""

    query_id: str | None = None
    statement: Statement | None = None


@dataclass(frozen=True, slots=True)
class SetProperty(Statement):
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class UnsetProperty(Statement):
    name: str


@dataclass(frozen=True, slots=True)
class AlterSystem(Statement):
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class DefineVariable(Statement):
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class UndefineVariable(Statement):
    name: str


@dataclass(frozen=True, slots=True)
class CreateType(Statement):
    name: str
    type: SqlType
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class DropType(Statement):
    name: str
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class RunScript(Statement):
    path: str


@dataclass(frozen=True, slots=True)
class AssertTopic(Statement):
    topic: str
    properties: Properties = ()
    timeout: Duration | None = None
    exists: bool = True


@dataclass(frozen=True, slots=True)
class AssertSchema(Statement):
    subject: str | None = None
    schema_id: int | None = None
    timeout: Duration | None = None
    exists: bool = True


@dataclass(frozen=True, slots=True)
class AssertValues(Statement):
    """ASSERT [NULL] VALUES source (columns) VALUES (…) (of `rowtime test`)."""

    source: str
    columns: tuple[str, ...]
    values: tuple[Expression, ...]
    tombstone: bool = False


@dataclass(frozen=True, slots=True)
class AssertSource(Statement):
    """ASSERT STREAM|TABLE name (elements) WITH (…)."""

    source: CreateSource
