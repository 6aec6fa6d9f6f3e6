"""MIN and MAX."""

from __future__ import annotations

from rowtime.functions.api import AggregateCall
from rowtime.functions.java import greater
from rowtime.functions.registry import AggregateContext, aggregate_function
from rowtime.sql.types import BYTES, DOUBLE, STRING

TYPES = ("INT", "BIGINT", "DOUBLE", "DECIMAL", "DATE", "TIME", "TIMESTAMP", "STRING", "BYTES")
SIGNATURES = tuple(f"({t})->{t}" for t in TYPES)
NUMBER, DOUBLES, TEXT = range(3)
"""Compared as in Python; but for NaN and -0.0; only by Java's rules."""


@aggregate_function("MAX", *SIGNATURES, about="The greatest value.")
def maximum(context: AggregateContext) -> AggregateCall:
    return extreme(context, greatest=True)


@aggregate_function("MIN", *SIGNATURES, about="The least value.")
def minimum(context: AggregateContext) -> AggregateCall:
    return extreme(context, greatest=False)


def extreme(context: AggregateContext, greatest: bool) -> AggregateCall:
    (t,) = context.types
    better = BETTER[greatest, DOUBLES if t == DOUBLE else TEXT if t in (STRING, BYTES) else NUMBER]
    merge = better.replace("{0}", "{t}")
    return AggregateCall((t,), t, t, "None",
                         f"if {{0}} is not None and ({{s}} is None or {better}):\n    {{s}} = {{0}}",
                         merge=f"({{s}} if {{t}} is None else {{t}} if {{s}} is None or {merge} else {{s}})",
                         globals=(("_greater", greater),))


BETTER = {
    (True, NUMBER): "{0} > {s}", (False, NUMBER): "{0} < {s}",
    (True, DOUBLES): "({0} > {s} or not {0} < {s} and (not {0} or {0} != {s}) and _greater({0}, {s}))",
    (False, DOUBLES): "({0} < {s} or not {0} > {s} and (not {0} or {0} != {s}) and _greater({s}, {0}))",
    (True, TEXT): "_greater({0}, {s})", (False, TEXT): "_greater({s}, {0})",
}
