"""AVG: sum and count, divided when asked for; 0.0 for no values."""

from __future__ import annotations

from rowtime.functions.aggregate.sum import HELPERS, LIMITS
from rowtime.functions.api import AggregateCall
from rowtime.functions.registry import AggregateContext, aggregate_function
from rowtime.sql.types import BIGINT, DOUBLE, Field, SqlType, Struct


@aggregate_function("avg", "(BIGINT)->DOUBLE", "(INT)->DOUBLE", "(DOUBLE)->DOUBLE",
                    about="The mean of the values that are not NULL.")
def average(context: AggregateContext) -> AggregateCall:
    (t,) = context.types
    zero = "0.0" if t == DOUBLE else "0"
    count = "{s}[1]" if t == DOUBLE else "float({s}[1])"
    state = Struct((Field("SUM", t), Field("COUNT", BIGINT)))
    return AggregateCall((t,), DOUBLE, state, f"({zero}, 0)", step(t, "+"), undo=step(t, "-"),
                         result=f"({{s}}[0] / {count} if {{s}}[1] else 0.0)",
                         merge=f"({wrapped(t, '{s}[0] + {t}[0]')}, {{s}}[1] + {{t}}[1])", globals=HELPERS)


def wrapped(t: SqlType, expression: str) -> str:
    return expression if t == DOUBLE else f"{LIMITS[t][1]}({expression})"


def step(t: SqlType, sign: str) -> str:
    return f"if {{0}} is not None:\n    {{s}} = ({wrapped(t, f'{{s}}[0] {sign} {{0}}')}, {{s}}[1] {sign} 1)"
