"""Expressions: types, NULL, Java's arithmetic."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest

from rowtime.engine.code import Code, Module
from rowtime.engine.expressions import Expressions
from rowtime.engine.scope import Scope
from rowtime.errors import KsqlError
from rowtime.sql.parser import parse_expression, parse_type

COLUMNS = {"I": "INT", "J": "INT", "B": "BIGINT", "D": "DOUBLE", "S": "STRING", "T": "BOOLEAN", "N": "DECIMAL(4, 2)",
           "A": "ARRAY<INT>", "M": "MAP<STRING, INT>", "R": "STRUCT<X INT, Y STRING>", "TS": "TIMESTAMP",
           "RS": "ARRAY<STRUCT<X INT, Y STRING>>"}


def evaluate(text: str, **values: Any) -> tuple[str, Any]:
    """(type, value); columns that are not given are NULL."""
    module = Module()
    scope = Scope({(None, n): Code(n.lower(), parse_type(t)) for n, t in COLUMNS.items()})
    code = Expressions(module, scope).compile(parse_expression(text))
    with module.block(f"def value({', '.join(f'{n.lower()}=None' for n in COLUMNS)}):"):
        module.line(f"return {code.text}")
    return str(code.type), module.load("test")["value"](**values)


@pytest.mark.parametrize(("text", "values", "expected"), [
    ("I + J", {"i": 2147483647, "j": 1}, ("INTEGER", -2147483648)),
    ("I + B", {"i": 1, "b": 9223372036854775807}, ("BIGINT", -9223372036854775808)),
    ("I / J", {"i": -7, "j": 2}, ("INTEGER", -3)),
    ("I % J", {"i": -7, "j": 2}, ("INTEGER", -1)),
    ("I * D", {"i": 3, "d": 0.5}, ("DOUBLE", 1.5)),
    ("D / 0", {"d": -1.0}, ("DOUBLE", -math.inf)),
    ("N + 1.5", {"n": Decimal("2.25")}, ("DECIMAL(5, 2)", Decimal("3.75"))),
    ("N * N", {"n": Decimal("1.50")}, ("DECIMAL(9, 4)", Decimal("2.2500"))),
    ("I + J", {"i": 1}, ("INTEGER", None)),
    ("S + 'x'", {"s": "a"}, ("STRING", "ax")),
    ("S + 'x'", {}, ("STRING", "nullx")),
    ("I < J", {"i": 1}, ("BOOLEAN", False)),
    ("NOT (I < J)", {"i": 1}, ("BOOLEAN", True)),
    ("I IS DISTINCT FROM J", {"i": 1}, ("BOOLEAN", True)),
    ("I IS NOT DISTINCT FROM J", {}, ("BOOLEAN", True)),
    ("I BETWEEN 1 AND 3", {"i": 3}, ("BOOLEAN", True)),
    ("S IN ('a', 'b')", {"s": "b"}, ("BOOLEAN", True)),
    ("S LIKE '%a_c%'", {"s": "xxabcxx"}, ("BOOLEAN", True)),
    ("S LIKE '10!%' ESCAPE '!'", {"s": "10%"}, ("BOOLEAN", True)),
    ("TS > '1970-01-01T00:00:01'", {"ts": 1001}, ("BOOLEAN", True)),
    ("CASE WHEN I > 1 THEN 1 WHEN I = 1 THEN B ELSE NULL END", {"i": 1, "b": 7}, ("BIGINT", 7)),
    ("CASE I WHEN 1 THEN 'one' ELSE 'other' END", {"i": 1}, ("STRING", "one")),
    ("A[1]", {"a": [5, 6]}, ("INTEGER", 5)),
    ("A[-1]", {"a": [5, 6]}, ("INTEGER", 6)),
    ("A[I]", {"a": [5, 6], "i": 3}, ("INTEGER", None)),
    ("M['k']", {"m": {"k": 2}}, ("INTEGER", 2)),
    ("R->Y", {"r": (1, "y")}, ("STRING", "y")),
    ("RS[1]->X", {"rs": []}, ("INTEGER", None)),
    ("STRUCT(P := I, Q := ARRAY[1, 2.5])", {"i": 1}, ("STRUCT<`P` INTEGER, `Q` ARRAY<DECIMAL(11, 1)>>",
                                                    (1, [Decimal("1.0"), Decimal("2.5")]))),
    ("MAP('a' := 1, 'b' := I)", {"i": 2}, ("MAP<STRING, INTEGER>", {"a": 1, "b": 2})),
    ("CAST(D AS INT)", {"d": 1e12}, ("INTEGER", 2147483647)),
    ("CAST(D AS STRING)", {"d": 1e10}, ("STRING", "1.0E10")),
    ("CAST('12' AS BIGINT)", {}, ("BIGINT", 12)),
    ("CAST(TS AS STRING)", {"ts": 1}, ("STRING", "1970-01-01T00:00:00.001")),
    ("CAST(NULL AS DOUBLE)", {}, ("DOUBLE", None)),
    ("TRANSFORM(A, (X) => X * 2)", {"a": [1, 3]}, ("ARRAY<INTEGER>", [2, 6])),
    ("FILTER(RS, (X) => X->X > I - 1 AND X->Y IS NOT NULL)", {"rs": [(1, "a"), (3, None), (3, "b"), None], "i": 3},
     ("ARRAY<STRUCT<`X` INTEGER, `Y` STRING>>", [(3, "b")])),
    ("REDUCE(A, 10, (S, X) => S + X)", {"a": [1, 2]}, ("INTEGER", 13)),
    ("REDUCE(A, 10, (S, X) => S + X)", {"a": []}, ("INTEGER", 10)),
    ("ARRAY_LENGTH(TRANSFORM(RS, (X) => FILTER(ARRAY[1, 2], (Y) => Y > X->X)))", {"rs": [(1, "")]}, ("INTEGER", 1)),
    ("COALESCE(LEN(SUBSTRING(S, I)), -1)", {"i": 1}, ("INTEGER", -1)),
])
def test_value(text: str, values: dict[str, Any], expected: tuple[str, Any]) -> None:
    assert evaluate(text, **values) == expected


def test_an_error_in_a_function_is_null_where_it_stands() -> None:
    assert evaluate("COALESCE(CAST(PARSE_DATE(S, 'yyyy-MM-dd') AS STRING), 'bad')", s="x") == ("STRING", "bad")


@pytest.mark.parametrize(("text", "message"), [
    ("S * 2", "Unsupported arithmetic types. STRING INTEGER"),
    ("I = S", "Cannot compare I"),
    ("A < A", "with LESS_THAN"),
    ("R->Z", "No such field"),
    ("CAST(S AS ARRAY<INT>)", "Cast of STRING to ARRAY<INTEGER> is not supported"),
    ("CASE WHEN T THEN 1 ELSE 'x' END", "Invalid Case expression"),
    ("ARRAY[]", "cannot be empty"),
    ("MAP('a' := NULL)", "all NULL values"),
    ("NOPE(1)", "Can't find any functions with the name 'NOPE'"),
])
def test_refused(text: str, message: str) -> None:
    with pytest.raises(KsqlError) as refused:
        evaluate(text)
    assert message in refused.value.message


@pytest.mark.parametrize(("text", "values"), [
    ("1 / I", {"i": 0}), ("CAST(N * N AS DECIMAL(2, 0))", {"n": Decimal("99.99")}), ("CAST(S AS INT)", {"s": "x"})])
def test_an_error_is_left_to_the_caller(text: str, values: dict[str, Any]) -> None:
    with pytest.raises((ArithmeticError, ValueError)):
        evaluate(text, **values)
