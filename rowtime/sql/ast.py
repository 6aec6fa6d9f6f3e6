"""The syntax tree: one frozen dataclass a construct, named as in ksqlDB's grammar.

Names of columns, sources and fields are stored normalised: upper-cased unless they were quoted with backticks.
`pos` never takes part in equality. Trees are immutable: rewrite with `transform`.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from typing import Any

from rowtime.sql.types import SqlType


@dataclass(frozen=True, slots=True)
class Position:
    """1-based line, 0-based column, as ksqlDB reports them."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    pos: Position | None = field(default=None, compare=False, repr=False)


# ---------------------------------------------------------------- expressions
@dataclass(frozen=True, slots=True)
class Expression(Node):
    """A value."""


@dataclass(frozen=True, slots=True)
class NullLiteral(Expression):
    pass


@dataclass(frozen=True, slots=True)
class BooleanLiteral(Expression):
    value: bool


@dataclass(frozen=True, slots=True)
class IntegerLiteral(Expression):
    """Fits 32 bits: INTEGER."""

    value: int


@dataclass(frozen=True, slots=True)
class LongLiteral(Expression):
    """Needs 64 bits: BIGINT."""

    value: int


@dataclass(frozen=True, slots=True)
class DecimalLiteral(Expression):
    """1.5: DECIMAL(2, 1)."""

    value: decimal.Decimal


@dataclass(frozen=True, slots=True)
class DoubleLiteral(Expression):
    """1e1: DOUBLE. `text` is as written."""

    value: float
    text: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class StringLiteral(Expression):
    value: str


@dataclass(frozen=True, slots=True)
class IntervalUnit(Expression):
    """DAYS, HOURS, … as an argument of TIMESTAMPADD and its like."""

    unit: str


@dataclass(frozen=True, slots=True)
class ColumnRef(Expression):
    """`name` or `source.name`."""

    source: str | None
    name: str


@dataclass(frozen=True, slots=True)
class Dereference(Expression):
    """base->field; `field` None is base->*."""

    base: Expression
    field: str | None


@dataclass(frozen=True, slots=True)
class Subscript(Expression):
    """base[index]."""

    base: Expression
    index: Expression


@dataclass(frozen=True, slots=True)
class FunctionCall(Expression):
    """name(args); the name is upper-cased. COUNT(*) has no arguments and `star` set."""

    name: str
    args: tuple[Expression, ...]
    star: bool = False


@dataclass(frozen=True, slots=True)
class Lambda(Expression):
    """(a, b) => body; the parameters appear in the body as LambdaVariable."""

    params: tuple[str, ...]
    body: Expression


@dataclass(frozen=True, slots=True)
class LambdaVariable(Expression):
    name: str


@dataclass(frozen=True, slots=True)
class Arithmetic(Expression):
    """op is one of + - * / %."""

    op: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Sign(Expression):
    """Unary + or -."""

    op: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Comparison(Expression):
    """op is one of = <> < <= > >= "IS DISTINCT FROM" "IS NOT DISTINCT FROM" (!= is stored as <>)."""

    op: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Logical(Expression):
    """op is AND or OR."""

    op: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Not(Expression):
    operand: Expression


@dataclass(frozen=True, slots=True)
class IsNull(Expression):
    operand: Expression


@dataclass(frozen=True, slots=True)
class IsNotNull(Expression):
    operand: Expression


@dataclass(frozen=True, slots=True)
class Like(Expression):
    value: Expression
    pattern: Expression
    escape: str | None = None


@dataclass(frozen=True, slots=True)
class Between(Expression):
    value: Expression
    low: Expression
    high: Expression


@dataclass(frozen=True, slots=True)
class InList(Expression):
    value: Expression
    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class When(Node):
    condition: Expression
    result: Expression


@dataclass(frozen=True, slots=True)
class SearchedCase(Expression):
    """CASE WHEN condition THEN result … ELSE default END."""

    whens: tuple[When, ...]
    default: Expression | None = None


@dataclass(frozen=True, slots=True)
class SimpleCase(Expression):
    """CASE operand WHEN value THEN result … END."""

    operand: Expression
    whens: tuple[When, ...]
    default: Expression | None = None


