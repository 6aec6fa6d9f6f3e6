"""Sources and joins of a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rowtime.engine.analysis import PSEUDO_TYPES, JoinSpec, Side, synthetic_key
from rowtime.engine.code import Module
from rowtime.engine.expressions import Expressions
from rowtime.engine.join_checks import check_join, check_types, column_name, is_foreign
from rowtime.engine.metastore import DataSource, WindowInfo
from rowtime.engine.operators.base import Operator
from rowtime.engine.operators.foreign_key import ForeignKeyJoin
from rowtime.engine.operators.joining import JoinKey
from rowtime.engine.operators.select import Select
from rowtime.engine.operators.sink import Sink
from rowtime.engine.operators.source import Source
from rowtime.engine.operators.stream_stream import StreamStreamJoin
from rowtime.engine.operators.stream_table import StreamTableJoin
from rowtime.engine.operators.table_table import TableTableJoin
from rowtime.engine.operators.time_window import DAY
from rowtime.engine.prepare import PSEUDO
from rowtime.engine.schema_rules import check_keys
from rowtime.engine.scope import typed_scope
from rowtime.engine.throttle import OUTER_JOINS
from rowtime.engine.topology import Input, Stored, SubTopology, Target, connect
from rowtime.errors import KsqlError
from rowtime.sql import ast
from rowtime.sql.types import BIGINT, INTEGER, Column, ColumnKind, SqlType

if TYPE_CHECKING:
    from rowtime.engine.planning import _Planner


@dataclass(slots=True)
class Relation:
    """What the plan has so far.

    types         plan name → type of every column that can be named
    key_columns   plan names of the key as it is; key_types theirs
    viable        after a join: names that stand for its key; viable_shown as messages show them
    equal         after a join: expressions with the key's value
    synthetic     the name of a join's key that is no column, ''
    """

    sub: SubTopology
    tail: Operator
    is_table: bool
    types: dict[str, SqlType]
    columns: list[tuple[str, SqlType]]
    key_columns: list[str]
    key_types: list[SqlType]
    window: WindowInfo | None
    sides: list[Side]
    sources: list[Source] = field(default_factory=list)
    viable: list[str] = field(default_factory=list)
    viable_shown: list[str] = field(default_factory=list)
    synthetic: str = ""
    equal: list[ast.Expression] = field(default_factory=list)

    def needs_old(self) -> None:
        for source in self.sources:
            source.stored = True


def side_types(side: Side) -> dict[str, SqlType]:
    """Every column of a source by plan name, pseudo columns included."""
    types = {side.prefix + c.name: c.type for c in side.source.schema}
    names = PSEUDO_TYPES if side.source.window else {n: PSEUDO_TYPES[n] for n in PSEUDO}
    return types | {side.prefix + n: t for n, t in names.items()}


def source_relation(side: Side, needed: set[str], sub: SubTopology) -> Relation:
    source = side.source
    types = side_types(side)
    operator = Source(source.name, source.is_table, len(source.schema.key), _templates(side))
    sub.inputs.append(source_input(source, operator, frozenset(
        c.name for c in source.schema.value if side.prefix + c.name in needed)))
    columns = [(n, t) for n, t in types.items() if n in needed]
    return Relation(sub, operator, source.is_table, types, columns, [side.prefix + c.name for c in source.schema.key],
                    [c.type for c in source.schema.key], source.window, [side],
                    [operator] if source.is_table else [])


def source_input(source: DataSource, operator: Source, used: frozenset[str]) -> Input:
    timestamp, of_key = None, False
    if source.timestamp is not None:
        wanted = source.timestamp.column
        for columns, is_key in ((source.schema.value, False), (source.schema.key, True)):
            for i, c in enumerate(columns):
                if c.name == wanted:
                    timestamp, of_key = (i, c.type, source.timestamp.format), is_key
        if not of_key:
            used |= {wanted}
    return Input(source.topic, operator, source.key_format, source.schema.key, source.value_format,
                 source.schema.value, used, source.window, timestamp, of_key, source=source.name)


def _templates(side: Side) -> dict[str, tuple[str, SqlType]]:
    source, p = side.source, side.prefix
    if any(c.kind is ColumnKind.HEADERS for c in source.schema):
        raise KsqlError(f"Header columns are not supported: {source.name}")
    columns = {p + c.name: (f"key[{i}]", c.type) for i, c in enumerate(source.schema.key)}
    columns |= {p + c.name: (f"{{row}}[{i}]", c.type) for i, c in enumerate(source.schema.value)}
    columns |= {p + "ROWTIME": ("ts", BIGINT), p + "ROWPARTITION": ("part", INTEGER), p + "ROWOFFSET": ("off", BIGINT)}
    if source.window:
        n = len(source.schema.key)
        columns |= {p + "WINDOWSTART": (f"key[{n}]", BIGINT), p + "WINDOWEND": (f"key[{n + 1}]", BIGINT)}
    return columns


# ---------------------------------------------------------------- joins
def join_relations(planner: _Planner, left: Relation, join: JoinSpec) -> Relation:
    right_is_table = join.right.source.is_table
    check_join(planner, left, join)
    left_column = column_name(join.left_on)
    right_column = column_name(join.right_on)
    if right_is_table and not left.is_table:
        kind = "stream-table"
    else:
        kind = "table-table" if right_is_table else "stream-stream"
    prefix = _prefix(planner, join)
    names = prefix + ("Join-left" if kind == "stream-stream" else "Join"), f"{prefix}Join-right"
    left_keyed = len(left.key_types) == 1 and (join.left_on in left.equal or left_column is not None and
                                               left_column in (left.viable or left.key_columns))
    keeps_null = kind != "table-table" and join.type in (ast.JoinType.LEFT, ast.JoinType.OUTER)
    left_key_type = _type_of(left.types, join.left_on)
    if kind == "table-table" and is_foreign(left, join):
        return _foreign(planner, left, join, left_key_type)
    if not left.is_table:
        left = _rekeyed(planner, left, None if left_keyed else join.left_on, names[0], keeps_null)
    right = _right_relation(planner, left, join, right_column, names[1])
    check_types(join, left_key_type, _type_of(right.types, join.right_on))
    return _joined(planner, left, right, join, kind, left_column, right_column)


def _right_relation(planner: _Planner, left: Relation, join: JoinSpec, column: str | None, name: str) -> Relation:
    if join.right.source.is_table:
        return source_relation(join.right, planner.needed, left.sub)
    keyed = column in [join.right.prefix + c.name for c in join.right.source.schema.key] \
        and len(join.right.source.schema.key) == 1
    sub = left.sub if keyed else SubTopology()
    if not keyed:
        planner.subs.insert(len(planner.subs) - 1, sub)
    right = source_relation(join.right, planner.needed, sub)
    keeps = join.type in (ast.JoinType.RIGHT, ast.JoinType.OUTER)
    return _rekeyed(planner, right, None if keyed else join.right_on, name, keeps, into=left.sub)


def _rekeyed(planner: _Planner, relation: Relation, key: ast.Expression | None, name: str, keeps_null: bool,
             into: SubTopology | None = None) -> Relation:
    """A stream keyed for its join, through a repartition topic where its key changes."""
    if key is None:
        operator = JoinKey(None, keeps_null, len(relation.key_types))
        connect(relation.tail, operator)
        relation.tail = operator
        return relation
    if relation.window is not None:
        raise KsqlError("Implicit repartitioning of windowed sources is not supported. "
                        "See https://github.com/confluentinc/ksql/issues/4385.")
    return _repartitioned(planner, relation, key, name, keeps_null, into)


def _repartitioned(planner: _Planner, relation: Relation, key: ast.Expression, name: str, keeps_null: bool,
                   into: SubTopology | None) -> Relation:
    key_type = _type_of(relation.types, key)
    rekey = JoinKey([key], keeps_null)
    columns = _carried(relation)
    select = Select(None, [(n, ast.ColumnRef(None, n)) for n, _ in columns])
    for first, second in ((relation.tail, rekey), (rekey, select), (select, Sink())):
        connect(first, second)
    source = relation.sides[0].source
    if not relation.viable:
        used = frozenset(c.name for c in source.schema.value)
        for i in relation.sub.inputs:
            i.used |= used
    key_column = Column(column_name(key) or "KSQL_KEY", key_type, ColumnKind.KEY)
    check_keys([key_column])
    values = tuple(Column(n, t) for n, t in columns)
    formats = (planner.internal_key_format(source), source.value_format)
    relation.sub.target = Target(f"{name}-repartition", formats[0], (key_column,), formats[1], values, internal=True)
    sub = into
    if sub is None:
        sub = SubTopology()
        planner.subs.append(sub)
    return _from_topic(relation, sub, f"{name}-repartition", key_column, values, formats, planner.needed, key)


def _from_topic(relation: Relation, sub: SubTopology, topic: str, key: Column, values: tuple[Column, ...],
                formats: tuple, needed: set[str], node: ast.Expression) -> Relation:
    templates: dict[str, tuple[str, SqlType]] = {c.name: (f"{{row}}[{i}]", c.type) for i, c in enumerate(values)}
    operator = Source(topic, False, 1, templates)
    used = frozenset(c.name for c in values if c.name in needed)
    sub.inputs.append(Input(topic, operator, formats[0], (key,), formats[1], values, used, internal=True))
    columns = [(c.name, c.type) for c in values if c.name in needed]
    name = column_name(node)
    return Relation(sub, operator, False, relation.types, columns, [name] if name else [], [key.type], None,
                    relation.sides)


def _carried(relation: Relation) -> list[tuple[str, SqlType]]:
    """Columns that go through a repartition topic: the value's, the pseudo columns, the key's."""
    if relation.viable:
        return relation.columns
    side = relation.sides[0]
    order = [c.name for c in side.source.schema.value] + ["ROWTIME", "ROWPARTITION", "ROWOFFSET"] + \
        [c.name for c in side.source.schema.key]
    return [(side.prefix + n, relation.types[side.prefix + n]) for n in order]


def _joined(planner: _Planner, left: Relation, right: Relation, join: JoinSpec, kind: str, left_column: str | None,
            right_column: str | None) -> Relation:
    types = left.types | right.types
    known = {s.alias for s in (*left.sides, *right.sides)}
    viable = [] if join.type is ast.JoinType.OUTER else _viable(left, join, left_column, right_column)
    synthetic = "" if viable else synthetic_key([j for j in planner.a.joins if j.right.alias in known], planner.a.sides)
    synthetic = synthetic or ("" if viable else "ROWKEY")
    shown = [_shown(n, [*left.sides, *right.sides]) for n in viable] or [synthetic]
    key_types = right.key_types
    names = [synthetic] if synthetic else []
    operator: Operator
    if kind == "stream-table":
        operator = StreamTableJoin(join.type is ast.JoinType.LEFT, left.columns, right.columns, names, key_types)
    elif kind == "table-table":
        operator = TableTableJoin(left.columns, right.columns, names, key_types, _outer(join.type))
    else:
        operator = _stream_join(planner, join, left, right, names)
    connect(left.tail, operator, 0)
    connect(right.tail, operator, 1)
    if isinstance(operator, StreamStreamJoin):
        _changelogs(planner, left.sub, operator, left, right)
    _table_changelogs(left, right, kind, _prefix(planner, join))
    if synthetic:
        types = types | {synthetic: key_types[0]}
    return Relation(left.sub, operator, left.is_table, types, [*left.columns, *right.columns], viable or [synthetic],
                    key_types, left.window, [*left.sides, *right.sides], [], viable or [synthetic], shown, synthetic,
                    _equal(left, join))


def _foreign(planner: _Planner, left: Relation, join: JoinSpec, foreign_type: SqlType) -> Relation:
    """The left table's key stays the key."""
    right = source_relation(join.right, planner.needed, left.sub)
    check_types(join, foreign_type, _type_of(right.types, join.right_on))
    operator = ForeignKeyJoin(left.columns, right.columns, left.key_types, join.left_on,
                              join.type is ast.JoinType.LEFT)
    connect(left.tail, operator, 0)
    connect(right.tail, operator, 1)
    sides = [*left.sides, *right.sides]
    return Relation(left.sub, operator, True, left.types | right.types, [*left.columns, *right.columns],
                    left.key_columns, left.key_types, None, sides, [], left.key_columns,
                    [_shown(n, sides) for n in left.key_columns])


