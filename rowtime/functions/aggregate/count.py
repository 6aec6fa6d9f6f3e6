"""COUNT(*) and COUNT(column)."""

from __future__ import annotations

from rowtime.functions.api import AggregateCall
from rowtime.functions.registry import AggregateContext, aggregate_function
from rowtime.sql.types import BIGINT


@aggregate_function("COUNT", "()->BIGINT", about="The number of rows, or of values that are not NULL.")
def count_rows(context: AggregateContext) -> AggregateCall:
    return AggregateCall((), BIGINT, BIGINT, "0", "{s} += 1", undo="{s} -= 1", merge="{s} + {t}")


@aggregate_function("COUNT", "(T)->BIGINT")
def count_values(context: AggregateContext) -> AggregateCall:
    return AggregateCall(context.types, BIGINT, BIGINT, "0", "if {0} is not None:\n    {s} += 1",
                         undo="if {0} is not None:\n    {s} -= 1", merge="{s} + {t}")
