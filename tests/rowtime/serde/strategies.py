"""Random columns and rows for the formats' tests."""

from __future__ import annotations

from decimal import Decimal as Number
from typing import Any

from hypothesis import strategies as st

from rowtime.sql.types import (
    BIGINT,
    BOOLEAN,
    BYTES,
    DATE,
    DOUBLE,
    INTEGER,
    STRING,
    TIME,
    TIMESTAMP,
    Array,
    Column,
    Decimal,
    Field,
    Map,
    SqlType,
    Struct,
)

int32 = st.integers(-(2**31), 2**31 - 1)
int64 = st.integers(-(2**63), 2**63 - 1)
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = st.text("ABCDEFGHIJ_", min_size=1, max_size=4).map(lambda s: "F" + s)
primitives = st.sampled_from([BOOLEAN, INTEGER, BIGINT, DOUBLE, STRING, BYTES, DATE, TIME, TIMESTAMP, Decimal(9, 3)])


def structs(inner: st.SearchStrategy[SqlType]) -> st.SearchStrategy[SqlType]:
    fields = st.lists(st.tuples(names, inner), min_size=1, max_size=3, unique_by=lambda f: f[0])
    return fields.map(lambda fs: Struct(tuple(Field(n, t) for n, t in fs)))


types = st.recursive(
    primitives,
    lambda inner: st.one_of(inner.map(Array), inner.map(lambda t: Map(STRING, t)), structs(inner)), max_leaves=4)
column_lists = st.lists(st.tuples(names, types), min_size=1, max_size=5, unique_by=lambda c: c[0]).map(
    lambda cs: [Column(n, t) for n, t in cs])


def values(t: SqlType) -> st.SearchStrategy[Any]:
    """Values of a type, None among them."""
    return st.none() | present(t)


def present(t: SqlType) -> st.SearchStrategy[Any]:
    match t:
        case Array(item):
            return st.lists(values(item), max_size=3)
        case Map(_, value):
            return st.dictionaries(text, values(value), max_size=3)
        case Struct(fields):
            return st.tuples(*(values(f.type) for f in fields))
        case Decimal(precision, scale):
            limit = 10**precision - 1
            return st.integers(-limit, limit).map(lambda n: Number(n).scaleb(-scale))
    return PRIMITIVES[t]


PRIMITIVES: dict[SqlType, st.SearchStrategy[Any]] = {
    BOOLEAN: st.booleans(), INTEGER: int32, BIGINT: int64, DOUBLE: st.floats(allow_nan=False), STRING: text,
    BYTES: st.binary(max_size=8), DATE: int32, TIME: st.integers(0, 86_400_000), TIMESTAMP: int64,
}


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[Column], list[tuple[Any, ...]]]:
    """Columns and a few rows of them."""
    columns = draw(column_lists)
    rows = draw(st.lists(st.tuples(*(values(c.type) for c in columns)), max_size=3))
    return columns, rows
