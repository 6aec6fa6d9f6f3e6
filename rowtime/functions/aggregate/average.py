"""AVG: sum and count, divided when asked for; 0.0 for no values."""

from __future__ import annotations

from rowtime.functions.aggregate.count import count_values
from rowtime.functions.aggregate.sum import sum_double, sum_integer
from rowtime.functions.api import AggregateCall
from rowtime.functions.registry import AggregateContext, aggregate_function
from rowtime.sql.types import BIGINT, DOUBLE, Field, Struct


@aggregate_function("avg", "(BIGINT)->DOUBLE", "(INT)->DOUBLE", "(DOUBLE)->DOUBLE",
                    about="The mean of the values that are not NULL.")
def average(context: AggregateContext) -> AggregateCall:
    (t,) = context.types
    total = sum_double(context) if t == DOUBLE else sum_integer(context)
    count = "{1}" if t == DOUBLE else "float({1})"
    state = Struct((Field("SUM", t), Field("COUNT", BIGINT)))
    return AggregateCall((t,), DOUBLE, state, "", "", result=f"({{0}} / {count} if {{1}} else 0.0)",
                         parts=(total, count_values(context)))
