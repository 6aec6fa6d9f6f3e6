"""STDDEV_SAMP and STDDEV_SAMPLE by the update of Youngs and Cramer.

ksqlDB's STDDEV_SAMP answers the sample *variance* (no square root); STDDEV_SAMPLE is the deviation.
"""

from __future__ import annotations

import math
from typing import Any

from rowtime.functions.api import AggregateCall
from rowtime.functions.registry import AggregateContext, aggregate_function
from rowtime.serde.java_numbers import wrap32, wrap64
from rowtime.sql.types import BIGINT, DOUBLE, INTEGER, Field, SqlType, Struct

SIGNATURES = ("(BIGINT)->DOUBLE", "(INT)->DOUBLE", "(DOUBLE)->DOUBLE")
VARIANCE = "({s}[2] / ({s}[1] - 1) if {s}[1] > 1 else 0.0)"
State = tuple[Any, int, float]


@aggregate_function("STDDEV_SAMP", *SIGNATURES, about="ksqlDB's STDDEV_SAMP, which is the sample variance.")
def variance(context: AggregateContext) -> AggregateCall:
    return youngs_cramer(context, VARIANCE, exact_means=False)


@aggregate_function("STDDEV_SAMPLE", *SIGNATURES, about="The sample standard deviation.")
def deviation(context: AggregateContext) -> AggregateCall:
    return youngs_cramer(context, f"_sqrt{VARIANCE}", exact_means=True)


def youngs_cramer(context: AggregateContext, result: str, exact_means: bool) -> AggregateCall:
    (t,) = context.types
    state = Struct((Field("SUM", t), Field("COUNT", BIGINT), Field("M2", DOUBLE)))
    add, undo = f"_deviation_add_{t}", f"_deviation_undo_{t}"
    merge = f"_deviation_merge_{t}_{'exact' if exact_means else 'truncated'}"
    scope = ((add, ADD[t]), (undo, UNDO[t]), (merge, DivideMeans(t, exact_means).merge), ("_sqrt", square_root))
    return AggregateCall((t,), DOUBLE, state, "(0.0, 0, 0.0)" if t == DOUBLE else "(0, 0, 0.0)",
                         f"if {{0}} is not None:\n    {{s}} = {add}({{s}}, {{0}})", result=result,
                         undo=f"if {{0}} is not None:\n    {{s}} = {undo}({{s}}, {{0}})",
                         merge=f"{merge}({{s}}, {{t}})", globals=scope)


def add_double(state: State, x: float) -> State:
    total, count, m2 = state
    if count > 0:
        delta = x * (count + 1) - (total + x)
        return total + x, count + 1, delta * delta / ((count + 1) * count) + m2
    return x + total, count + 1, 0.0 + m2


def undo_double(state: State, x: float) -> State:
    total, count, m2 = state
    if count > 1:
        delta = x * (count + 1) - (total + x)
        return total - x, count - 1, m2 - delta * delta / ((count - 1) * count)
    return total - x, count - 1, m2 - 0.0


def add_long(state: State, x: int) -> State:
    total, count, m2 = state
    if count > 0:
        delta = float(wrap64(wrap64(x * (count + 1)) - wrap64(total + x)))
        return wrap64(total + x), count + 1, delta * delta / ((count + 1) * count) + m2
    return wrap64(total + x), count + 1, 0.0 + m2


def undo_long(state: State, x: int) -> State:
    total, count, m2 = state
    if count > 1:
        delta = float(wrap64(wrap64(x * (count + 1)) - wrap64(total + x)))
        return wrap64(total - x), count - 1, m2 - delta * delta / ((count - 1) * count)
    return wrap64(total - x), count - 1, m2 - 0.0


def add_int(state: State, x: int) -> State:
    total, count, m2 = state
    if count > 0:
        delta = float(wrap64(x * (count + 1) - wrap32(total + x)))
        return wrap32(total + x), count + 1, delta * delta / ((count + 1) * count) + m2
    return wrap32(total + x), count + 1, 0.0 + m2


def undo_int(state: State, x: int) -> State:
    total, count, m2 = state
    if count > 1:
        delta = float(wrap64(x * (count + 1) - wrap32(total + x)))
        return wrap32(total - x), count - 1, m2 - delta * delta / ((count - 1) * count)
    return wrap32(total - x), count - 1, m2 - 0.0


ADD: dict[SqlType, Any] = {DOUBLE: add_double, BIGINT: add_long, INTEGER: add_int}
UNDO: dict[SqlType, Any] = {DOUBLE: undo_double, BIGINT: undo_long, INTEGER: undo_int}


class DivideMeans:
    """Merges two states; STDDEV_SAMP divides integer sums as integers."""

    def __init__(self, t: Any, exact: bool):
        self.wrap: Any = float if t == DOUBLE else wrap64 if t == BIGINT else wrap32
        self.truncates = t != DOUBLE and not exact

    def merge(self, a: State, b: State) -> State:
        count = a[1] + b[1]
        if a[1] == 0 or b[1] == 0:
            m2 = a[2] + b[2]
        else:
            inner = self.mean(a) - self.mean(b)
            m2 = a[2] + b[2] + a[1] * b[1] * inner * inner / count
        return self.wrap(a[0] + b[0]), count, m2

    def mean(self, state: State) -> float:
        if self.truncates:
            quotient = abs(state[0]) // state[1]
            return float(quotient if state[0] >= 0 else -quotient)
        return float(state[0]) / state[1]


def square_root(x: float) -> float:
    return math.sqrt(x) if x >= 0 else math.nan
