"""SUM and SUM_LIST, in the order the rows come, with Java's overflow."""

from __future__ import annotations

from decimal import Decimal as Number
from decimal import localcontext
from typing import Any

from rowtime.functions.api import AggregateCall
from rowtime.functions.registry import AggregateContext, aggregate_function
from rowtime.serde.java_numbers import wrap32, wrap64
from rowtime.sql.types import BIGINT, DOUBLE, INTEGER, Array, Decimal, SqlType

LIMITS: dict[SqlType, tuple[str, str]] = {INTEGER: ("0x80000000", "_wrap32"), BIGINT: ("0x8000000000000000", "_wrap64")}
HELPERS = (("_wrap32", wrap32), ("_wrap64", wrap64))


@aggregate_function("SUM", "(DOUBLE)->DOUBLE", about="The sum of the values that are not NULL.")
def sum_double(context: AggregateContext) -> AggregateCall:
    return AggregateCall((DOUBLE,), DOUBLE, DOUBLE, "0.0", "if {0} is not None:\n    {s} += {0}",
                         undo="if {0} is not None:\n    {s} -= {0}", merge="{s} + {t}")


@aggregate_function("SUM", "(BIGINT)->BIGINT", "(INT)->INT")
def sum_integer(context: AggregateContext) -> AggregateCall:
    (t,) = context.types
    return AggregateCall((t,), t, t, "0", guarded(t, "+"), undo=guarded(t, "-"), merge=f"{LIMITS[t][1]}({{s}} + {{t}})",
                         globals=HELPERS)


def guarded(t: SqlType, sign: str) -> str:
    """Adds or takes away {0}, wrapping around where a Java integer would."""
    limit, wrap = LIMITS[t]
    return (f"if {{0}} is not None:\n    {{s}} {sign}= {{0}}\n"
            f"    if not -{limit} <= {{s}} < {limit}:\n        {{s}} = {wrap}({{s}})")


@aggregate_function("SUM", "(DECIMAL)->DECIMAL")
def sum_decimal(context: AggregateContext) -> AggregateCall:
    (t,) = context.types
    assert isinstance(t, Decimal)
    adder = DecimalSum(t)
    add, subtract = f"_add_{t.precision}_{t.scale}", f"_subtract_{t.precision}_{t.scale}"
    return AggregateCall((t,), t, t, f"_Number((0, (0,), {-t.scale}))",
                         f"if {{0}} is not None:\n    {{s}} = {add}({{s}}, {{0}})",
                         undo=f"if {{0}} is not None:\n    {{s}} = {subtract}({{s}}, {{0}})",
                         merge=f"{add}({{s}}, {{t}})",
                         globals=(("_Number", Number), (add, adder.add), (subtract, adder.subtract)))


class DecimalSum:
    """Addition within a DECIMAL's precision; too large is an error."""

    def __init__(self, t: Decimal):
        self.type = t
        self.limit = Number(10) ** (t.precision - t.scale)

    def add(self, a: Number, b: Number) -> Number:
        with localcontext() as context:
            context.prec, context.rounding = self.type.precision, "ROUND_HALF_UP"
            total = a + b
        if abs(total) >= self.limit:
            digits = self.type.precision - self.type.scale
            raise ArithmeticError(
                f"Numeric field overflow: A field with precision {self.type.precision} and scale {self.type.scale} "
                f"must round to an absolute value less than 10^{digits}. Got {total:f}")
        return total

    def subtract(self, a: Number, b: Number) -> Number:
        with localcontext() as context:
            context.prec, context.rounding = self.type.precision, "ROUND_HALF_UP"
            return a - b


@aggregate_function("sum_list", "(ARRAY<DOUBLE>)->DOUBLE", "(ARRAY<INT>)->INT", "(ARRAY<BIGINT>)->BIGINT",
                    about="The sum of all elements of the arrays.")
def sum_list(context: AggregateContext) -> AggregateCall:
    (t,) = context.types
    assert isinstance(t, Array)
    fit, zero = ("", "0.0") if t.item == DOUBLE else (LIMITS[t.item][1], "0")
    scope = (*HELPERS, ("_total", total))
    step = "if {{0}} is not None:\n    {{s}} = {fit}({{s}} {sign} _total({{0}}, {zero}))"
    return AggregateCall((t,), t.item, t.item, zero, step.format(fit=fit, sign="+", zero=zero),
                         undo=step.format(fit=fit, sign="-", zero=zero), merge=f"{fit}({{s}} + {{t}})", globals=scope)


def total(values: list[Any], zero: Any) -> Any:
    """One after the other from zero, NULLs left out."""
    for v in values:
        if v is not None:
            zero += v
    return zero
