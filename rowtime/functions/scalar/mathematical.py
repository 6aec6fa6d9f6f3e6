"""Mathematical functions without scale: ABS, SIGN, roots, logarithms, trigonometry, GREATEST, LEAST."""

from __future__ import annotations

import math
import random as _random
from collections.abc import Callable, Sequence
from decimal import Decimal as Number
from typing import Any

from rowtime.functions.java import greater
from rowtime.functions.registry import scalar_function, types_of
from rowtime.functions.resolve import widen_decimals
from rowtime.serde.java_numbers import wrap32, wrap64
from rowtime.sql.types import SqlType

MATHS = "MATHEMATICAL"
ONE = ("(INT)->DOUBLE", "(BIGINT)->DOUBLE", "(DOUBLE)->DOUBLE")
TWO = ("(INT, INT)->DOUBLE", "(BIGINT, BIGINT)->DOUBLE", "(DOUBLE, DOUBLE)->DOUBLE")


def same(types: Sequence[Any]) -> SqlType:
    """The result is of the first argument's type."""
    return types_of(types)[0]


@scalar_function("Abs", "(INT)->INT", category=MATHS, about="The absolute value.")
def abs_int(n: int) -> int:
    return wrap32(abs(n))


@scalar_function("Abs", "(BIGINT)->BIGINT", category=MATHS)
def abs_long(n: int) -> int:
    return wrap64(abs(n))


@scalar_function("Abs", "(DOUBLE)->DOUBLE", category=MATHS, inline="abs({0})")
@scalar_function("Abs", "(DECIMAL)->DECIMAL", category=MATHS, returns=same)
def absolute(x: Any) -> Any:
    return x.copy_abs() if isinstance(x, Number) else abs(x)


@scalar_function("sign", "(INT)->INT", "(BIGINT)->INT", "(DOUBLE)->INT", category=MATHS,
                 about="-1, 0 or 1 for a negative number, zero, a positive one.")
def sign(x: float) -> int:
    return (x > 0) - (x < 0)


def one(name: str, f: Callable[[float], float], about: str) -> None:
    """Registers a function of one number; what Python refuses is NaN, as in Java."""

    def call(x: float) -> float:
        try:
            return f(float(x))
        except (ValueError, OverflowError):
            return outside(f, float(x))

    scalar_function(name, *ONE, category=MATHS, about=about)(call)


def outside(f: Callable[[float], float], x: float) -> float:
    """Java's answer where Python raises: NaN outside the domain, an infinity on overflow."""
    if f is math.log:
        return -math.inf if x == 0.0 else math.nan
    if f is math.exp or f is math.cosh:
        return math.inf
    if f is math.sinh:
        return math.copysign(math.inf, x)
    return math.nan


def cbrt(x: float) -> float:
    """The cube root, corrected to the nearest double where a neighbour is nearer."""
    if x == 0.0 or not math.isfinite(x):
        return x
    guess = math.copysign(abs(x) ** (1.0 / 3.0), x)
    near = (math.nextafter(guess, -math.inf), guess, math.nextafter(guess, math.inf))
    exact = _exact(x)
    return min(near, key=lambda r: abs(_exact(r) ** 3 - exact))


def _exact(x: float) -> Any:
    from fractions import Fraction

    return Fraction(x)


one("sqrt", math.sqrt, "The square root.")
one("exp", math.exp, "e to the power of the argument.")
one("ln", math.log, "The natural logarithm.")
one("cbrt", cbrt, "The cube root.")
one("sin", math.sin, "The sine of an angle in radians.")
one("cos", math.cos, "The cosine of an angle in radians.")
one("tan", math.tan, "The tangent of an angle in radians.")
one("asin", math.asin, "The inverse sine, in radians.")
one("acos", math.acos, "The inverse cosine, in radians.")
one("atan", math.atan, "The inverse tangent, in radians.")
one("sinh", math.sinh, "The hyperbolic sine.")
one("cosh", math.cosh, "The hyperbolic cosine.")
one("tanh", math.tanh, "The hyperbolic tangent.")


@scalar_function("cot", *ONE, category=MATHS, about="The cotangent of an angle in radians.")
def cot(x: float) -> float:
    x = float(x)
    if math.isinf(x):
        return math.nan
    tangent = math.tan(x)
    return math.copysign(math.inf, tangent) if tangent == 0.0 else 1.0 / tangent


@scalar_function("degrees", *ONE, category=MATHS, about="Radians as degrees.")
def degrees(x: float) -> float:
    return float(x) * (180.0 / math.pi)


@scalar_function("radians", *ONE, category=MATHS, about="Degrees as radians.")
def radians(x: float) -> float:
    return float(x) * (math.pi / 180.0)


@scalar_function("atan2", *TWO, category=MATHS, about="The inverse tangent of y / x, by the signs of both.")
def atan2(y: float, x: float) -> float:
    return math.atan2(float(y), float(x))


@scalar_function("power", *TWO, category=MATHS, about="The first argument to the power of the second.")
def power(base: float, exponent: float) -> float:
    base, exponent = float(base), float(exponent)
    if abs(base) == 1.0 and (math.isinf(exponent) or exponent != exponent):
        return math.nan
    if base == 1.0 and exponent != exponent:
        return math.nan
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf
    except ValueError:
        odd = exponent == math.floor(exponent) and exponent % 2 == 1
        return math.copysign(math.inf, base) if base == 0.0 and odd else math.inf if base == 0.0 else math.nan


@scalar_function("log", *ONE, category=MATHS, about="The natural logarithm, or that of the second argument to the base "
                 "of the first.")
def log(x: float) -> float:
    return natural(float(x))


@scalar_function("log", *TWO, category=MATHS)
def log_base(base: float, x: float) -> float:
    base, x = float(base), float(x)
    if base <= 0 or base == 1.0 or base != base:
        return math.nan
    return natural(x) / natural(base)


def natural(x: float) -> float:
    if x > 0:
        return math.log(x)
    return -math.inf if x == 0.0 else math.nan


@scalar_function("pi", "()->DOUBLE", category=MATHS, inline=repr(math.pi), about="The number pi.")
def pi() -> float:
    return math.pi


@scalar_function("random", "()->DOUBLE", category=MATHS, volatile=True, about="A random number, 0.0 <= x < 1.0.")
def random() -> float:
    return _random.random()


EXTREMES = tuple(f"({t}, {t}...)->{t}" for t in ("INT", "BIGINT", "DOUBLE", "STRING", "BYTES", "DATE", "TIME",
                                                   "TIMESTAMP"))


def widest(types: Sequence[Any]) -> SqlType:
    return widen_decimals(types_of(types))


@scalar_function("greatest", *EXTREMES, category=MATHS, handles_null=True,
                 about="The greatest of its arguments, NULLs left out.")
@scalar_function("greatest", "(DECIMAL, DECIMAL...)->DECIMAL", category=MATHS, handles_null=True, returns=widest)
def greatest(*values: Any) -> Any:
    best = None
    for v in values:
        if v is not None and (best is None or not greater(best, v)):
            best = v
    return best


@scalar_function("least", *EXTREMES, category=MATHS, handles_null=True,
                 about="The least of its arguments, NULLs left out.")
@scalar_function("least", "(DECIMAL, DECIMAL...)->DECIMAL", category=MATHS, handles_null=True, returns=widest)
def least(*values: Any) -> Any:
    best = None
    for v in values:
        if v is not None and (best is None or greater(best, v)):
            best = v
    return best