def _outer(kind: ast.JoinType) -> tuple[bool, bool]:
    return kind in (ast.JoinType.LEFT, ast.JoinType.OUTER), kind in (ast.JoinType.RIGHT, ast.JoinType.OUTER)


def _stream_join(planner: _Planner, join: JoinSpec, left: Relation, right: Relation, names: list[str]) \
        -> StreamStreamJoin:
    if join.within is None:
        raise KsqlError("Stream-Stream joins must have a WITHIN clause specified. None was provided.")
    before, after = join.within.before.ms, join.within.after.ms
    waits = join.within.grace is not None
    grace = join.within.grace.ms if join.within.grace is not None else max(DAY - before - after, 0)
    mirrored = join.type is ast.JoinType.RIGHT
    outer = _outer(join.type)
    return StreamStreamJoin(left.columns, right.columns, names, right.key_types, before, after, grace,
                            (outer[1], outer[0]) if mirrored else outer, waits, mirrored, planner.throttle(OUTER_JOINS))


def _viable(left: Relation, join: JoinSpec, left_column: str | None, right_column: str | None) -> list[str]:
    found = []
    if join.left_on in left.equal or left_column in left.viable:
        found = list(left.viable)
    elif left_column is not None:
        found = [left_column]
    if right_column is not None:
        found.append(right_column)
    return found


