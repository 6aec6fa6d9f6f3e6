"""SELECT and its clauses."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from rowtime.sql.ast.expressions import Expression
from rowtime.sql.ast.node import Node


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
