"""Expressions: everything that has a value."""

from __future__ import annotations

import decimal
from dataclasses import dataclass, field

from rowtime.sql.ast.node import Node
from rowtime.sql.types import SqlType


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
