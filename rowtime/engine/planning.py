"""From an analysed query to sub-topologies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from rowtime.engine import aggregation
from rowtime.engine.analysis import Analysis, JoinSpec, Output, Side, referenced, table_functions_in
from rowtime.engine.code import Module
from rowtime.engine.compiled import compile_sub
from rowtime.engine.expressions import Expressions
from rowtime.engine.joins import Relation, join_relations, source_relation
from rowtime.engine.metastore import DataSource, WindowInfo
from rowtime.engine.operators.explode import Explode
from rowtime.engine.operators.filter import StreamFilter, TableFilter
from rowtime.engine.operators.select import Select, projection_error
from rowtime.engine.operators.sink import Sink
from rowtime.engine.prepare import PSEUDO
from rowtime.engine.projection import KeyPart, Keys, Projection, project
from rowtime.engine.properties import With, key_format, value_format
from rowtime.engine.schema_rules import check_format, check_keys
from rowtime.engine.scope import Scope, typed_scope
from rowtime.engine.throttle import Clock, Throttle, throttle, wall_clock
from rowtime.engine.topology import Plan, SubTopology, Target, connect
from rowtime.errors import KsqlError
from rowtime.serde.api import Format
from rowtime.sql import ast
from rowtime.sql.format import format_expression
from rowtime.sql.types import STRING, Column, ColumnKind, Schema, SqlType


@dataclass(slots=True)
class Request:
    """What a plan is made for.

    sink      name of the stream or table it fills, '' for a transient query
    topic     the sink's topic
    clause    its WITH clause
    settings  the query's properties
    partitions  how many partitions a topic has
    """

    sink: str
    topic: str
    clause: With
    settings: dict[str, object] = field(default_factory=dict)
    partitions: Callable[[str], int] = lambda topic: 1
    default_key_format: str = "KAFKA"
    clock: Clock = wall_clock

    @property
    def transient(self) -> bool:
        return not self.sink


def plan_query(analysis: Analysis, request: Request) -> Plan:
    """Raises KsqlError where ksqlDB refuses the query."""
    plan = _Planner(analysis, request).plan()
    for sub in plan.subs:
        topics = [i.topic for i in sub.inputs]
        for topic in topics:
            if topics.count(topic) > 1:
                raise KsqlError(f"Two sources of one query read the topic '{topic}': that is not supported. "
                                "Copy one of them with CREATE STREAM AS SELECT first.")
    plan.codes = [compile_sub(sub) for sub in plan.subs]
    return plan


class _Planner:
    def __init__(self, analysis: Analysis, request: Request):
        self.a, self.request = analysis, request
        self.subs: list[SubTopology] = []
        nodes = [o.expression for o in analysis.outputs] + [analysis.where, analysis.having, *analysis.group_by,
                                                            *analysis.partition_by]
        nodes += [e for j in analysis.joins for e in (j.left_on, j.right_on)]
        if analysis.joins and analysis.partition_by and any(o.from_star for o in analysis.outputs):
            nodes += [s.ref(n) for s in analysis.sides for n in (*PSEUDO, *(c.name for c in s.source.schema))]
        self.needed = referenced(nodes) | {s.prefix + "ROWTIME" for s in analysis.sides[:1] if analysis.has_aggregates}

    def plan(self) -> Plan:
        a = self.a
        self._check_clauses()
        relation = self._sources()
        if a.where is not None:
            filtering = TableFilter(a.where) if relation.is_table else StreamFilter(a.where)
            if relation.is_table:
                relation.needs_old()
            connect(relation.tail, filtering)
            relation.tail = filtering
        if a.group_by or a.has_aggregates:
            return aggregation.plan_aggregation(self, relation)
        return self._plan_projection(relation)

    # -------------------------------------------------- sources
    def _sources(self) -> Relation:
        relation = source_relation(self.a.sides[0], self.needed, SubTopology())
        self.subs.append(relation.sub)
        for join in self.a.joins:
            relation = join_relations(self, relation, join)
        return relation

    def internal_key_format(self, source: DataSource) -> Format:
        """Format of a repartition topic's key."""
        fmt = source.key_format
        return Format(self.request.default_key_format, False) if fmt.name == "NONE" else fmt

    def group_key_format(self, source: DataSource, key: Sequence[Column]) -> Format:
        """The sink's format where one was asked for, else the source's."""
        explicit = self.request.clause.text("KEY_FORMAT") or self.request.clause.text("FORMAT")
        return key_format(self.request.clause, explicit, True) if explicit else self.internal_key_format(source)

    def throttle(self, name: str) -> Throttle:
        return throttle(self.request.settings, name, self.request.clock)

    def _check_clauses(self) -> None:
        a = self.a
        if a.window is not None and not a.group_by:
            raise KsqlError("WINDOW clause requires a GROUP BY clause.")
        if a.query.emit is ast.Emit.FINAL and (a.window is None or not a.group_by):
            raise KsqlError("EMIT FINAL is only supported for windowed aggregations.")
        if a.having is not None and not a.group_by:
            raise KsqlError("HAVING requires a GROUP BY clause.")
        if a.partition_by and all(s.source.is_table for s in a.sides):
            raise KsqlError("PARTITION BY clause is only supported on streams. Use GROUP BY instead.")
        if len(a.partition_by) > 1 and any(isinstance(e, ast.NullLiteral) for e in a.partition_by):
            raise KsqlError("Cannot PARTITION BY multiple columns including NULL")

    # -------------------------------------------------- projections
    def _plan_projection(self, relation: Relation) -> Plan:
        a = self.a
        calls = [c for o in a.outputs for c in table_functions_in(o.expression)]
        if calls:
            if relation.is_table:
                raise KsqlError("Table source is not supported with table functions")
            unique = list(dict.fromkeys(calls))
            explode = Explode(unique)
            connect(relation.tail, explode)
            relation.tail = explode
        outputs = self._ordered(a.outputs, relation)
        keys = self._keys(relation, outputs)
        return self.finish(relation, outputs, keys, self._scope(relation, calls))

    def _scope(self, relation: Relation, calls: Sequence[ast.FunctionCall]) -> Scope:
        scope = typed_scope({(None, n): t for n, t in relation.types.items()})
        if calls:
            from rowtime.engine.code import Code
            from rowtime.functions import table_function
            typing = Expressions(Module(), scope)
            for call in calls:
                found = table_function(call.name, [typing.type_of(x) for x in call.args]).returns
                scope.values[call] = Code("_", found)
        return scope

    def _ordered(self, outputs: list[Output], relation: Relation) -> list[Output]:
        """SELECT *: with PARTITION BY the new key first and the old one last; a join's synthetic key first."""
        a = self.a
        if not any(o.from_star for o in outputs):
            return outputs
        if relation.synthetic and not any(o.expression == ast.ColumnRef(None, relation.synthetic) for o in outputs) \
                and isinstance(a.query.select[0], ast.AllColumns) and a.query.select[0].source is None:
            node = ast.ColumnRef(None, relation.synthetic)
            outputs = [Output(relation.synthetic, node, node, True), *outputs]
        if not a.partition_by or any(isinstance(e, ast.NullLiteral) for e in a.partition_by):
            return outputs
        return self._star_partitioned(outputs, relation)

    def _star_partitioned(self, outputs: list[Output], relation: Relation) -> list[Output]:
        a = self.a
        made = [o for e in a.partition_by for o in [self._key_output(e, outputs)]
                if not any(x.expression == e for x in outputs)]
        if a.joins:
            return self._star_of_join(made, outputs)
        old = {ast.ColumnRef(None, n) for n in relation.key_columns} - set(a.partition_by)
        kept = [o for o in outputs if not (o.from_star and o.expression in old)]
        last = [o for o in outputs if o.from_star and o.expression in old]
        return [*made, *kept, *last]

    def _star_of_join(self, made: list[Output], outputs: list[Output]) -> list[Output]:
        """Behind the new key, side by side: the value, the pseudo columns, the old key."""
        by_name = {o.name: o for o in outputs if o.from_star}
        found = [o for o in outputs if o.expression in self.a.partition_by]
        for side in self.a.sides:
            names = [*(c.name for c in side.source.schema.value), *PSEUDO, *(c.name for c in side.source.schema.key)]
            for name in names:
                node = side.ref(name)
                output = by_name.get(node.name) or Output(node.name, node, node, True)
                if output not in found:
                    found.append(output)
        return [*made, *found, *(o for o in outputs if not o.from_star and o not in found)]

    def _key_output(self, node: ast.Expression, outputs: Sequence[Output]) -> Output:
        if isinstance(node, ast.ColumnRef):
            return Output(node.name, node, node)
        if isinstance(node, ast.Dereference) and node.field:
            return Output(node.field, node, node)
        used = {o.name for o in outputs}
        n = next(i for i in range(len(used) + 1) if f"KSQL_COL_{i}" not in used)
        return Output(f"KSQL_COL_{n}", node, node)

    def _keys(self, relation: Relation, outputs: Sequence[Output]) -> Keys:
        a = self.a
        if a.partition_by:
            if isinstance(a.partition_by[0], ast.NullLiteral):
                return Keys([], "partitioning expression")
            parts = [KeyPart([e], [format_expression(s)])
                     for e, s in zip(a.partition_by, a.partition_by_shown, strict=True)]
            return Keys(parts, "partitioning expression")
        if a.joins:
            options: list[ast.Expression] = [ast.ColumnRef(None, n) for n in relation.viable]
            return Keys([KeyPart(options, relation.viable_shown)], "join expression",
                        synthetic=bool(relation.synthetic))
        return Keys([KeyPart([ast.ColumnRef(None, n)], [n]) for n in relation.key_columns], "key column")

    # -------------------------------------------------- the end of every plan
    def finish(self, relation: Relation, outputs: Sequence[Output], keys: Keys, scope: Scope, *,
               select_key: bool = True, window: WindowInfo | None = None, is_table: bool | None = None,
               retention: int | None = None) -> Plan:
        """Projection and sink behind the relation's last operator."""
        typing = Expressions(Module(), scope)
        for output in outputs:
            _type(typing, output)
        if self.request.transient:
            projection = Projection([], list(outputs))
        else:
            projection = project(outputs, keys, self.request.sink)
        key = [Column(o.name, _type(typing, o), ColumnKind.KEY) for o in projection.key]
        value = [Column(o.name, _type(typing, o)) for o in projection.values]
        _check_names(key, value)
        check_keys(key)
        table = relation.is_table if is_table is None else is_table
        new_key: list[ast.Expression] | None = None
        if self.a.partition_by and select_key:
            new_key = list(self.a.partition_by) if self.request.transient else [o.expression for o in projection.key]
        from_key = frozenset(i for i, e in enumerate(new_key or ()) if referenced([e]) <= set(relation.key_columns))
        select = Select(new_key, [(o.name, o.expression) for o in projection.values], from_key)
        connect(relation.tail, select)
        plan = self._target(relation, select, key, value, table, window or relation.window, retention)
        if self.request.transient:
            plan.keys = tuple(_shown_key(part, outputs, typing) for part in keys.parts)
        return plan

    def _target(self, relation: Relation, select: Select, key: list[Column], value: list[Column], is_table: bool,
                window: WindowInfo | None, retention: int | None) -> Plan:
        key_fmt, value_fmt = self._formats(relation, key)
        if not self.request.transient:
            check_format("Key", key_fmt, key)
            check_format("Value", value_fmt, value)
        sink = Sink(*self._timestamp(key, value))
        connect(select, sink)
        relation.sub.target = Target(self.request.topic, key_fmt, tuple(key), value_fmt, tuple(value), window,
                                     is_table=is_table)
        return Plan(self.subs, Schema((*key, *value)), is_table, window, key_fmt, value_fmt, retention,
                    [*key, *value])

    def _formats(self, relation: Relation, key: Sequence[Column]) -> tuple[Format, Format]:
        clause, source = self.request.clause, self.a.sides[0].source
        explicit = clause.text("KEY_FORMAT") or clause.text("FORMAT")
        if explicit and not key and explicit.upper() != "NONE" and clause.text("KEY_FORMAT"):
            raise KsqlError("Key format specified for stream without key columns.")
        if explicit:
            key_fmt = key_format(clause, explicit, bool(key))
        else:
            key_fmt = source.key_format
            if key_fmt.name == "NONE" and key:
                key_fmt = Format(self.request.default_key_format, False)
            elif not key:
                key_fmt = Format("NONE", False)
        value_fmt = value_format(clause, source.value_format.name)
        if clause.text("VALUE_FORMAT") is None and clause.text("FORMAT") is None:
            value_fmt = _inherit(value_fmt, source.value_format, clause)
        return key_fmt, value_fmt

    def _timestamp(self, key: Sequence[Column], value: Sequence[Column]) \
            -> tuple[tuple[int, SqlType, str | None] | None, bool]:
        name = self.request.clause.text("TIMESTAMP")
        if name is None:
            return None, False
        pattern = self.request.clause.text("TIMESTAMP_FORMAT")
        wanted = name.strip("`") if name.startswith("`") else name.upper()
        for columns, is_key in ((value, False), (key, True)):
            for i, c in enumerate(columns):
                if c.name == wanted:
                    return (i, c.type, pattern), is_key
        raise KsqlError(f"The TIMESTAMP column set in the WITH clause does not exist in the schema: '{wanted}'")


