"""What ksqlDB allows in the WHERE clause of a pull query on a table, before anything is read.

With table scans allowed (`ksql.query.pull.table.scan.enabled`, the default) any condition will do; without them, each
alternative of the condition must bind every key column by `=` or IN.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from rowtime.errors import KsqlError
from rowtime.sql import ast
from rowtime.sql.format import format_expression
from rowtime.sql.types import STRING, Column, is_numeric, quoted

BOUNDS = ("WINDOWSTART", "WINDOWEND")
MAX_ALTERNATIVES = 128
Conjuncts = tuple[ast.Expression, ...]


def check(query: ast.Query, source: Any, scan: bool) -> None:
    """KsqlError where ksqlDB refuses the query; `source` is the table."""
    _check_select(query, source)
    if query.where is None:
        if not scan:
            raise KsqlError("Missing WHERE clause. See https://cnfl.io/queries for more info.")
        return
    _check_bounds(query.where, source)
    for conjunct in (c for alternative in _alternatives(query.where) for c in alternative):
        _check_null(conjunct, source)
        _check_like(conjunct, source, scan)
        _check_in_list(conjunct, source)
    if not scan:
        for alternative in _alternatives(query.where):
            _check_keys(alternative, source)


def _check_select(query: ast.Query, source: Any) -> None:
    plain = [i.expression.name for i in query.select if _is_plain(i)]  # type: ignore[attr-defined]
    twice = next((n for n in plain if plain.count(n) > 1), None)
    column = source.schema.find(twice) if twice is not None else None
    if column is not None:
        raise KsqlError(f"Duplicate value columns found in schema: {quoted(column.name)} {column.type}")


def _is_plain(item: ast.SelectItem) -> bool:
    return isinstance(item, ast.SingleColumn) and item.alias is None and isinstance(item.expression, ast.ColumnRef)


def _references(node: ast.Node) -> Iterator[ast.ColumnRef]:
    if isinstance(node, ast.ColumnRef):
        yield node
    for child in ast.children(node):
        yield from _references(child)


def _check_bounds(where: ast.Expression, source: Any) -> None:
    for ref in _references(where):
        if ref.name in BOUNDS and source.window is None:
            place = f"Line: {ref.pos.line}, Col: {ref.pos.column + 1}: " if ref.pos else ""
            raise KsqlError(f"{place}WHERE column '{ref.name}' cannot be resolved.")


def _alternatives(e: ast.Expression) -> list[Conjuncts]:
    """The condition as alternatives of conditions that must all hold."""
    if isinstance(e, ast.Logical):
        left, right = _alternatives(e.left), _alternatives(e.right)
        if e.op == "OR":
            return left + right
        if len(left) * len(right) <= MAX_ALTERNATIVES:
            return [a + b for a, b in product(left, right)]
    return [(e,)]


def _column(e: ast.Expression, columns: Sequence[Column]) -> Column | None:
    return next((c for c in columns if isinstance(e, ast.ColumnRef) and c.name == e.name), None)


# ---------------------------------------------------------------- single conditions
def _check_null(e: ast.Expression, source: Any) -> None:
    if not isinstance(e, ast.Comparison) or e.op.startswith("IS"):
        return
    for one, other in ((e.left, e.right), (e.right, e.left)):
        column = _column(one, source.schema.columns)
        if column is not None and isinstance(other, ast.NullLiteral):
            raise KsqlError(
                f"Error in WHERE expression: Comparison with NULL not supported: {column.type} {e.op} NULL\n"
                f"Use 'IS NULL' or 'IS NOT NULL' instead.\nStatement: {format_expression(e)}"
            )


def _check_like(e: ast.Expression, source: Any, scan: bool) -> None:
    if not isinstance(e, ast.Like):
        return
    column = _column(e.value, source.schema.columns)
    if column is not None and column.type != STRING:
        raise KsqlError(f"The column type for Like condition must be VARCHAR. The column type is {column.type}")
    if column is None and not scan and not any(True for _ in _references(e)):
        raise KsqlError("Like condition must be between strings that include a column")


def _check_in_list(e: ast.Expression, source: Any) -> None:
    column = _column(e.value, source.schema.key) if isinstance(e, ast.InList) else None
    if column is None or not isinstance(e, ast.InList):
        return
    for item in e.items:
        if isinstance(item, ast.NullLiteral):
            raise KsqlError(f"Primary key columns can not be NULL: ({format_expression(e.value)} = null)")
        if isinstance(item, ast.StringLiteral) and is_numeric(column.type):
            raise KsqlError(
                f"'{item.value}' can not be converted to the type of the key column: {column.name} {column.type} KEY"
            )


# ---------------------------------------------------------------- keys, where tables may not be scanned
def _check_keys(alternative: Conjuncts, source: Any) -> None:
    bound: list[tuple[Column, bool]] = []
    for conjunct in alternative:
        bound += _bound(conjunct, source.schema.key)
    if not bound:
        raise KsqlError(f"WHERE clause missing key column for disjunct: {_shown(alternative)}")
    names = [column.name for column, _ in bound]
    if len(set(names)) < len(names):
        raise KsqlError(
            "A comparison condition on the key column cannot be combined with other comparisons such as an IN predicate"
        )
    if not all(equal for _, equal in bound):
        keys = ", ".join(f"{quoted(c.name)} {c.type} KEY" for c in source.schema.key)
        raise KsqlError(f"Bound on key columns '[{keys}]' must currently be '='. ")
    missing = [c.name for c in source.schema.key if c.name not in names]
    if missing:
        raise KsqlError(
            "Multi-column sources must specify every key in the WHERE clause. "
            f"Specified: [{', '.join(map(quoted, names))}] Missing: [{', '.join(map(quoted, missing))}]"
        )


def _shown(alternative: Conjuncts) -> str:
    whole = alternative[0]
    for conjunct in alternative[1:]:
        whole = ast.Logical("AND", whole, conjunct)
    return format_expression(whole)


def _bound(e: ast.Expression, keys: Sequence[Column]) -> list[tuple[Column, bool]]:
    """The key column a condition speaks of, and whether it says `=`."""
    if isinstance(e, ast.InList):
        column = _column(e.value, keys)
        return [] if column is None else _resolvable(column, True, e.items)
    if not isinstance(e, ast.Comparison):
        return []
    for one, other in ((e.left, e.right), (e.right, e.left)):
        column = _column(one, keys)
        if column is not None:
            return _resolvable(column, e.op == "=", (other,))
    if any(ref.name == c.name for ref in _references(e) for c in keys):
        raise KsqlError("A comparison must directly reference a key column.")
    return []


def _resolvable(column: Column, equal: bool, values: Sequence[ast.Expression]) -> list[tuple[Column, bool]]:
    if any(True for value in values for _ in _references(value)):
        raise KsqlError("A comparison must be between a key column and a resolvable expression.")
    return [(column, equal)]
