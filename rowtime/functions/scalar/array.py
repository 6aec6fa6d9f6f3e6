"""Array functions."""

from __future__ import annotations

from typing import Any

from rowtime.functions.java import greater
from rowtime.functions.registry import scalar_function

ARRAY = "ARRAY"


@scalar_function("ARRAY_LENGTH", "(ARRAY<T>)->INT", category=ARRAY, inline="len({0})", about="The number of elements.")
def array_length(values: list[Any]) -> int:
    return len(values)


@scalar_function("array_max", "(ARRAY<T>)->T", category=ARRAY, about="The greatest element, NULLs left out.")
def array_max(values: list[Any]) -> Any:
    best = None
    for v in values:
        if v is not None and (best is None or greater(v, best)):
            best = v
    return best


@scalar_function("array_min", "(ARRAY<T>)->T", category=ARRAY, about="The least element, NULLs left out.")
def array_min(values: list[Any]) -> Any:
    best = None
    for v in values:
        if v is not None and (best is None or greater(best, v)):
            best = v
    return best


@scalar_function("ARRAY_CONTAINS", "(ARRAY<T>, T)->BOOLEAN", category=ARRAY, handles_null=True,
                 about="Whether the array has an element equal to the second argument.")
def array_contains(values: list[Any] | None, value: Any) -> bool:
    return values is not None and value in values


@scalar_function("array_distinct", "(ARRAY<T>)->ARRAY<T>", category=ARRAY,
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
