"""What a prepared query asks for, with names as the plan uses them and everything that is wrong said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from rowtime.engine.metastore import DataSource, Metastore
from rowtime.engine.prepare import BOUNDS, PSEUDO, Sources, has_column, where_is
from rowtime.errors import KsqlError
from rowtime.functions import is_aggregate, is_scalar, is_table_function
from rowtime.sql import ast
from rowtime.sql.types import BIGINT, INTEGER, ColumnKind, SqlType

PSEUDO_TYPES: dict[str, SqlType] = {"ROWTIME": BIGINT, "ROWPARTITION": INTEGER, "ROWOFFSET": BIGINT,
                                    "WINDOWSTART": BIGINT, "WINDOWEND": BIGINT}


@dataclass(frozen=True, slots=True)
class Side:
    """One source of a query."""

    alias: str
    source: DataSource
    prefix: str

    def ref(self, name: str) -> ast.ColumnRef:
        return ast.ColumnRef(None, self.prefix + name)


@dataclass(frozen=True, slots=True)
class JoinSpec:
    """One join: `left` and `right` are the key expressions in plan form, `*_shown` as the user wrote them."""

    type: ast.JoinType
    right: Side
    left_on: ast.Expression
    right_on: ast.Expression
    left_shown: ast.Expression
    right_shown: ast.Expression
    within: ast.Within | None


@dataclass(frozen=True, slots=True)
class Output:
    """One select item: its name, its expression in plan form and as shown in messages."""

    name: str
    expression: ast.Expression
    shown: ast.Expression
    from_star: bool = False


@dataclass(slots=True)
class Analysis:
    query: ast.Query
    sides: list[Side]
    joins: list[JoinSpec]
    outputs: list[Output]
    where: ast.Expression | None
    group_by: list[ast.Expression]
    partition_by: list[ast.Expression]
    partition_by_shown: list[ast.Expression]
    having: ast.Expression | None
    window: ast.Window | None

    @property
    def has_aggregates(self) -> bool:
        nodes = [o.expression for o in self.outputs] + ([self.having] if self.having else [])
        return any(aggregates_in(n) for n in nodes)

    @property
    def is_table(self) -> bool:
        """Whether what comes out is a table."""
        if self.group_by or self.has_aggregates:
            return True
        return all(s.source.is_table for s in self.sides)


def walk(node: Any) -> Iterator[Any]:
    yield node
    for child in ast.children(node):
        yield from walk(child)


def aggregates_in(node: Any) -> list[ast.FunctionCall]:
    """Outermost calls of aggregate functions, left to right."""
    if isinstance(node, ast.FunctionCall) and is_aggregate(node.name):
        return [node]
    return [found for child in ast.children(node) for found in aggregates_in(child)]


def table_functions_in(node: Any) -> list[ast.FunctionCall]:
    return [n for n in walk(node) if isinstance(n, ast.FunctionCall) and is_table_function(n.name)]


def analyse(query: ast.Query, metastore: Metastore, *, transient: bool = False) -> Analysis:
    """`query` is prepared; `transient`: its rows go to a client."""
    sources = Sources(query, metastore)
    sides = [Side(alias, source, f"{alias}_" if sources.is_join else "") for alias, source in sources.by_alias.items()]
    joins = _joins(query, sides)
    check = _Checker({s.alias: s for s in sides}, query, synthetic_key(joins, sides))
    _check_functions(query)
    where = check("WHERE", query.where)
    group_by = [check("GROUP BY", e) for e in query.group_by]
    partition_by = [check("PARTITION BY", e) for e in query.partition_by]
    having = check("HAVING", query.having)
    outputs = _outputs(query, sides, check, transient or bool(joins))
    if transient and not group_by and any(aggregates_in(o.expression) for o in outputs):
        group_by = [ast.IntegerLiteral(1)]
        query = replace(query, group_by=(ast.IntegerLiteral(1),))
    return Analysis(query, sides, joins, outputs, where, group_by, partition_by, list(query.partition_by), having,
                    query.window)


class _Checker:
    """Refuses columns that no source has, then gives the expression in plan form."""

    def __init__(self, sides: dict[str, Side], query: ast.Query, synthetic: str = ""):
        self.sides, self.query, self.synthetic = sides, query, synthetic

    def __call__(self, clause: str, node: Any) -> Any:
        if node is None:
            return None
        for ref in walk(node):
            if isinstance(ref, ast.ColumnRef):
                self._check(clause, ref)
        return to_plan(node, self.sides)

    def _check(self, clause: str, ref: ast.ColumnRef) -> None:
        if ref.name in BOUNDS and (ref.source is None or not has_column(self.sides[ref.source].source, ref.name)):
            self._check_bounds(clause, ref)
            return
        if ref.source is None and ref.name == self.synthetic:
            return
        if ref.source is None or not has_column(self.sides[ref.source].source, ref.name):
            shown = ref.name if ref.source is None or len(self.sides) == 1 and clause != "JOIN ON" \
                else f"{ref.source}.{ref.name}"
            hint = ""
            if clause == "PARTITION BY" and any(isinstance(i, ast.SingleColumn) and i.alias == ref.name
                                                for i in self.query.select):
                hint = f" '{ref.name}' must be a column in the source schema since PARTITION BY is applied on the " \
                       "input."
            raise KsqlError(f"{where_is(ref)}{clause} column '{shown}' cannot be resolved.{hint}")

    def _check_bounds(self, clause: str, ref: ast.ColumnRef) -> None:
        if clause == "SELECT" and (self.query.window is None or len(self.sides) > 1):
            raise KsqlError(f"{where_is(ref)}SELECT column '{ref.name}' cannot be resolved.")
        if self.query.window is None or clause == "WHERE":
            raise KsqlError(f"Error in {clause} expression: Unknown column {ref.name}.")
        if clause != "SELECT":
            raise bounds_error(ref.name)


def bounds_error(name: str) -> KsqlError:
    return KsqlError(f"Window bounds column {name} can only be used in the SELECT clause of windowed aggregations and "
                     "can not be passed to aggregate functions.\nSee https://github.com/confluentinc/ksql/issues/4397")


def _check_functions(query: ast.Query) -> None:
    for node in walk(query):
        if isinstance(node, ast.FunctionCall) and not (
                is_scalar(node.name) or is_aggregate(node.name) or is_table_function(node.name)):
            raise KsqlError(f"Can't find any functions with the name '{node.name}'")


def synthetic_key(joins: list[JoinSpec], sides: list[Side]) -> str:
    """Name of the key that stands for no column: of a full join, or where no side of the condition is one; or ''."""
    viable: set[str] = set()
    for join in joins:
        columns = {n.name for n in (join.left_on, join.right_on) if isinstance(n, ast.ColumnRef)}
        viable = set() if join.type is ast.JoinType.OUTER else columns | (viable if columns & viable else set())
    if not joins or viable:
        return ""
    names = {n for s in sides for c in s.source.schema for n in (c.name, s.prefix + c.name)}
    return next(n for n in ("ROWKEY", *(f"ROWKEY_{i}" for i in range(1, len(names) + 2))) if n not in names)


def to_plan(node: Any, sides: dict[str, Side]) -> Any:
    """References as the plan names them: bare with one source, ALIAS_COLUMN with several."""
    def rename(n: Any) -> Any:
        if isinstance(n, ast.ColumnRef) and n.source is not None:
            return replace(n, source=None, name=sides[n.source].prefix + n.name)
        return n
    return ast.transform(node, rename)


def _outputs(query: ast.Query, sides: list[Side], check: _Checker, bounds: bool) -> list[Output]:
    outputs: list[Output] = []
    for item in query.select:
        if isinstance(item, ast.AllColumns):
            chosen = [s for s in sides if item.source in (None, s.alias)]
            outputs += [o for s in chosen for o in star_of(s, bounds)]
        elif isinstance(item, ast.StructAll):
            outputs += _struct_all(item, sides, check)
        elif isinstance(item, ast.SingleColumn):
            outputs.append(Output(item.alias or "", check("SELECT", item.expression), item.expression))
    return outputs


def star_of(side: Side, bounds: bool = False) -> list[Output]:
    """Key columns first, then the window's bounds where they are wanted, then the value's."""
    schema = side.source.schema
    names = [c.name for c in schema.key] + (list(BOUNDS) if bounds and side.source.window else [])
    names += [c.name for c in schema if c.kind is not ColumnKind.KEY]
    return [Output(side.prefix + n, side.ref(n), ast.ColumnRef(side.alias, n), True) for n in names]


def _struct_all(item: ast.StructAll, sides: list[Side], check: _Checker) -> list[Output]:
    from rowtime.engine.code import Module
    from rowtime.engine.expressions import Expressions
    from rowtime.engine.scope import typed_scope
    from rowtime.sql.types import Struct

    base = check("SELECT", item.base)
    types: dict[tuple[str | None, str], SqlType] = {
        (None, s.prefix + c.name): c.type for s in sides for c in s.source.schema}
    found = Expressions(Module(), typed_scope(types)).type_of(base)
    if not isinstance(found, Struct):
        raise KsqlError(f"Cannot use '->*' on a value that is no STRUCT: {found}")
    return [Output(f.name, ast.Dereference(base, f.name), ast.Dereference(item.base, f.name)) for f in found.fields]


# ---------------------------------------------------------------- joins
def _joins(query: ast.Query, sides: list[Side]) -> list[JoinSpec]:
    by_alias = {s.alias: s for s in sides}
    check = _Checker(by_alias, query)
    return [_join(j, by_alias, sides[:i + 1], sides[i + 1], check) for i, j in enumerate(query.joins)]


def _join(join: ast.Join, by_alias: dict[str, Side], left: list[Side], right: Side, check: _Checker) -> JoinSpec:
    from rowtime.sql.format import format_expression

    on = join.on
    if not isinstance(on, ast.Comparison) or on.op != "=":
        if isinstance(on, ast.Logical):
            raise KsqlError("Invalid join condition: joins on multiple conditions are not yet supported. "
                            f"Got {format_expression(on)}.")
        raise KsqlError(f"Invalid join condition: only equality is supported. Got {format_expression(on)}.")
    for e in (on.left, on.right):
        check("JOIN ON", e)
    left_of, right_of = _only_source(on.left, on), _only_source(on.right, on)
    if left_of == right_of:
        raise KsqlError("Each side of the join must reference exactly one source and not the same source. "
                        f"Left side references `{left_of}` and right references `{right_of}`")
    first, second = (on.left, on.right) if right_of == right.alias else (on.right, on.left)
    known = {s.alias for s in left}
    if right.alias not in (left_of, right_of) or not ({left_of, right_of} - {right.alias}) <= known:
        raise KsqlError(f"A join criteria is expected to reference the source (`{right.alias}`) in the FROM clause, "
                        f"instead the right source references `{right_of}` and the left source references `{left_of}`")
    return JoinSpec(join.type, right, to_plan(first, by_alias), to_plan(second, by_alias), first, second, join.within)


def _only_source(node: ast.Expression, on: ast.Comparison) -> str:
    from rowtime.sql.format import format_expression

    found = {n.source for n in walk(node) if isinstance(n, ast.ColumnRef)}
    if len(found) != 1:
        raise KsqlError(f"Invalid comparison expression '{format_expression(node)}' in join '{format_expression(on)}'. "
                        "Each side of the join comparision must contain references from exactly one source.")
    return next(iter(found)) or ""


def referenced(nodes: list[Any]) -> set[str]:
    """Names of all plan-form columns in use."""
    return {n.name for node in nodes if node is not None for n in walk(node) if isinstance(n, ast.ColumnRef)}


__all__ = ["PSEUDO", "Analysis", "JoinSpec", "Output", "Side", "analyse"]
