"""COLLECT_LIST and COLLECT_SET."""

from __future__ import annotations

from typing import Any

from rowtime.functions.api import AggregateCall
from rowtime.functions.registry import AggregateContext, aggregate_function
from rowtime.sql.types import Array

UNLIMITED = 0x7FFFFFFF


def limit(context: AggregateContext, name: str) -> int:
    """The setting `ksql.functions.<name>.limit`; none or negative: no limit."""
    n = int(context.properties.get(f"ksql.functions.{name}.limit", UNLIMITED))
    return n if n >= 0 else UNLIMITED


@aggregate_function("collect_list", "(T)->ARRAY<T>", about="All values, NULLs too, in the order they come.")
def collect_list(context: AggregateContext) -> AggregateCall:
    (t,), n = context.types, limit(context, "collect_list")
    room = "" if n == UNLIMITED else f"if len({{s}}) < {n}:\n    "
    return AggregateCall((t,), Array(t), Array(t), "[]", room + "{s} = [*{s}, {0}]",
                         undo="{s} = _without({s}, {0})", merge=f"({{s}} + {{t}})[:{n}]",
                         globals=(("_without", without_last),))


@aggregate_function("collect_set", "(T)->ARRAY<T>", about="The distinct values in the order they come.")
def collect_set(context: AggregateContext) -> AggregateCall:
    (t,), n = context.types, limit(context, "collect_set")
    return AggregateCall((t,), Array(t), Array(t), "[]",
                         f"if {{0}} not in {{s}} and len({{s}}) < {n}:\n    {{s}} = [*{{s}}, {{0}}]",
                         merge=f"({{s}} + [v for v in {{t}} if v not in {{s}}])[:{n}]")


def without_last(values: list[Any], value: Any) -> list[Any]:
    """The list without the last element equal to value."""
    for i in range(len(values) - 1, -1, -1):
        if values[i] == value:
            return values[:i] + values[i + 1 :]
    return values
