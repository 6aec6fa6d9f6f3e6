"""Arithmetic with NULL is an error in ksqlDB, and where the error is caught decides what is NULL.

What is expected here is what ksqlDB 7.9.5 gave for these expressions over these rows.
"""

from __future__ import annotations

from typing import Any

import pytest

from rowtime.engine.local import LocalEngine
from rowtime.errors import KsqlError

ROWS = [
    "1, 1, 2, 3, 0, 1.5, 'abc', 'd', ARRAY[1, 2, 3], STRUCT(x := 1), MAP('k' := 1)",
    "2, NULL, 2, 3, 0, NULL, NULL, 'd', ARRAY[1, CAST(NULL AS INT), 3], STRUCT(x := CAST(NULL AS INT)), "
    "MAP('k' := CAST(NULL AS INT))",
    "3, 1, NULL, NULL, NULL, 1.5, '12', NULL, NULL, NULL, NULL",
    "4, NULL, NULL, NULL, 2, NULL, 'a', NULL, ARRAY[CAST(NULL AS INT)], NULL, MAP('j' := 4)",
    "5, 2, 1, -3, 1, 2.5, '2020', 'x', ARRAY[5], STRUCT(x := 3), MAP('k' := 1, 'j' := CAST(NULL AS INT))",
]
N = None
CASES: list[tuple[str, list[Any]]] = [
    ("a + b", [3, N, N, N, 3]),
    # no call, no field: an argument's error is that of the whole
    ("COALESCE(a + b, 0)", [3, N, N, N, 3]),
    ("COALESCE(a, 0) + b", [3, 2, N, N, 3]),
    ("COALESCE(a, b + c)", [1, 5, N, N, 2]),
    ("IFNULL(a, b + c)", [1, 5, N, N, 2]),
    ("COALESCE(-a, 3)", [-1, N, -1, N, -2]),
    ("COALESCE(arr[1] + 1, 8)", [2, 2, N, N, 6]),
    ("COALESCE(arr[a], 80)", [1, N, 80, N, 80]),
    ("COALESCE(st->x + 1, 70)", [2, N, N, N, 4]),
    ("COALESCE(m['k'] + 1, 72)", [2, N, N, N, 2]),
    ("COALESCE(d * 2, 7.5E0)", [3.0, N, 3.0, N, 5.0]),
    ("GREATEST(a + b, c)", [3, N, N, N, 3]),
    ("COALESCE(a / z, 62)", [N, N, N, N, 2]),
    ("COALESCE(TRANSFORM(arr, x => x + 1)[1], 99)", [2, N, 99, N, 6]),
    ("COALESCE(ARRAY_MAX(TRANSFORM(arr, x => x - a)) + 1, 52)", [3, N, N, N, 4]),
    # a call or a field is an argument: its error is NULL
    ("COALESCE(ABS(a + b), 5)", [3, 5, 5, 5, 3]),
    ("COALESCE(ABS(a / z), 63)", [63, 63, 63, 63, 2]),
    ("COALESCE(COALESCE(a + b, 1), 92)", [3, 92, 92, 92, 3]),
    ("COALESCE(TRANSFORM(arr, x => x + 1), ARRAY[99])", [[2, 3, 4], [99], [99], [99], [6]]),
    ("COALESCE(ARRAY_LENGTH(TRANSFORM(arr, x => x + 1)), 99)", [3, 99, 99, 99, 1]),
    ("COALESCE(ARRAY_MAX(TRANSFORM(arr, x => x - a)), 51)", [2, 51, 51, 51, 3]),
    # CAST, ARRAY, MAP and STRUCT catch errors, whatever is in them
    ("COALESCE(CAST(a + b AS BIGINT), CAST(5 AS BIGINT))", [3, 5, 5, 5, 3]),
    ("COALESCE(CAST(s AS INT), 60)", [60, 60, 12, 60, 2020]),
    ("COALESCE(CAST(s AS INT) + 1, 61)", [N, N, 13, N, 2021]),
    ("CASE WHEN CAST(s AS INT) > 0 THEN 1 ELSE 2 END", [2, 2, 1, 2, 1]),
    ("ARRAY[a + b, c]", [[3, 3], [N, 3], [N, N], [N, N], [3, -3]]),
    ("ARRAY[COALESCE(a + b, 1)]", [[3], [N], [N], [N], [3]]),
    ("COALESCE(ARRAY[a + b][1], 90)", [3, 90, 90, 90, 3]),
    # conditions
    ("a > 0", [True, False, True, False, True]),
    ("NOT (a > 0)", [False, True, False, True, False]),
    ("NOT (a + b > 0)", [False, N, N, N, False]),
    ("(a + b > 0) OR (c > 0)", [True, N, N, N, True]),
    ("(c > 0) OR (a + b > 0)", [True, True, N, N, True]),
    ("(c < 0) AND (a + b > 0)", [False, False, False, False, True]),
    ("a + b BETWEEN 0 AND 10", [True, N, N, N, True]),
    ("a + b IN (1, 2)", [False, N, N, N, False]),
    ("CASE WHEN a + b > 0 THEN 1 ELSE 0 END", [1, N, N, N, 1]),
    ("CASE WHEN a IS NULL THEN 0 ELSE a + b END", [3, 0, N, 0, 3]),
    ("COALESCE(CASE WHEN a IS NULL THEN a + b ELSE b END, 9)", [2, N, 9, N, 1]),
    ("CASE WHEN TRANSFORM(arr, x => x + 1)[1] > 1 THEN 1 ELSE 0 END", [1, N, 0, N, 1]),
    ("CASE WHEN ARRAY_LENGTH(TRANSFORM(arr, x => x + 1)) > 1 THEN 1 ELSE 0 END", [1, 0, 0, 0, 0]),
    # a lambda's error is the call's
    ("TRANSFORM(arr, x => x + 1)", [[2, 3, 4], N, N, N, [6]]),
    ("TRANSFORM(arr, x => x + a)", [[2, 3, 4], N, N, N, [7]]),
    ("TRANSFORM(arr, x => COALESCE(x + 1, 77))", [[2, 3, 4], N, N, N, [6]]),
    ("TRANSFORM(arr, x => COALESCE(ABS(x + 1), 77))", [[2, 3, 4], [2, 77, 4], N, [77], [6]]),
    ("TRANSFORM(arr, x => CAST(x + 1 AS BIGINT))", [[2, 3, 4], [2, N, 4], N, [N], [6]]),
    ("TRANSFORM(arr, x => x > 1)", [[False, True, True], [False, False, True], N, [False], [True]]),
    ("FILTER(arr, x => x > 1)", [[2, 3], [3], N, [], [5]]),
    ("FILTER(arr, x => x + 1 > 2)", [[2, 3], N, N, N, [5]]),
    ("FILTER(m, (k, v) => v + 1 > 1)", [{"k": 1}, N, N, {"j": 4}, N]),
    ("REDUCE(arr, 0, (n, x) => n + x)", [6, N, 0, N, 5]),
    ("COALESCE(REDUCE(arr, 0, (n, x) => n + x), 99)", [6, 99, 0, 99, 5]),
    # text: NULL is the word
    ("s + t", ["abcd", "nulld", "12null", "anull", "2020x"]),
    ("LEN(s + t)", [4, 5, 6, 5, 5]),
]  # fmt: skip


