"""SELECT to text."""

from __future__ import annotations

from rowtime.sql import ast
from rowtime.sql.format_expression import format_expression
from rowtime.sql.names import format_name

_JOINS = {
    ast.JoinType.INNER: "INNER", ast.JoinType.LEFT: "LEFT OUTER", ast.JoinType.RIGHT: "RIGHT OUTER",
    ast.JoinType.OUTER: "FULL OUTER",
}  # fmt: skip


def format_query(q: ast.Query) -> str:
    """A clause a line, the select items a line each when there are several; no semicolon."""
    lines = [f"SELECT {format_item(q.select[0])}"] if len(q.select) == 1 else ["SELECT", _items(q.select)]
    lines.append(f"FROM {_source(q.source)}")
    lines += [_join(j) for j in q.joins]
    if q.window:
        lines.append(f"WINDOW {_window(q.window)} ")
    if q.where is not None:
        lines.append(f"WHERE {format_expression(q.where)}")
    if q.group_by:
        lines.append(f"GROUP BY {_joined(q.group_by)}")
    if q.partition_by:
        lines.append(f"PARTITION BY {_joined(q.partition_by)}")
    if q.having is not None:
        lines.append(f"HAVING {format_expression(q.having)}")
    if q.emit:
        lines.append(f"EMIT {q.emit.value}")
    if q.limit is not None:
        lines.append(f"LIMIT {q.limit}")
    return "\n".join(lines)


def _items(select: tuple[ast.SelectItem, ...]) -> str:
    return ",\n".join(f"  {format_item(item)}" for item in select)


def format_item(item: ast.SelectItem) -> str:
    match item:
        case ast.SingleColumn(expression, alias):
            return format_expression(expression) + (f" {format_name(alias)}" if alias is not None else "")
        case ast.AllColumns(source):
            return f"{format_name(source)}.*" if source is not None else "*"
        case ast.StructAll(base):
            return f"{format_expression(base)}->*"
    raise TypeError(f"no select item: {item!r}")


def _joined(items: tuple[ast.Expression, ...]) -> str:
    return ", ".join(map(format_expression, items))


def _source(s: ast.Source) -> str:
    return f"{format_name(s.name)} {format_name(s.alias)}"


def _join(j: ast.Join) -> str:
    within = f" WITHIN {_within(j.within)}" if j.within else ""
    return f"{_JOINS[j.type]} JOIN {_source(j.source)}{within} ON ({format_expression(j.on)})"


def _within(w: ast.Within) -> str:
    before, after = format_duration(w.before), format_duration(w.after)
    text = before if before == after else f"({before}, {after})"
    return text + (f" GRACE PERIOD {format_duration(w.grace)}" if w.grace else "")


def format_duration(d: ast.Duration) -> str:
    return f"{d.amount} {d.unit}"


def _window(w: ast.Window) -> str:
    parts = [format_duration(w.size) if w.type is ast.WindowType.SESSION else f"SIZE {format_duration(w.size)}"]
    if w.advance:
        parts.append(f"ADVANCE BY {format_duration(w.advance)}")
    if w.retention:
        parts.append(f"RETENTION {format_duration(w.retention)}")
    if w.grace:
        parts.append(f"GRACE PERIOD {format_duration(w.grace)}")
    return f"{w.type.value} ( {' , '.join(parts)} )"
