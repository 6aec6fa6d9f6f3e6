"""ATTR: the one value there is, NULL if there are several."""

from __future__ import annotations

from typing import Any

from rowtime.functions.api import AggregateCall
from rowtime.functions.registry import AggregateContext, aggregate_function
from rowtime.sql.types import INTEGER, Array, Field, Struct

Counted = list[tuple[Any, int]]


@aggregate_function("ATTR", "(T)->T", about="The one value of all rows, NULL if there are several.")
def attr(context: AggregateContext) -> AggregateCall:
    (t,) = context.types
    state = Array(Struct((Field("VALUE", t), Field("COUNT", INTEGER))))
    return AggregateCall((t,), t, state, "[]", "{s} = _counted({s}, {0}, 1)", undo="{s} = _counted({s}, {0}, -1)",
                         result="_only({s})", merge="_counted_all({s}, {t})",
                         globals=(("_counted", counted), ("_only", only), ("_counted_all", counted_all)))


def counted(state: Counted, value: Any, by: int) -> Counted:
    for i, (known, n) in enumerate(state):
        if known == value:
            return [*state[:i], (known, max(0, n + by)), *state[i + 1 :]]
    return [*state, (value, by)] if by > 0 else state


def counted_all(a: Counted, b: Counted) -> Counted:
    for value, n in b:
        a = counted(a, value, n)
    return a


def only(state: Counted) -> Any:
    present = [value for value, n in state if n > 0]
    return present[0] if len(present) == 1 else None
