"""Mathematical functions, with Java's corners."""

from __future__ import annotations

import math
from decimal import Decimal as Number
from typing import Any

import pytest

from rowtime.sql.types import BIGINT, DOUBLE, INTEGER, Decimal

NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(("name", "args", "expected"), [
    ("ABS", [-5], 5), ("ABS", [-(2**31)], -(2**31)), ("ABS", [-1.5], 1.5), ("SIGN", [-3.0], -1), ("SIGN", [0], 0),
    ("SQRT", [2.0], math.sqrt(2)), ("SQRT", [-1.0], NAN), ("LN", [0.0], -INF), ("LN", [-1.0], NAN),
    ("EXP", [1000.0], INF),
    ("LOG", [2.0, 8.0], math.log(8) / math.log(2)), ("LOG", [1.0, 8.0], NAN), ("LOG", [0], -INF),
    ("CBRT", [27.0], 3.0),
    ("COT", [0.0], INF), ("ASIN", [2.0], NAN), ("POWER", [2, 10], 1024.0), ("POWER", [0.0, -1.0], INF),
    ("POWER", [-8.0, 1.5], NAN), ("POWER", [10.0, 400.0], INF), ("DEGREES", [math.pi], 180.0), ("PI", [], math.pi),
    ("SINH", [-1000.0], -INF), ("COSH", [1000.0], INF), ("ATAN2", [1, 1], math.pi / 4),
    ("ROUND", [2.5], 3), ("ROUND", [-2.5], -2), ("ROUND", [0.49999999999999994], 0), ("ROUND", [NAN], 0),
    ("ROUND", [1e300], 2**63 - 1), ("ROUND", [2.345, 2], 2.35), ("ROUND", [-2.345, 2], -2.34),
    ("ROUND", [1234.5, -2], 1200.0),
    ("ROUND", [7], 7), ("TRUNC", [-2.7], -2), ("TRUNC", [2.789, 2], 2.78), ("CEIL", [-0.5], -0.0),
    ("FLOOR", [1.5], 1.0),
    ("GREATEST", [1, None, 3], 3), ("LEAST", ["b", "a"], "a"), ("GREATEST", [1.0, NAN], NAN),
    ("LEAST", [0.0, -0.0], -0.0),
    ("GREATEST", [b"\x01", b"\xff"], b"\x01"),
])
def test_values(call: Any, name: str, args: list[Any], expected: Any) -> None:
    value = call(name, *args)
    assert type(value) is type(expected) and repr(value) == repr(expected)


@pytest.mark.parametrize(("name", "args", "expected"), [
    ("ROUND", ["2.5"], "3"), ("ROUND", ["-2.5"], "-2"), ("ROUND", ["12.345", 2], "12.350"),
    ("ROUND", ["-12.345", 2], "-12.340"),
    ("TRUNC", ["-2.789"], "-2"), ("TRUNC", ["2.789", 1], "2.700"), ("CEIL", ["1.20"], "2.00"),
    ("FLOOR", ["-1.20"], "-2.00"),
    ("ABS", ["-1.20"], "1.20"),
])
def test_decimals(call: Any, name: str, args: list[Any], expected: str) -> None:
    number = Number(args[0])
    scale = -int(number.as_tuple().exponent)
    assert str(call(name, number, *args[1:], types=[Decimal(9, scale), *[INTEGER] * len(args[1:])])) == expected


def test_large_integers_count_as_doubles(call: Any) -> None:
    assert call("SQRT", 2**62 + 1, types=[BIGINT]) == 2.0**31
    assert call("GEO_DISTANCE", 37.4, -122.1, 51.5, -0.1, types=[DOUBLE] * 4) == pytest.approx(8638.258, abs=0.001)
    assert call("GEO_DISTANCE", 91.0, 0.0, 0.0, 0.0, types=[DOUBLE] * 4) is None
    assert 0.0 <= call("RANDOM") < 1.0
