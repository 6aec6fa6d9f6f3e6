"""Array functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rowtime.functions.java import greater, sort_key
from rowtime.functions.registry import scalar_function
from rowtime.serde.java_text import java_string
from rowtime.sql.types import BIGINT, BOOLEAN, DATE, DOUBLE, INTEGER, STRING, TIME, TIMESTAMP, Array, Decimal

ARRAY = "ARRAY"
PLAIN = tuple(Array(t) for t in (INTEGER, BIGINT, DATE, TIME, TIMESTAMP))


@scalar_function("ARRAY_LENGTH", "(ARRAY<T>)->INT", category=ARRAY, inline="len({0})", about="The number of elements.")
def array_length(values: list[Any]) -> int:
    return len(values)


@scalar_function("array_max", "(ARRAY<T>)->T", category=ARRAY, factory=True, total=True,
                 about="The greatest element, NULLs left out.")
def array_max(types: Sequence[Any]) -> Callable[[list[Any]], Any]:
    return extreme(types[0], max, greatest)


def extreme(t: Any, pick: Callable[..., Any], exact: Callable[[list[Any]], Any]) -> Callable[[list[Any]], Any]:
    """Python's max or min where it is Java's: for whole numbers always, for doubles without NaN or zeros at stake."""

    def whole(values: list[Any]) -> Any:
        try:
            return pick(values, default=None)
        except TypeError:
            return pick([v for v in values if v is not None], default=None)

    def floating(values: list[Any]) -> Any:
        try:
            total = sum(values)
        except TypeError:
            return exact(values)
        best = pick(values, default=None) if total == total else None
        return best if best else exact(values)

    return whole if t in PLAIN else floating if t == Array(DOUBLE) else exact


def greatest(values: list[Any]) -> Any:
    best = None
    for v in values:
        if v is not None and (best is None or greater(v, best)):
            best = v
    return best


@scalar_function("array_min", "(ARRAY<T>)->T", category=ARRAY, factory=True, total=True,
                 about="The least element, NULLs left out.")
def array_min(types: Sequence[Any]) -> Callable[[list[Any]], Any]:
    return extreme(types[0], min, least)


def least(values: list[Any]) -> Any:
    best = None
    for v in values:
        if v is not None and (best is None or greater(best, v)):
            best = v
    return best


@scalar_function("ARRAY_CONTAINS", "(ARRAY<T>, T)->BOOLEAN", category=ARRAY, handles_null=True,
                 about="Whether the array has an element equal to the second argument.")
def array_contains(values: list[Any] | None, value: Any) -> bool:
    return values is not None and value in values


@scalar_function("array_distinct", "(ARRAY<T>)->ARRAY<T>", category=ARRAY, total=True,
                 about="The distinct elements in order of first occurrence.")
def array_distinct(values: list[Any]) -> list[Any]:
    return distinct(values)


def distinct(values: list[Any]) -> list[Any]:
    """In order of first occurrence; for elements that cannot be hashed, by comparing."""
    try:
        return list(dict.fromkeys(values))
    except TypeError:
        out: list[Any] = []
        for v in values:
            if v not in out:
                out.append(v)
        return out


@scalar_function("array_concat", "(ARRAY<T>, ARRAY<T>)->ARRAY<T>", category=ARRAY, handles_null=True,
                 about="The elements of both arrays.")
def array_concat(left: list[Any] | None, right: list[Any] | None) -> list[Any] | None:
    return None if left is None and right is None else [*(left or ()), *(right or ())]


@scalar_function("array_except", "(ARRAY<T>, ARRAY<T>)->ARRAY<T>", category=ARRAY,
                 about="The distinct elements of the first array that are not in the second.")
def array_except(left: list[Any], right: list[Any]) -> list[Any]:
    return [v for v in distinct(left) if v not in right]


@scalar_function("array_intersect", "(ARRAY<T>, ARRAY<T>)->ARRAY<T>", category=ARRAY,
                 about="The distinct elements of the first array that are in the second too.")
def array_intersect(left: list[Any], right: list[Any]) -> list[Any]:
    return [v for v in distinct(left) if v in right]


@scalar_function("array_union", "(ARRAY<T>, ARRAY<T>)->ARRAY<T>", category=ARRAY,
                 about="The distinct elements of both arrays.")
def array_union(left: list[Any], right: list[Any]) -> list[Any]:
    return distinct(left + right)


@scalar_function("array_remove", "(ARRAY<T>, T)->ARRAY<T>", category=ARRAY, handles_null=True,
                 about="The array without the elements equal to the second argument.")
def array_remove(values: list[Any] | None, victim: Any) -> list[Any] | None:
    return None if values is None else [v for v in values if v != victim]


@scalar_function("array_sort", "(ARRAY<T>)->ARRAY<T>", "(ARRAY<T>, STRING)->ARRAY<T>", category=ARRAY,
                 about="The array sorted (ASC or DESC), NULLs last.")
def array_sort(values: list[Any], direction: str = "ASC") -> list[Any] | None:
    if direction.upper() not in ("ASC", "ASCENDING", "DESC", "DESCENDING"):
        return None
    given = sorted([v for v in values if v is not None], key=sort_key, reverse=direction.upper().startswith("D"))
    return given + [None] * (len(values) - len(given))


@scalar_function("slice", "(ARRAY<T>, INT, INT)->ARRAY<T>", category=ARRAY, handles_null=True,
                 about="The elements from one position to another, both counted from 1 and included.")
def slice_of(values: list[Any] | None, start: int | None, end: int | None) -> list[Any] | None:
    if values is None:
        return None
    first, last = 0 if start is None else start - 1, len(values) if end is None else end
    if first < 0 or last > len(values):
        return None
    if first > last:
        raise ValueError(f"fromIndex({first}) > toIndex({last})")
    return values[first:last]


@scalar_function("ARRAY_JOIN", "(ARRAY<T>)->STRING", "(ARRAY<T>, STRING)->STRING", category=ARRAY, handles_null=True,
                 factory=True, about="The elements as one text with a delimiter (default a comma) between them.")
def array_join(types: Sequence[Any]) -> Callable[..., str | None]:
    item = types[0].item if isinstance(types[0], Array) else STRING
    if not isinstance(item, Decimal) and item not in (BOOLEAN, INTEGER, BIGINT, DOUBLE, STRING):
        return refuse_join
    text = java_string(item)

    def join(values: list[Any] | None, delimiter: str | None = ",") -> str | None:
        return None if values is None else (delimiter or "").join(map(text, values))

    return join


def refuse_join(values: list[Any] | None, delimiter: str | None = ",") -> str | None:
    if values is None or values.count(None) == len(values):
        return None if values is None else (delimiter or "").join("null" for _ in values)
    raise ValueError("error: hit element of a type which is currently not supported")


@scalar_function("GENERATE_SERIES", "(INT, INT)->ARRAY<INT>", "(BIGINT, BIGINT)->ARRAY<BIGINT>",
                 "(INT, INT, INT)->ARRAY<INT>", "(BIGINT, BIGINT, INT)->ARRAY<BIGINT>", category=ARRAY,
                 about="The numbers from one to another by a step (default 1, or -1 downwards).")
def generate_series(start: int, end: int, step: int | None = None) -> list[int]:
    step = (1 if end > start else -1) if step is None else step
    if step == 0:
        raise ValueError("GENERATE_SERIES step cannot be zero")
    if (end - start) * step < 0:
        raise ValueError("GENERATE_SERIES step has wrong sign")
    return list(range(start, end + (1 if step > 0 else -1), step))