@pytest.fixture(scope="module")
def engine() -> LocalEngine:
    made = LocalEngine()
    made.execute("CREATE STREAM r (id INT KEY, a INT, b INT, c INT, z INT, d DOUBLE, s STRING, t STRING, "
                 "arr ARRAY<INT>, st STRUCT<x INT>, m MAP<STRING, INT>) "
                 "WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON', PARTITIONS=1);")
    for row in ROWS:
        made.execute(f"INSERT INTO r VALUES ({row});")
    return made


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _ in CASES])
def test_value(engine: LocalEngine, text: str, expected: list[Any]) -> None:
    assert [row[0] for row in engine.pull(f"SELECT {text} AS v FROM r;").rows] == expected


def test_shared_call(engine: LocalEngine) -> None:
    """Worked out once a row for several columns: where it is no argument its error is still an error."""
    call = "TRANSFORM(arr, x => x + 1)"
    rows = engine.pull(f"SELECT {call} AS p, COALESCE({call}, ARRAY[9]) AS q, COALESCE({call}[1], 9) AS r FROM r;").rows
    assert [list(row) for row in rows] == [
        [[2, 3, 4], [2, 3, 4], 2], [N, [9], N], [N, [9], 9], [N, [9], N], [[6], [6], 6]]


@pytest.mark.parametrize(("text", "message"), [
    ("(a + b) IS NULL", 'Cannot compare primitive type "int" with "null".'),
    ("-d IS NOT NULL", 'Cannot compare primitive type "double" with "null".'),
    ("TRANSFORM(arr, s => s + 1)", "Lambda function argument can't be a column name: S"),
    ("COALESCE(a, s)", "Valid alternatives are:\nCOALESCE(T first, T... others)"),
])
def test_refused(engine: LocalEngine, text: str, message: str) -> None:
    with pytest.raises(KsqlError) as refused:
        engine.execute(f"CREATE STREAM refused AS SELECT id, {text} AS v FROM r;")
    assert message in refused.value.message
