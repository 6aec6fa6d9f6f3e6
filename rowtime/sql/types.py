"""SQL types and schemas, printed as ksqlDB prints them.

How a value of each type looks in Python, everywhere in rowtime (None is NULL):

    BOOLEAN bool · INTEGER, BIGINT int · DOUBLE float · DECIMAL decimal.Decimal (quantised to its scale)
    STRING str · BYTES bytes · DATE int, days since the epoch · TIME int, ms since midnight
    TIMESTAMP int, ms since the epoch · ARRAY list · MAP dict · STRUCT tuple, in the order of the fields
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class SqlType:
    """A SQL type. Equality is structural; str() is ksqlDB's text."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Primitive(SqlType):
    """A type without parameters; use the constants below."""

    name: str

    def __str__(self) -> str:
        return self.name


BOOLEAN = Primitive("BOOLEAN")
INTEGER = Primitive("INTEGER")
BIGINT = Primitive("BIGINT")
DOUBLE = Primitive("DOUBLE")
STRING = Primitive("STRING")
BYTES = Primitive("BYTES")
DATE = Primitive("DATE")
TIME = Primitive("TIME")
TIMESTAMP = Primitive("TIMESTAMP")


@dataclass(frozen=True, slots=True)
class Decimal(SqlType):
    """DECIMAL(precision, scale)."""

    precision: int
    scale: int

    def __str__(self) -> str:
        return f"DECIMAL({self.precision}, {self.scale})"


@dataclass(frozen=True, slots=True)
class Array(SqlType):
    """ARRAY<item>."""

    item: SqlType

    def __str__(self) -> str:
        return f"ARRAY<{self.item}>"


@dataclass(frozen=True, slots=True)
class Map(SqlType):
    """MAP<key, value>."""

    key: SqlType
    value: SqlType

    def __str__(self) -> str:
        return f"MAP<{self.key}, {self.value}>"


def quoted(name: str) -> str:
    """In backticks."""
    return "`" + name.replace("`", "``") + "`"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a STRUCT; the name is as stored (upper-cased unless it was quoted)."""

    name: str
    type: SqlType

    def __str__(self) -> str:
        return f"{quoted(self.name)} {self.type}"


@dataclass(frozen=True, slots=True)
class Struct(SqlType):
    """STRUCT<fields>."""

    fields: tuple[Field, ...]

    def __str__(self) -> str:
        return f"STRUCT<{', '.join(map(str, self.fields))}>"

    def index(self, name: str) -> int:
        """Position of a field in the tuple, or -1."""
        return next((i for i, f in enumerate(self.fields) if f.name == name), -1)


NUMERIC = (INTEGER, BIGINT, DOUBLE)


def is_numeric(t: SqlType | None) -> bool:
    return t in NUMERIC or isinstance(t, Decimal)


class ColumnKind(Enum):
    """Where a column's value is stored."""

    KEY = "KEY"
    VALUE = "VALUE"
    HEADERS = "HEADERS"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a stream or table."""

    name: str
    type: SqlType
    kind: ColumnKind = ColumnKind.VALUE

    def __str__(self) -> str:
        suffix = " KEY" if self.kind is ColumnKind.KEY else ""
        return f"{quoted(self.name)} {self.type}{suffix}"


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns of a stream or table in declaration order (keys need not come first)."""

    columns: tuple[Column, ...] = ()

    @property
    def key(self) -> tuple[Column, ...]:
        return tuple(c for c in self.columns if c.kind is ColumnKind.KEY)

    @property
    def value(self) -> tuple[Column, ...]:
        return tuple(c for c in self.columns if c.kind is ColumnKind.VALUE)

    def find(self, name: str) -> Column | None:
        return next((c for c in self.columns if c.name == name), None)

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    def __str__(self) -> str:
        return ", ".join(map(str, self.columns))