def _inherit(made: Format, source: Format, clause: With) -> Format:
    """A sink in its source's format keeps the delimiter, but not names of schemas."""
    options = dict(source.options) | dict(made.options)
    if "fullSchemaName" not in dict(made.options):
        options.pop("fullSchemaName", None)
    options.pop("schemaId", None)
    return replace(made, options=tuple(options.items()))


def _shown_key(part: KeyPart, outputs: Sequence[Output], typing: Expressions) -> Column:
    """A column of a transient query's key, by the name that the result has for it."""
    node = part.options[0]
    name = next((o.name for o in outputs if o.expression in part.options), getattr(node, "name", part.shown[0]))
    return Column(name, typing.type_of(node) or STRING, ColumnKind.KEY)


def _type(typing: Expressions, output: Output) -> SqlType:
    try:
        found = typing.type_of(output.expression)
    except KsqlError as e:
        raise projection_error(output.expression, e) from e
    if found is None:
        raise KsqlError(f"Can't infer a type of null. Please explicitly cast it to a required type, e.g. CAST(null AS "
                        f"VARCHAR). Column: `{output.name}`")
    return found


def _check_names(key: Sequence[Column], value: Sequence[Column]) -> None:
    seen = {c.name for c in key}
    for c in value:
        if c.name in seen:
            raise KsqlError(f"Duplicate value columns found in schema: {c}")
        seen.add(c.name)


__all__ = ["JoinSpec", "Request", "Side", "plan_query"]
