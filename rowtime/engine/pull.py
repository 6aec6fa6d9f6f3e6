"""Pull queries: what a table holds now, or all of a stream up to now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product, takewhile
from typing import TYPE_CHECKING, Any

from rowtime.engine.analysis import Analysis, analyse
from rowtime.engine.cast import text_to_timestamp
from rowtime.engine.compiled import Hooks
from rowtime.engine.held import Held
from rowtime.engine.insert_values import evaluate
from rowtime.engine.keys import key_writer
from rowtime.engine.materialised import Materialised
from rowtime.engine.metastore import DataSource
from rowtime.engine.operators.base import frozen
from rowtime.engine.planning import Request, plan_query
from rowtime.engine.prepare import BOUNDS, prepare_query
from rowtime.engine.properties import With
from rowtime.engine.query import PersistentQuery
from rowtime.errors import KsqlError
from rowtime.log.partitioner import partition_of
from rowtime.sql import ast
from rowtime.sql.types import Array, Column, ColumnKind, SqlType

if TYPE_CHECKING:
    from rowtime.engine.engine import Engine


@dataclass(frozen=True, slots=True)
class PullResult:
    """Key columns of a table have kind KEY."""

    columns: Sequence[Column]
    rows: Sequence[tuple[Any, ...]]


async def pull(engine: Engine, query: ast.Query, properties: Mapping[str, object]) -> PullResult:
    source = engine.metastore.require(query.source.name)
    _check(query)
    if not source.is_table:
        from rowtime.engine.push import read_stream
        return await read_stream(engine, query, properties)
    writer, table = _materialised(engine, source)
    analysis = _analysed(engine, query, source)
    made: list[Any] = []
    plan = plan_query(analysis, Request("", "", With(), dict(properties)))
    hooks = Hooks(made.append, lambda e: None, lambda ts: None, lambda f, *a: f(*a))
    compiled = plan.codes[0].load("pull query", hooks)
    state = compiled.new_state()
    rows = await _rows(engine, source, writer, table, query)
    found = _thawed(rows, source) if table.nested else rows
    wanted = takewhile(lambda _: query.limit is None or len(made) < query.limit, found)
    compiled.inputs[0]((0, state, 0, key, row, ts) for key, row, ts in wanted)
    keys = {c.name for c in source.schema.key} | (set(BOUNDS) if source.window else set())
    columns = [Column(c.name, c.type, ColumnKind.KEY if isinstance(o.expression, ast.ColumnRef)
                      and o.expression.name in keys else ColumnKind.VALUE)
               for c, o in zip(plan.emit_columns, analysis.outputs, strict=True)]
    return PullResult(columns, [m[1] for m in made][:query.limit])


def _check(query: ast.Query) -> None:
    for found, clause in ((query.group_by, "GROUP BY"), (query.partition_by, "PARTITION BY"), (query.having, "HAVING"),
                          (query.window, "WINDOW"), (query.joins, "JOIN")):
        if found:
            raise KsqlError(f"Pull queries don't support {clause} clauses. "
                            "See https://cnfl.io/queries for more info.\nAdd EMIT CHANGES if you intended to issue a "
                            "push query.")


def _materialised(engine: Engine, source: DataSource) -> tuple[PersistentQuery, Materialised | Held]:
    for query_id in engine.metastore.writers(source.name):
        query = engine.queries.get(query_id)
        if query is not None and query.table is not None:
            return query, query.table
    raise KsqlError(f"The `{source.name}` table isn't queryable. To derive a queryable table, you can do 'CREATE TABLE "
                    f"QUERYABLE_{source.name} AS SELECT * FROM {source.name}'. See https://cnfl.io/queries for more "
                    "info.\nAdd EMIT CHANGES if you intended to issue a push query.")


def _analysed(engine: Engine, query: ast.Query, source: DataSource) -> Analysis:
    """The query over the table's rows taken as a stream."""
    metastore = engine.metastore.clone()
    metastore.sources[source.name] = replace(source, is_table=False, timestamp=None)
    prepared = prepare_query(ast.transform(query, _times_as_numbers), metastore)
    return analyse(prepared, metastore, transient=True)


