"""Joins that ksqlDB refuses, with its messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rowtime.engine.analysis import JoinSpec
from rowtime.engine.metastore import DataSource
from rowtime.errors import KsqlError
from rowtime.sql import ast
from rowtime.sql.format import format_expression
from rowtime.sql.types import SqlType

if TYPE_CHECKING:
    from rowtime.engine.joins import Relation
    from rowtime.engine.planning import _Planner

_WORDS = {ast.JoinType.INNER: "[INNER] JOIN", ast.JoinType.LEFT: "LEFT [OUTER] JOIN",
          ast.JoinType.RIGHT: "RIGHT [OUTER] JOIN", ast.JoinType.OUTER: "[FULL] OUTER JOIN"}


def check_join(planner: _Planner, left: Relation, join: JoinSpec) -> None:
    left_side, right = left.sides[0], join.right.source
    kafka = [s.source.name for s in planner.a.sides if s.source.value_format.name == "KAFKA"]
    if kafka:
        raise KsqlError(f"Source(s) {', '.join(kafka)} are using the 'KAFKA' value format. This format does not yet "
                        "support JOIN.")
    got = f"Got {left_side.source.name} {_WORDS[join.type]} {right.name}."
    if left.is_table and not right.is_table:
        raise KsqlError("Invalid join order: table-stream joins are not supported; only stream-table joins. " + got)
    if not left.is_table and right.is_table:
        if join.type in (ast.JoinType.OUTER, ast.JoinType.RIGHT):
            word = "full-outer" if join.type is ast.JoinType.OUTER else "right-outer"
            raise KsqlError(f"Invalid join type: {word} join not supported for stream-table join. {got}")
        _check_no_within(join, "stream-table")
        _check_primary_key(join, "stream-table joins require to join on the table's primary key")
    if left.is_table and right.is_table:
        _check_no_within(join, "table-table")
        _check_table_keys(left, join)
    _check_windows(left_side.source, right, join)
    _check_partitions(planner, left, join)


def _check_no_within(join: JoinSpec, kind: str) -> None:
    if join.within is not None:
        raise KsqlError(f"A window definition was provided for a {kind.title()} join. These joins are not windowed. "
                        "Please drop the window definition (ie. the WITHIN clause) and try to execute your join again.")


def _got(join: JoinSpec) -> str:
    return f"Got {format_expression(join.left_shown)} = {format_expression(join.right_shown)}."


def _check_primary_key(join: JoinSpec, text: str) -> None:
    keys = join.right.source.schema.key
    if len(keys) != 1 or column_name(join.right_on) != join.right.prefix + keys[0].name:
        raise KsqlError(f"Invalid join condition: {text}. {_got(join)}")


def _check_table_keys(left: Relation, join: JoinSpec) -> None:
    _check_primary_key(join, "table-table joins require to join on the primary key of the right input table")
    if not is_foreign(left, join):
        return
    if left.viable:
        raise KsqlError("Invalid join condition: foreign-key table-table joins are not supported as part of n-way "
                        f"joins. {_got(join)}")
    if join.type not in (ast.JoinType.INNER, ast.JoinType.LEFT):
        raise KsqlError("Invalid join type: only INNER and LEFT joins are supported for foreign-key table-table joins. "
                        f"Got {left.sides[0].source.name} {_WORDS[join.type]} {join.right.source.name}.")
    if left.window is not None:
        raise KsqlError("Foreign-key table-table joins are not supported on windowed tables.")


def is_foreign(left: Relation, join: JoinSpec) -> bool:
    return len(left.key_types) != 1 or column_name(join.left_on) not in (left.viable or left.key_columns)


def _check_windows(left: DataSource, right: DataSource, join: JoinSpec) -> None:
    if (left.window is None) != (right.window is None):
        lines = "\n".join(f"`{s.name}` is {s.window.type.value + ' windowed' if s.window else 'not windowed'}"
                          for s in (left, right))
        raise KsqlError(f"Can not join windowed source to non-windowed source.\n{lines}")
    if left.window and right.window and (left.window.type is ast.WindowType.SESSION) != (
            right.window.type is ast.WindowType.SESSION):
        raise KsqlError(
            f"Incompatible windowed sources.\nLeft source: {left.window.type.value}\nRight source: "
            f"{right.window.type.value}\nSession windowed sources can only be joined to other session windowed "
            "sources, and may still not result in expected behaviour as session bounds must be an exact match for the "
            "join to work\nHopping and tumbling windowed sources can only be joined to other hopping and tumbling "
            "windowed sources")
    if left.window != right.window:
        raise KsqlError("Implicit repartitioning of windowed sources is not supported. "
                        "See https://github.com/confluentinc/ksql/issues/4385.")


def _check_partitions(planner: _Planner, left: Relation, join: JoinSpec) -> None:
    if left.is_table and is_foreign(left, join):
        return
    first, right = left.sides[0], join.right
    keyed = column_name(join.left_on) in (left.viable or left.key_columns) and \
        column_name(join.right_on) in [right.prefix + c.name for c in right.source.schema.key]
    a, b = planner.request.partitions(first.source.topic), planner.request.partitions(right.source.topic)
    if keyed and a != b:
        raise KsqlError(f"Can't join `{first.alias}` with `{right.alias}` since the number of partitions don't match. "
                        f"`{first.alias}` partitions = {a}; `{right.alias}` partitions = {b}. Please repartition "
                        "either one so that the number of partitions match.")


def check_types(join: JoinSpec, left: SqlType, right: SqlType) -> None:
    if left != right:
        raise KsqlError("Invalid join condition: types don't match. Got "
                        f"{format_expression(join.left_shown)}{{{left}}} = "
                        f"{format_expression(join.right_shown)}{{{right}}}.")


def column_name(node: ast.Expression) -> str | None:
    return node.name if isinstance(node, ast.ColumnRef) else None
