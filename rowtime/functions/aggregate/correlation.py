"""CORRELATION: Pearson's coefficient of two columns, from running sums."""

from __future__ import annotations

import math

from rowtime.functions.api import AggregateCall
from rowtime.functions.registry import AggregateContext, aggregate_function
from rowtime.sql.types import BIGINT, DOUBLE, Field, Struct

SUMS = ("X_SUM", "Y_SUM", "X_SQUARED_SUM", "Y_SQUARED_SUM", "XY_SUM")
State = tuple[float, float, float, float, float, int]


@aggregate_function("correlation", "(DOUBLE, DOUBLE)->DOUBLE", "(INT, INT)->DOUBLE", "(BIGINT, BIGINT)->DOUBLE",
                    about="Pearson's correlation coefficient of two columns.")
def correlation(context: AggregateContext) -> AggregateCall:
    state = Struct((*(Field(name, DOUBLE) for name in SUMS), Field("COUNT", BIGINT)))
    condition = "if {0} is not None and {1} is not None:\n    "
    return AggregateCall(context.types, DOUBLE, state, "(0.0, 0.0, 0.0, 0.0, 0.0, 0)",
                         condition + "{s} = _with_pair({s}, {0}, {1})",
                         undo=condition + "{s} = _without_pair({s}, {0}, {1})", result="_pearson({s})",
                         merge="_pairs_merged({s}, {t})",
                         globals=(("_with_pair", with_pair), ("_without_pair", without_pair), ("_pearson", pearson),
                                  ("_pairs_merged", merged)))


def with_pair(s: State, x: float, y: float) -> State:
    x, y = float(x), float(y)
    return s[0] + x, s[1] + y, s[2] + x * x, s[3] + y * y, s[4] + x * y, s[5] + 1


def without_pair(s: State, x: float, y: float) -> State:
    x, y = float(x), float(y)
    return s[0] - x, s[1] - y, s[2] - x * x, s[3] - y * y, s[4] - x * y, s[5] - 1


def merged(a: State, b: State) -> State:
    return a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3], a[4] + b[4], a[5] + b[5]


def pearson(s: State) -> float:
    x, y, xx, yy, xy, n = s
    top = n * xy - x * y
    under = (n * xx - x * x) * (n * yy - y * y)
    if under < 0 or under != under:
        return math.nan
    root = math.sqrt(under)
    if root == 0.0:
        return math.nan if top == 0.0 or top != top else math.copysign(math.inf, top)
    return top / root