def _times_as_numbers(node: Any) -> Any:
    """A text beside WINDOWSTART, WINDOWEND or ROWTIME is a time."""
    if isinstance(node, ast.Comparison):
        left, right = node.left, node.right
        if _is_time(left) and isinstance(right, ast.StringLiteral):
            return replace(node, right=ast.LongLiteral(text_to_timestamp(right.value)))
        if _is_time(right) and isinstance(left, ast.StringLiteral):
            return replace(node, left=ast.LongLiteral(text_to_timestamp(left.value)))
    if isinstance(node, ast.Between) and _is_time(node.value):
        low, high = (ast.LongLiteral(text_to_timestamp(n.value)) if isinstance(n, ast.StringLiteral) else n
                     for n in (node.low, node.high))
        return replace(node, low=low, high=high)
    return node


def _is_time(node: Any) -> bool:
    return isinstance(node, ast.ColumnRef) and node.name in (*BOUNDS, "ROWTIME")


async def _rows(engine: Engine, source: DataSource, writer: PersistentQuery, table: Materialised | Held,
                query: ast.Query) -> list[Any]:
    """Rows of the keys asked for, else of all, by partition and then by the key's bytes as a store would give them."""
    keys = _wanted(query.where, source)
    others = await engine.team.rows(writer.id, keys) if writer.share.divides else []
    if keys is not None:
        return _by_key(keys, [*table.items(keys), *others], len(source.schema.key)) if others else [*table.items(keys)]
    rows = [*table.items(), *others]
    if source.key_format.name == "AVRO" or not rows:
        return rows
    data = key_writer(source.key_format, source.schema.key, None, 0)([r[0][:len(source.schema.key)] for r in rows])
    info = engine.log.topics().get(source.topic)
    count = info.partitions if info else 1
    order = sorted(range(len(rows)), key=lambda i: (partition_of(data[i] or b"", count), data[i] or b"", rows[i][0]))
    return [rows[i] for i in order]


def _by_key(keys: Sequence[Any], rows: Iterable[Any], size: int) -> list[Any]:
    """Rows of several processes in the order of the keys asked for; each key's are of one process."""
    places = {key: place for place, key in enumerate(keys)}
    return sorted(rows, key=lambda row: places[row[0][:size]])


def _thawed(rows: Iterable[Any], source: DataSource) -> Iterator[Any]:
    """Rows whose keys hold lists again in the place of tuples."""
    types = [c.type for c in source.schema.key]
    for key, row, ts in rows:
        yield (*map(_as_list, key, types), *key[len(types):]), row, ts


def _as_list(value: Any, t: SqlType) -> Any:
    if isinstance(t, Array):
        return None if value is None else [_as_list(v, t.item) for v in value]
    return value


def _wanted(where: ast.Expression | None, source: DataSource) -> list[tuple[Any, ...]] | None:
    """The keys that WHERE names: `key = x` or `key IN (…)` for every key column; None: all keys."""
    found: dict[str, list[Any]] = {}
    for part in _conjuncts(where):
        _add_keys(part, source, found)
    if not source.schema.key or any(c.name not in found for c in source.schema.key):
        return None
    return [tuple(k) for k in product(*(found[c.name] for c in source.schema.key))]


def _conjuncts(node: ast.Expression | None) -> list[ast.Expression]:
    if isinstance(node, ast.Logical) and node.op == "AND":
        return _conjuncts(node.left) + _conjuncts(node.right)
    return [node] if node is not None else []


def _add_keys(part: ast.Expression, source: DataSource, found: dict[str, list[Any]]) -> None:
    column, items = _named_key(part)
    declared = next((c for c in source.schema.key if c.name == column), None)
    if declared is None or column in found:
        return
    try:
        values = [evaluate(i, declared.type) for i in items]
    except KsqlError:
        return
    found[declared.name] = list(dict.fromkeys(frozen(v) for v in values if v is not None))


def _named_key(part: ast.Expression) -> tuple[str, Sequence[ast.Expression]]:
    if isinstance(part, ast.Comparison) and part.op == "=":
        for a, b in ((part.left, part.right), (part.right, part.left)):
            if isinstance(a, ast.ColumnRef):
                return a.name, [b]
    if isinstance(part, ast.InList) and isinstance(part.value, ast.ColumnRef):
        return part.value.name, part.items
    return "", []



