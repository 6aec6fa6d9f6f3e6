"""Random syntax trees that the grammar can express."""

from __future__ import annotations

import decimal

from hypothesis import strategies as st

from rowtime.sql import ast, types

names = st.one_of(
    st.sampled_from(["A", "B1", "ROWTIME", "DATE", "HOUR", "KEY", "SELECT", "lower", "odd `name", "Ünï", "1R", "x.y"]),
    st.text("ABC_ 1é`'\"", min_size=1, max_size=6),
)
decimals = st.decimals(min_value=-999, max_value=999, places=3, allow_nan=False, allow_infinity=False)
literals = st.one_of(
    st.just(ast.NullLiteral()),
    st.booleans().map(ast.BooleanLiteral),
    st.integers(-(2**31), 2**31 - 1).map(ast.IntegerLiteral),
    st.integers(2**31, 2**63 - 1).map(ast.LongLiteral),
    decimals.map(lambda d: ast.DecimalLiteral(decimal.Decimal(d))),
    st.floats(allow_nan=False, allow_infinity=False).map(ast.DoubleLiteral),
    st.text(max_size=8).map(ast.StringLiteral),
)
columns = st.builds(ast.ColumnRef, st.none() | names, names)
primitives = st.sampled_from([types.BOOLEAN, types.INTEGER, types.BIGINT, types.DOUBLE, types.STRING, types.DATE])


def _struct(fields: list[tuple[str, types.SqlType]]) -> types.SqlType:
    return types.Struct(tuple(types.Field(name, kind) for name, kind in fields))


sql_types = st.recursive(
    primitives | st.just(types.Decimal(10, 2)),
    lambda inner: st.one_of(
        inner.map(types.Array),
        st.builds(types.Map, inner, inner),
        st.lists(st.tuples(names, inner), min_size=1, max_size=3, unique_by=lambda f: f[0]).map(_struct),
    ),
    max_leaves=4,
)


def _lists(inner: st.SearchStrategy, low: int = 1) -> st.SearchStrategy:
    return st.lists(inner, min_size=low, max_size=3).map(tuple)


def _compound(inner: st.SearchStrategy) -> st.SearchStrategy:
    whens = _lists(st.builds(ast.When, inner, inner))
    unsigned = inner.filter(lambda e: not hasattr(e, "value") or not isinstance(e.value, (int, float, decimal.Decimal)))
    comparisons = ["=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"]
    functions = st.sampled_from(["COUNT", "SUBSTRING", "DATE", "MY_FN"])
    return st.one_of(
        st.builds(ast.Arithmetic, st.sampled_from("+-*/%"), inner, inner),
        st.builds(ast.Comparison, st.sampled_from(comparisons), inner, inner),
        st.builds(ast.Logical, st.sampled_from(["AND", "OR"]), inner, inner),
        st.builds(ast.Sign, st.sampled_from("+-"), unsigned),
        st.builds(ast.Not, inner), st.builds(ast.IsNull, inner), st.builds(ast.IsNotNull, inner),
        st.builds(ast.Like, inner, inner, st.none() | st.characters(codec="utf-8")),
        st.builds(ast.Between, inner, inner, inner), st.builds(ast.InList, inner, _lists(inner)),
        st.builds(ast.SearchedCase, whens, st.none() | inner),
        st.builds(ast.SimpleCase, inner, whens, st.none() | inner),
        st.builds(ast.Cast, inner, sql_types), st.builds(ast.CreateArray, _lists(inner, 0)),
        st.builds(ast.CreateMap, _lists(st.builds(ast.MapEntry, inner, inner), 0)),
        st.builds(ast.CreateStruct, _lists(st.builds(ast.StructEntry, names, inner), 0)),
        st.builds(ast.Subscript, inner, inner), st.builds(ast.Dereference, inner, names),
        st.builds(ast.FunctionCall, functions, _lists(inner, 0)),
    )  # fmt: skip


expressions = st.recursive(literals | columns, _compound, max_leaves=12)

durations = st.builds(ast.Duration, st.integers(0, 10**6), st.sampled_from(sorted(ast.UNIT_MS.keys() - {"YEARS"})))
sources = st.builds(ast.Source, names, names)
withins = st.builds(ast.Within, durations, durations, st.none() | durations)
joins = st.builds(ast.Join, st.sampled_from(ast.JoinType), sources, st.none() | withins, expressions)
single_columns = st.builds(ast.SingleColumn, expressions, st.none() | names)
items = st.one_of(single_columns, st.builds(ast.AllColumns, st.none() | names))
windows = st.one_of(
    st.builds(ast.Window, st.just(ast.WindowType.TUMBLING), durations, st.none(), st.none() | durations, durations),
    st.builds(ast.Window, st.just(ast.WindowType.HOPPING), durations, durations, st.none() | durations, durations),
    st.builds(ast.Window, st.just(ast.WindowType.SESSION), durations),
)
queries = st.builds(
    ast.Query, _lists(items), sources, _lists(joins, 0), st.none() | windows, st.none() | expressions,
    _lists(columns, 0), st.just(False), _lists(columns, 0), st.none() | expressions,
    st.none() | st.sampled_from(ast.Emit), st.none() | st.integers(0, 10**6),
)  # fmt: skip
properties = st.dictionaries(st.sampled_from(["KAFKA_TOPIC", "PARTITIONS", "odd".upper(), "A.B"]), literals).map(
    lambda d: tuple(sorted(d.items()))
)
statements = st.one_of(
    queries.map(ast.QueryStatement),
    st.builds(ast.CreateAs, st.booleans(), names, queries, properties, st.booleans(), st.booleans()),
    st.builds(ast.InsertInto, names, queries, properties),
    st.builds(ast.InsertValues, names, st.just(()), _lists(literals, 0)),
    st.builds(lambda target, row: ast.InsertValues(target, *map(tuple, zip(*row, strict=True))), names,
              _lists(st.tuples(names, literals))),
    st.builds(ast.CreateType, names, sql_types, st.booleans()),
    st.builds(ast.Terminate, st.none() | names),
    st.builds(ast.Describe, names, st.booleans()),
)
