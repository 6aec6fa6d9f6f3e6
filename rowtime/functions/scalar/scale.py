"""ROUND, TRUNC, CEIL, FLOOR: numbers cut or rounded to a scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_UP, Context
from decimal import Decimal as Number
from typing import Any

from rowtime.functions.java import round_half_up
from rowtime.functions.registry import scalar_function, types_of
from rowtime.serde.java_numbers import long_of
from rowtime.sql.types import Decimal, SqlType

MATHS = "MATHEMATICAL"
WIDE = Context(prec=1000)


def scaled(x: Number, places: int, rounding: str) -> Number:
    """x with this many decimal places (negative: zeros before the point)."""
    return x.quantize(Number((0, (1,), -places)), rounding=rounding, context=WIDE)


def rescaled(x: Number, like: Number) -> Number:
    """x with the scale of another."""
    exponent = like.as_tuple().exponent
    return scaled(x, -exponent if isinstance(exponent, int) else 0, ROUND_HALF_UP)


def half_up(x: Number, places: int) -> Number:
    """Halves go up, towards the positive."""
    return scaled(x, places, ROUND_HALF_UP if x > 0 else ROUND_HALF_DOWN)


def whole(types: Sequence[Any]) -> SqlType:
    """DECIMAL(p, s) → DECIMAL(p - s, 0)."""
    (t,) = types_of(types)
    assert isinstance(t, Decimal)
    return Decimal(t.precision - t.scale, 0)


def same(types: Sequence[Any]) -> SqlType:
    return types_of(types)[0]


@scalar_function("Round", "(BIGINT)->BIGINT", "(INT)->BIGINT", category=MATHS, inline="{0}",
                 about="The number rounded to places behind the point (default 0); halves go up.")
@scalar_function("trunc", "(BIGINT)->BIGINT", "(INT)->BIGINT", category=MATHS, inline="{0}",
                 about="The number cut off at places behind the point (default 0).")
@scalar_function("Ceil", "(INT)->INT", "(BIGINT)->BIGINT", category=MATHS, inline="{0}",
                 about="The smallest whole number not below the argument.")
@scalar_function("Floor", "(INT)->INT", "(BIGINT)->BIGINT", category=MATHS, inline="{0}",
                 about="The greatest whole number not above the argument.")
def unchanged(n: int) -> int:
    return n


@scalar_function("Round", "(DOUBLE)->BIGINT", category=MATHS)
def round_double(x: float) -> int:
    return round_half_up(x)


@scalar_function("Round", "(DOUBLE, INT)->DOUBLE", category=MATHS)
def round_places(x: float, places: int) -> float:
    return float(half_up(decimal_of(x), places))


@scalar_function("Round", "(DECIMAL)->DECIMAL", category=MATHS, returns=whole)
def round_decimal(x: Number) -> Number:
    return half_up(x, 0)


@scalar_function("Round", "(DECIMAL, INT)->DECIMAL", category=MATHS, returns=same)
def round_decimal_places(x: Number, places: int) -> Number:
    return exactly(half_up(x, places), x)


@scalar_function("trunc", "(DOUBLE)->BIGINT", category=MATHS)
def trunc_double(x: float) -> int:
    return long_of(x)


@scalar_function("trunc", "(DOUBLE, INT)->DOUBLE", category=MATHS)
def trunc_places(x: float, places: int) -> float:
    return float(scaled(decimal_of(x), places, ROUND_DOWN))


@scalar_function("trunc", "(DECIMAL)->DECIMAL", category=MATHS, returns=whole)
def trunc_decimal(x: Number) -> Number:
    return scaled(x, 0, ROUND_DOWN)


@scalar_function("trunc", "(DECIMAL, INT)->DECIMAL", category=MATHS, returns=same)
def trunc_decimal_places(x: Number, places: int) -> Number:
    return exactly(scaled(x, places, ROUND_DOWN), x)


def exactly(x: Number, like: Number) -> Number:
    """x with the scale of another, an error if digits would be lost."""
    fitted = rescaled(x, like)
    if fitted != x:
        raise ArithmeticError("Rounding necessary")
    return fitted


def decimal_of(x: float) -> Number:
    """BigDecimal.valueOf: the digits Java prints."""
    if not math.isfinite(x):
        raise ValueError("Infinite or NaN")
    return Number(repr(x))


@scalar_function("Ceil", "(DOUBLE)->DOUBLE", category=MATHS)
def ceil_double(x: float) -> float:
    return math.copysign(float(math.ceil(x)), x) if math.isfinite(x) else x


@scalar_function("Floor", "(DOUBLE)->DOUBLE", category=MATHS)
def floor_double(x: float) -> float:
    return math.copysign(float(math.floor(x)), x) if math.isfinite(x) else x


@scalar_function("Ceil", "(DECIMAL)->DECIMAL", category=MATHS, returns=same)
def ceil_decimal(x: Number) -> Number:
    return rescaled(scaled(x, 0, ROUND_CEILING), x)


@scalar_function("Floor", "(DECIMAL)->DECIMAL", category=MATHS, returns=same)
def floor_decimal(x: Number) -> Number:
    return rescaled(scaled(x, 0, ROUND_FLOOR), x)
