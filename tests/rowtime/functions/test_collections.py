"""Array, map and lambda functions, and conditionals."""

from __future__ import annotations

from typing import Any

import pytest

from rowtime.functions import scalar
from rowtime.functions.api import LambdaType
from rowtime.sql.types import BIGINT, BOOLEAN, DOUBLE, INTEGER, STRING, Array, Map

INTS, TEXTS = Array(INTEGER), Array(STRING)
M = Map(STRING, INTEGER)


@pytest.mark.parametrize(("name", "types", "args", "expected"), [
    ("ARRAY_LENGTH", [INTS], [[1, 2]], 2), ("ARRAY_MAX", [INTS], [[1, None, 3]], 3),
    ("ARRAY_MIN", [TEXTS], [["b", "a"]], "a"),
    ("ARRAY_MAX", [INTS], [[None]], None), ("ARRAY_CONTAINS", [INTS, INTEGER], [[1, 2], 2], True),
    ("ARRAY_CONTAINS", [INTS, INTEGER], [None, 2], False),
    ("ARRAY_DISTINCT", [INTS], [[2, 1, 2, None, None]], [2, 1, None]),
    ("ARRAY_DISTINCT", [Array(INTS)], [[[1], [1]]], [[1]]),
    ("ARRAY_EXCEPT", [INTS, INTS], [[1, 2, 2, 3], [2]], [1, 3]),
    ("ARRAY_INTERSECT", [INTS, INTS], [[3, 1, 3], [1, 3]], [3, 1]),
    ("ARRAY_UNION", [INTS, INTS], [[1, 2], [2, 3]], [1, 2, 3]),
    ("ARRAY_CONCAT", [INTS, INTS], [[1], None], [1]), ("ARRAY_REMOVE", [INTS, INTEGER], [[1, 2, 1], 1], [2]),
    ("ARRAY_SORT", [INTS], [[3, None, 1]], [1, 3, None]),
    ("ARRAY_SORT", [INTS, STRING], [[1, None, 3], "desc"], [3, 1, None]),
    ("ARRAY_SORT", [INTS, STRING], [[1], "up"], None), ("ARRAY_JOIN", [INTS], [[1, None]], "1,null"),
    ("ARRAY_JOIN", [Array(DOUBLE), STRING], [[1.0, 2.5], "-"], "1.0-2.5"),
    ("ARRAY_JOIN", [Array(INTS)], [[[1]]], None),
    ("SLICE", [INTS, INTEGER, INTEGER], [[1, 2, 3, 4], 2, 3], [2, 3]),
    ("SLICE", [INTS, INTEGER, INTEGER], [[1], 1, 3], None),
    ("SLICE", [INTS, INTEGER, INTEGER], [[1, 2], None, 1], [1]),
    ("GENERATE_SERIES", [INTEGER, INTEGER], [1, 3], [1, 2, 3]),
    ("GENERATE_SERIES", [INTEGER, INTEGER], [3, 1], [3, 2, 1]), ("GENERATE_SERIES", [INTEGER] * 3, [1, 5, 3], [1, 4]),
    ("GENERATE_SERIES", [INTEGER] * 3, [1, 5, -1], None),
    ("AS_MAP", [TEXTS, INTS], [["a", "b"], [1]], {"a": 1, "b": None}),
    ("MAP_KEYS", [M], [{"a": 1}], ["a"]), ("MAP_VALUES", [M], [{"a": 1}], [1]),
    ("MAP_UNION", [M, M], [{"a": 1}, {"a": 2}], {"a": 2}),
    ("MAP_UNION", [M, M], [None, None], None),
    ("ENTRIES", [M, BOOLEAN], [{"b": 1, "a": 2}, True], [("a", 2), ("b", 1)]),
    ("COALESCE", [INTEGER] * 3, [None, 2, 3], 2), ("IFNULL", [INTEGER] * 2, [None, 2], 2),
    ("NULLIF", [INTEGER] * 2, [2, 2], None),
    ("NULLIF", [INTEGER] * 2, [2, None], 2), ("AS_VALUE", [INTEGER], [None], None),
])
def test_values(call: Any, name: str, types: list[Any], args: list[Any], expected: Any) -> None:
    assert call(name, *args, types=types) == expected


def test_lambdas() -> None:
    one, two = LambdaType((INTEGER,), BOOLEAN), LambdaType((STRING, INTEGER), BOOLEAN)
    assert scalar("FILTER", [INTS, one]).implementation([1, 2, 3], lambda x: x > 1) == [2, 3]
    assert scalar("FILTER", [M, two]).implementation({"a": 1, "b": 2}, lambda k, v: v > 1) == {"b": 2}
    with pytest.raises(ValueError, match="returned NULL"):
        scalar("FILTER", [INTS, one]).implementation([1], lambda x: None)
    transform = scalar("TRANSFORM", [INTS, LambdaType((INTEGER,), BIGINT)])
    assert transform.implementation([1, None], lambda x: x and x * 2) == [2, None]
    keys, values = LambdaType((STRING, INTEGER), STRING), LambdaType((STRING, INTEGER), INTEGER)
    both = scalar("TRANSFORM", [M, keys, values]).implementation
    assert both({"a": 1}, lambda k, v: k + "x", lambda k, v: v + 1) == {"ax": 2}
    with pytest.raises(ValueError, match="duplicate key"):
        both({"a": 1, "b": 2}, lambda k, v: "x", lambda k, v: v)
    fold = scalar("REDUCE", [INTS, INTEGER, LambdaType((INTEGER, INTEGER), INTEGER)]).implementation
    assert fold([1, 2], 10, lambda s, x: s + x) == 13
    assert fold(None, 10, lambda s, x: s + x) == 10 and fold([1], None, lambda s, x: x) is None