@dataclass(frozen=True, slots=True)
class Cast(Expression):
    operand: Expression
    type: SqlType


@dataclass(frozen=True, slots=True)
class CreateArray(Expression):
    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class MapEntry(Node):
    key: Expression
    value: Expression


@dataclass(frozen=True, slots=True)
class CreateMap(Expression):
    entries: tuple[MapEntry, ...]


@dataclass(frozen=True, slots=True)
class StructEntry(Node):
    name: str
    value: Expression


@dataclass(frozen=True, slots=True)
class CreateStruct(Expression):
    entries: tuple[StructEntry, ...]


# ---------------------------------------------------------------- queries
@dataclass(frozen=True, slots=True)
class SelectItem(Node):
    pass


@dataclass(frozen=True, slots=True)
class SingleColumn(SelectItem):
    """expression [AS alias]."""

    expression: Expression
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class AllColumns(SelectItem):
    """* or source.*."""

    source: str | None = None


@dataclass(frozen=True, slots=True)
class StructAll(SelectItem):
    """base->*."""

    base: Expression


@dataclass(frozen=True, slots=True)
class Duration(Node):
    """`amount` and `unit` as written (unit in the plural, upper-cased); `ms` in all."""

    amount: int
    unit: str

    @property
    def ms(self) -> int:
        return self.amount * UNIT_MS[self.unit]


UNIT_MS = {"MILLISECONDS": 1, "SECONDS": 1000, "MINUTES": 60_000, "HOURS": 3_600_000, "DAYS": 86_400_000,
           "YEARS": 31_556_952_000}


class WindowType(Enum):
    TUMBLING = "TUMBLING"
    HOPPING = "HOPPING"
    SESSION = "SESSION"


@dataclass(frozen=True, slots=True)
class Window(Node):
    """`size` is the gap of a SESSION; `advance` only for HOPPING. `name` is the optional window name."""

    type: WindowType
    size: Duration
    advance: Duration | None = None
    retention: Duration | None = None
    grace: Duration | None = None


class JoinType(Enum):
    INNER = "INNER"
    LEFT = "LEFT"
    RIGHT = "RIGHT"
    OUTER = "OUTER"


@dataclass(frozen=True, slots=True)
class Within(Node):
    """WITHIN 1 HOUR, or WITHIN (before, after), with an optional grace."""

    before: Duration
    after: Duration
    grace: Duration | None = None


@dataclass(frozen=True, slots=True)
class Source(Node):
    """A named stream or table with its alias (the name itself when none was given)."""

    name: str
    alias: str


@dataclass(frozen=True, slots=True)
class Join(Node):
    """One more source joined to what stands left of it."""

    type: JoinType
    source: Source
    within: Within | None
    on: Expression


class Emit(Enum):
    CHANGES = "CHANGES"
    FINAL = "FINAL"


@dataclass(frozen=True, slots=True)
class Query(Node):
    """SELECT. `emit` None is a pull query unless it stands inside CREATE … AS, where it means CHANGES."""

    select: tuple[SelectItem, ...]
    source: Source
    joins: tuple[Join, ...] = ()
    window: Window | None = None
    where: Expression | None = None
    group_by: tuple[Expression, ...] = ()
    group_by_parenthesised: bool = False
    partition_by: tuple[Expression, ...] = ()
    having: Expression | None = None
    emit: Emit | None = None
    limit: int | None = None


# ---------------------------------------------------------------- statements
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


def children(node: Any) -> list[Node]:
    """The nodes directly below, in the order of the text."""
    found: list[Node] = []
    for f in fields(node):
        value = getattr(node, f.name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Node):
                found.append(item)
    return found


def transform(node: Any, change: Callable[[Any], Any]) -> Any:
    """A copy with `change` applied bottom-up to every node; it returns the node itself to leave it."""
    changes: dict[str, Any] = {}
    for f in fields(node):
        value = getattr(node, f.name)
        if isinstance(value, Node):
            new: Any = transform(value, change)
        elif isinstance(value, tuple) and any(isinstance(v, Node) for v in value):
            new = tuple(transform(v, change) if isinstance(v, Node) else v for v in value)
        else:
            continue
        if new is not value:
            changes[f.name] = new
    return change(replace(node, **changes) if changes else node)
