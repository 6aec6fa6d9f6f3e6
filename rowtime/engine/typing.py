"""Rules of types: what an operation gives, what may stand in for what."""

from __future__ import annotations

from collections.abc import Sequence

from rowtime.errors import KsqlError
from rowtime.sql.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    STRING,
    TIME,
    TIMESTAMP,
    Array,
    Decimal,
    Field,
    Map,
    SqlType,
    Struct,
    is_numeric,
)

MAX_PRECISION = 38
_AS_DECIMAL: dict[SqlType, Decimal] = {INTEGER: Decimal(10, 0), BIGINT: Decimal(19, 0)}
_DATETIME = (DATE, TIME, TIMESTAMP)


def as_decimal(t: SqlType) -> Decimal:
    """The DECIMAL that holds every value of an integer type."""
    return t if isinstance(t, Decimal) else _AS_DECIMAL[t]


def arithmetic_type(op: str, left: SqlType, right: SqlType) -> SqlType:
    """Result type of + - * / % on two numbers."""
    if DOUBLE in (left, right):
        return DOUBLE
    if not isinstance(left, Decimal) and not isinstance(right, Decimal):
        return BIGINT if BIGINT in (left, right) else INTEGER
    return _decimal_result(op, as_decimal(left), as_decimal(right))


def _decimal_result(op: str, a: Decimal, b: Decimal) -> Decimal:
    p1, s1, p2, s2 = a.precision, a.scale, b.precision, b.scale
    if op in "+-":
        scale = max(s1, s2)
        return Decimal(max(p1 - s1, p2 - s2) + scale + 1, scale)
    if op == "*":
        return Decimal(p1 + p2 + 1, s1 + s2)
    if op == "/":
        scale = max(6, s1 + p2 + 1)
        return Decimal(p1 - s1 + s2 + scale, scale)
    return Decimal(min(p1 - s1, p2 - s2) + max(s1, s2), max(s1, s2))


def widen_decimal(a: Decimal, b: Decimal) -> Decimal:
    """The smallest DECIMAL that holds both."""
    scale = max(a.scale, b.scale)
    return Decimal(max(a.precision - a.scale, b.precision - b.scale) + scale, scale)


def can_cast_implicitly(source: SqlType | None, target: SqlType) -> bool:
    """Whether ksqlDB widens `source` to `target` without a CAST."""
    if source is None or source == target:
        return True
    if source == INTEGER:
        return target in (BIGINT, DOUBLE) or isinstance(target, Decimal) and target.precision - target.scale >= 10
    if source == BIGINT:
        return target == DOUBLE or isinstance(target, Decimal) and target.precision - target.scale >= 19
    if isinstance(source, Decimal):
        if isinstance(target, Decimal):
            return target.scale >= source.scale and target.precision - target.scale >= source.precision - source.scale
        return target == DOUBLE
    if isinstance(source, Array) and isinstance(target, Array):
        return can_cast_implicitly(source.item, target.item)
    if isinstance(source, Map) and isinstance(target, Map):
        return can_cast_implicitly(source.key, target.key) and can_cast_implicitly(source.value, target.value)
    return False


def common_type(types: Sequence[SqlType | None]) -> SqlType | None:
    """The type all of them can become, None when all are NULL."""
    found: SqlType | None = None
    for t in types:
        found = t if found is None else found if t is None else _common(found, t)
    return found


def _common(a: SqlType, b: SqlType) -> SqlType:
    if a == b:
        return a
    if is_numeric(a) and is_numeric(b):
        if DOUBLE in (a, b):
            return DOUBLE
        if isinstance(a, Decimal) or isinstance(b, Decimal):
            return widen_decimal(as_decimal(a), as_decimal(b))
        return BIGINT
    if isinstance(a, Array) and isinstance(b, Array):
        return Array(_common(a.item, b.item))
    if isinstance(a, Map) and isinstance(b, Map):
        return Map(_common(a.key, b.key), _common(a.value, b.value))
    if isinstance(a, Struct) and isinstance(b, Struct):
        return _common_struct(a, b)
    raise KsqlError(f"invalid input syntax for type {a}: no common type with {b}.")


def _common_struct(a: Struct, b: Struct) -> Struct:
    fields = {f.name: f.type for f in a.fields}
    for f in b.fields:
        fields[f.name] = _common(fields[f.name], f.type) if f.name in fields else f.type
    return Struct(tuple(Field(n, t) for n, t in fields.items()))


def can_compare(op: str, left: SqlType | None, right: SqlType | None) -> bool:
    """Whether ksqlDB compares values of these types with `op`."""
    if left is None or right is None:
        return True
    if is_numeric(left) and is_numeric(right):
        return True
    if left in _DATETIME or right in _DATETIME:
        return _can_compare_times(left, right)
    if left != right and not _same_kind(left, right):
        return False
    if left == BOOLEAN or isinstance(left, (Array, Map, Struct)):
        return op in ("=", "<>", "IS DISTINCT FROM", "IS NOT DISTINCT FROM")
    return True


def _same_kind(left: SqlType, right: SqlType) -> bool:
    return type(left) is type(right) and isinstance(left, (Array, Map, Struct))


def _can_compare_times(left: SqlType, right: SqlType) -> bool:
    if STRING in (left, right) or left == right:
        return True
    return {left, right} == {DATE, TIMESTAMP}