def _equal(left: Relation, join: JoinSpec) -> list[ast.Expression]:
    """Expressions that have the value of the join's key; after a FULL join none has it always."""
    if join.type is ast.JoinType.OUTER:
        return []
    return [*(left.equal if join.left_on in left.equal else [join.left_on]), join.right_on]


def _shown(name: str, sides: Sequence[Side]) -> str:
    for side in sides:
        if name.startswith(side.prefix) and side.source.schema.find(name[len(side.prefix):]):
            return f"{side.alias}.{name[len(side.prefix):]}"
    return name


def _type_of(types: dict[str, SqlType], node: ast.Expression) -> SqlType:
    found = Expressions(Module(), typed_scope({(None, n): t for n, t in types.items()})).type_of(node)
    assert found is not None
    return found


# ---------------------------------------------------------------- changelogs that ksqlDB registers
def _side_columns(relation: Relation) -> tuple[Column, ...]:
    return tuple(Column(n, t) for n, t in _carried(relation))


def _changelogs(planner: _Planner, sub: SubTopology, join: StreamStreamJoin, left: Relation, right: Relation) -> None:
    this = "OUTERTHIS" if join.outer[1] else "JOINTHIS"
    other = "OUTEROTHER" if join.outer[0] else "JOINOTHER"
    fmt = left.sides[0].source.value_format, right.sides[0].source.value_format
    for name, f, relation in ((f"KSTREAM-{this}-0000000008-store", fmt[0], left),
                              (f"KSTREAM-{other}-0000000009-store", fmt[1], right)):
        sub.changelogs.append(Stored(name, f, _side_columns(relation)))
    if any(join.outer) and join.waits:
        sub.changelogs.append(Stored("KSTREAM-OUTERSHARED-0000000008-store", fmt[0], _side_columns(left)))


def _prefix(planner: _Planner, join: JoinSpec) -> str:
    """What ksqlDB puts before the names of a join whose result is joined further."""
    return "L_" * (len(planner.a.joins) - 1 - planner.a.joins.index(join))


def _table_changelogs(left: Relation, right: Relation, kind: str, prefix: str) -> None:
    sides = {"stream-table": [("Right", right)], "table-table": [("Left", left), ("Right", right)]}.get(kind, [])
    for word, relation in (s for s in sides if not s[1].viable):
        source = relation.sides[0].source
        columns = (*source.schema.value, Column("ROWPARTITION", INTEGER), Column("ROWOFFSET", BIGINT))
        left.sub.changelogs.append(Stored(f"KafkaTopic_{prefix}{word}-Reduce", source.value_format, columns))
