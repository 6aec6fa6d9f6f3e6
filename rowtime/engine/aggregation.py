"""The part of a plan from GROUP BY on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rowtime.engine.analysis import aggregates_in, bounds_error, walk
from rowtime.engine.code import Code, Module
from rowtime.engine.expressions import Expressions
from rowtime.engine.joins import Relation
from rowtime.engine.metastore import WindowInfo
from rowtime.engine.operators.aggregate import Aggregate, Item
from rowtime.engine.operators.emit_final import FinalTimeWindowAggregate
from rowtime.engine.operators.group_by import GroupBy, TableGroupBy
from rowtime.engine.operators.hopping_window import HoppingWindowAggregate
from rowtime.engine.operators.select import Select
from rowtime.engine.operators.session_window import SessionWindowAggregate
from rowtime.engine.operators.sink import Sink
from rowtime.engine.operators.source import Source
from rowtime.engine.operators.time_window import DAY, TimeWindowAggregate, default_grace
from rowtime.engine.prepare import BOUNDS
from rowtime.engine.projection import KeyPart, Keys
from rowtime.engine.scope import typed_scope
from rowtime.engine.throttle import FINAL_WINDOWS
from rowtime.engine.topology import Input, Plan, Stored, SubTopology, Target, connect
from rowtime.errors import KsqlError
from rowtime.functions import aggregate, is_aggregate, literal_count
from rowtime.sql import ast
from rowtime.sql.format import format_expression
from rowtime.sql.types import BIGINT, Array, Column, ColumnKind, Map, SqlType, Struct

if TYPE_CHECKING:
    from rowtime.engine.planning import _Planner

_LITERALS = (ast.IntegerLiteral, ast.LongLiteral, ast.DoubleLiteral, ast.StringLiteral, ast.BooleanLiteral,
             ast.DecimalLiteral)


def plan_aggregation(planner: _Planner, relation: Relation) -> Plan:
    return _Aggregation(planner, relation).plan()


class _Aggregation:
    def __init__(self, planner: _Planner, relation: Relation):
        self.planner, self.relation, self.a = planner, relation, planner.a
        self.typing = Expressions(Module(), typed_scope({(None, n): t for n, t in relation.types.items()}))
        self.calls = self._calls()
        self.internal: dict[ast.Expression, str] = {}

    def _calls(self) -> list[ast.FunctionCall]:
        nodes = [o.expression for o in self.a.outputs] + ([self.a.having] if self.a.having else [])
        return [c for n in nodes for c in aggregates_in(n)]

    def plan(self) -> Plan:
        self._check()
        required = self._required()
        self._name_internal(required)
        through = self._needs_repartition()
        group, arguments = self._wire(required, through)
        items = [self._item(call, args) for call, args in zip(self.calls, arguments, strict=True)]
        operator, window, retention = self._operator(group, items)
        self.tail.tail and connect(self.tail.tail, operator)  # type: ignore[func-returns-value]
        self.tail.tail = operator
        self._changelog(required, items)
        scope = self._result_scope(items)
        keys = Keys([KeyPart([e], [_show(e)]) for e in self.a.group_by], "grouping expression", grouping=True)
        return self.planner.finish(self.tail, self.a.outputs, keys, scope, select_key=False, window=window,
                                   is_table=True, retention=retention)

    # -------------------------------------------------- checks
    def _check(self) -> None:
        a = self.a
        if not a.group_by and not any(not self._covered(o.expression) for o in a.outputs):
            shown = format_expression(_with_default(self.calls[0]))
            raise KsqlError("Use of aggregate functions requires a GROUP BY clause. CREATE TABLE AS SELECT statement "
                            f"does not support aggregate function [{shown}] without a GROUP BY clause."
                            .replace("Use of aggregate functions requires a GROUP BY clause. ", ""))
        self._check_grouping()
        for call in self.calls:
            for n in walk(call):
                if isinstance(n, ast.ColumnRef) and n.name in BOUNDS and n.name not in self.relation.types:
                    raise bounds_error(n.name)
            if any(aggregates_in(x) for x in call.args):
                raise KsqlError(f"Aggregate functions can not be nested: {format_expression(call)}")
        if not self.calls:
            raise KsqlError("GROUP BY requires aggregate functions in either the SELECT or HAVING clause.")
        bad = [o for o in a.outputs if not self._covered(o.expression)]
        if bad:
            raise KsqlError("Non-aggregate SELECT expression(s) not part of GROUP BY: "
                            f"{', '.join(_show(o.expression) for o in bad)}\n"
                            "Either add the column(s) to the GROUP BY or remove them from the SELECT.")
        if a.having is not None and not self._covered(a.having):
            names = [n for n in walk(a.having) if isinstance(n, ast.ColumnRef)]
            raise KsqlError("Non-aggregate HAVING expression not part of GROUP BY: "
                            f"{', '.join(_show(n) for n in names if n not in a.group_by)}")

    def _check_grouping(self) -> None:
        a = self.a
        for node, shown in zip(a.group_by, a.query.group_by, strict=True):
            inner = next((n for n in walk(node) if isinstance(n, ast.FunctionCall) and is_aggregate(n.name)), None)
            if inner is not None:
                raise KsqlError(f"GROUP BY does not support aggregate functions: {inner.name} is an aggregate "
                                "function.")
            if a.group_by.count(node) > 1:
                raise KsqlError(f"Duplicate GROUP BY expression: {format_expression(shown)}")
        kafka = [s.source.name for s in a.sides if s.source.value_format.name == "KAFKA"]
        if kafka:
            raise KsqlError(f"Source(s) {', '.join(kafka)} are using the 'KAFKA' value format. This format does not "
                            "yet support GROUP BY.")
        if self.relation.is_table and a.window is not None:
            raise KsqlError("WINDOW clause is not supported on tables.")

    def _covered(self, node: Any) -> bool:
        """Whether it reads nothing but grouping expressions, aggregates and the window's bounds."""
        if node in self.a.group_by:
            return True
        if isinstance(node, ast.FunctionCall) and is_aggregate(node.name):
            return True
        if isinstance(node, ast.ColumnRef):
            return node.name in BOUNDS and self.a.window is not None
        return all(self._covered(c) for c in ast.children(node))

    # -------------------------------------------------- the columns an aggregate reads
    def _required(self) -> list[str]:
        """Names of the source's columns in the order they occur, as the internal topics have them."""
        nodes: list[Any] = [*(o.expression for o in self.a.outputs), *self.a.group_by]
        nodes += [self.a.having] if self.a.having is not None else []
        names: dict[str, None] = {}
        for node in nodes:
            for n in walk(node):
                if isinstance(n, ast.FunctionCall) and is_aggregate(n.name) and not n.args:
                    names["ROWTIME" if "ROWTIME" in self.relation.types else self._rowtime()] = None
                if isinstance(n, ast.ColumnRef) and not (n.name in BOUNDS and n.name not in self.relation.types):
                    names[n.name] = None
        return list(names)

    def _rowtime(self) -> str:
        return f"{self.relation.sides[0].prefix}ROWTIME"

    def _name_internal(self, required: list[str]) -> None:
        nodes = [n for n in self.a.group_by if not isinstance(n, ast.ColumnRef)]
        nodes += [n for call in self.calls for n in call.args if not isinstance(n, ast.ColumnRef)]
        for node in nodes:
            self.internal.setdefault(node, f"KSQL_INTERNAL_COL_{len(required) + len(self.internal)}")

    def _needs_repartition(self) -> bool:
        key = [ast.ColumnRef(None, n) for n in self.relation.key_columns]
        if self.relation.is_table:
            return True
        if self.relation.viable:
            return not (len(self.a.group_by) == 1 and isinstance(self.a.group_by[0], ast.ColumnRef)
                        and self.a.group_by[0].name in self.relation.viable)
        return list(self.a.group_by) != key

    def _wire(self, required: list[str], through: bool) \
            -> tuple[list[tuple[ast.Expression, SqlType]], list[list[ast.Expression]]]:
        """Connects what comes before the aggregate; gives the group with its types and each call's arguments."""
        group = [(n, self._type(n)) for n in self.a.group_by]
        if not through:
            operator = GroupBy(None, len(group))
            connect(self.relation.tail, operator)
            self.relation.tail = operator
            self.tail = self.relation
            return group, [list(self._arguments(c)) for c in self.calls]
        self.tail = self._repartition(required, [t for _, t in group])
        renamed = [[ast.ColumnRef(None, self.internal[n]) if n in self.internal and not isinstance(n, _LITERALS) else n
                    for n in self._arguments(c)] for c in self.calls]
        return group, renamed

    def _arguments(self, call: ast.FunctionCall) -> tuple[ast.Expression, ...]:
        return call.args or (ast.ColumnRef(None, "ROWTIME" if "ROWTIME" in self.relation.types else self._rowtime()),)

    def _type(self, node: ast.Expression) -> SqlType:
        found = self.typing.type_of(node)
        if found is None:
            raise KsqlError("GROUP BY NULL is not supported")
        return found

    def _repartition(self, required: list[str], types: Sequence[SqlType]) -> Relation:
        relation, planner = self.relation, self.planner
        values = [(n, ast.ColumnRef(None, n)) for n in required] + [(name, n) for n, name in self.internal.items()]
        columns = tuple(Column(n, self._type(node)) for n, node in values)
        source = relation.sides[0].source
        key = self._key_columns(types)
        key_fmt = planner.group_key_format(source, key)
        target = Target("Aggregate-GroupBy-repartition", key_fmt, key, source.value_format, columns, internal=True,
                        changes=relation.is_table)
        if relation.is_table:
            relation.needs_old()
            connect(relation.tail, TableGroupBy(list(self.a.group_by), values))
        else:
            for first, second in _pairs([relation.tail, GroupBy(list(self.a.group_by)), Select(None, values), Sink()]):
                connect(first, second)
        relation.sub.target = target
        return self._behind(target, key, columns)

    def _key_columns(self, types: Sequence[SqlType]) -> tuple[Column, ...]:
        found = []
        for i, (node, t) in enumerate(zip(self.a.group_by, types, strict=True)):
            output = next((o for o in self.a.outputs if o.expression == node), None)
            name = output.name if output else node.name if isinstance(node, ast.ColumnRef) else f"KSQL_COL_{i}"
            found.append(Column(name, t, ColumnKind.KEY))
        return tuple(found)

    def _behind(self, target: Target, key: tuple[Column, ...], columns: tuple[Column, ...]) -> Relation:
        templates: dict[str, tuple[str, SqlType]] = {c.name: (f"{{row}}[{i}]", c.type) for i, c in enumerate(columns)}
        operator = Source(target.topic, False, len(key), templates, table_changes=target.changes)
        sub = SubTopology()
        self.planner.subs.append(sub)
        used = frozenset(c.name for c in columns)
        sub.inputs.append(Input(target.topic, operator, target.key_format, key, target.value_format, columns, used,
                                internal=True, changes=target.changes))
        return Relation(sub, operator, False, {c.name: c.type for c in columns}, [], [c.name for c in key],
                        [c.type for c in key], None, self.relation.sides)

    # -------------------------------------------------- the aggregate itself
    def _item(self, call: ast.FunctionCall, arguments: Sequence[ast.Expression]) -> Item:
        types = [self.typing.type_of(n) for n in self._arguments(call)]
        count = literal_count(call.name, types)
        split = len(arguments) - count
        for i, node in enumerate(arguments[split:], split + 1):
            if not isinstance(node, _LITERALS):
                raise KsqlError(f"Parameter {i} passed to function {call.name} must be a literal constant, but was "
                                f"expression: '{_show(call.args[i - 1])}'")
        literals = [node.value for node in arguments[split:]]  # type: ignore[attr-defined]
        sessions = self.a.window is not None and self.a.window.type is ast.WindowType.SESSION
        resolved = aggregate(call.name, types[:split], literals, sessions=sessions,
                             properties=self.planner.request.settings)
        if self.relation.is_table and not all(call.undo for call in resolved.states):
            raise KsqlError(f"The aggregation function(s) ({call.name}) cannot be applied to a table source, only to a "
                            "stream source." if call.name not in ("LATEST_BY_OFFSET", "MIN", "MAX") else
                            "The aggregation functions LATEST_BY_OFFSET, MIN and MAX cannot be applied to a table "
                            "source, only to a stream source.")
        return Item(call, resolved, list(arguments[:split]))

    def _operator(self, group: list[tuple[ast.Expression, SqlType]], items: list[Item]) \
            -> tuple[Aggregate, WindowInfo | None, int | None]:
        window, having = self.a.window, self.a.having
        changes = self.relation.is_table
        if window is None:
            return Aggregate(group, items, having, changes), None, None
        final = self.a.query.emit is ast.Emit.FINAL
        if final and window.type is ast.WindowType.SESSION:
            raise KsqlError("EMIT FINAL is not supported for SESSION windows: use EMIT CHANGES.")
        size = window.size.ms
        _check_times(window)
        grace = window.grace.ms if window.grace else 0 if final else default_grace(size)
        retention = window.retention.ms if window.retention else size + grace
        info = WindowInfo(window.type, None if window.type is ast.WindowType.SESSION else size)
        if window.type is ast.WindowType.SESSION:
            return SessionWindowAggregate(group, items, having, gap=size, grace=grace, retention=retention), info, \
                retention
        if window.retention and retention < size + grace:
            retention = max(retention, size)
        advance = window.advance.ms if window.advance else size
        kind = FinalTimeWindowAggregate if final else TimeWindowAggregate if advance == size else HoppingWindowAggregate
        operator = kind(group, items, having, size=size, advance=advance, grace=grace, retention=retention,
                        kept=retention if self.planner.request.transient else max(retention, DAY))
        if isinstance(operator, FinalTimeWindowAggregate):
            operator.throttle = self.planner.throttle(FINAL_WINDOWS)
        return operator, info, max(retention, DAY)

    def _result_scope(self, items: Sequence[Item]) -> Any:
        scope = typed_scope({(None, n): BIGINT for n in BOUNDS} if self.a.window else {})
        scope.values.update({n: Code("_", self._type(n), False) for n in self.a.group_by})
        scope.values.update({i.node: Code("_", i.call.returns) for i in items})
        return scope

    def _changelog(self, required: Sequence[str], items: Sequence[Item]) -> None:
        columns = [Column(n, self.relation.types[n]) for n in required]
        states = [Column(f"KSQL_AGG_VARIABLE_{i}", item.call.state_type) for i, item in enumerate(items)]
        columns += states
        fmt = self.relation.sides[0].source.value_format
        if fmt.name == "DELIMITED" and any(isinstance(c.type, Array | Map | Struct) for c in states):
            raise KsqlError("One of the functions used in the statement has an intermediate type that the value format "
                            "can not handle. Please remove the function or change the format.")
        self.tail.sub.changelogs.append(Stored("Aggregate-Aggregate-Materialize", fmt, tuple(columns)))


def _check_times(window: ast.Window) -> None:
    size = window.size.ms
    if size <= 0:
        raise KsqlError("Size must be positive")
    advance = window.advance.ms if window.advance else size
    if not 0 < advance <= size:
        raise KsqlError("Window advancement interval should be more than zero and less than window duration which is "
                        f"{size} ms, but given advancement interval is: {advance} ms")
    grace = window.grace.ms if window.grace else 0
    if window.retention and window.retention.ms < size + grace:
        raise KsqlError("The retention period of the window store Aggregate-Aggregate-Materialize must be no smaller "
                        f"than its window size plus the grace period. Got size=[{size}], grace=[{grace}], "
                        f"retention=[{window.retention.ms}]")


def _with_default(call: ast.FunctionCall) -> ast.FunctionCall:
    return call if call.args else ast.FunctionCall(call.name, (ast.ColumnRef(None, "ROWTIME"),))


def _show(node: ast.Expression) -> str:
    return format_expression(node)


def _pairs(operators: list[Any]) -> list[tuple[Any, Any]]:
    return list(zip(operators, operators[1:], strict=False))
