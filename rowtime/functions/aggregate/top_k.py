"""TOPK and TOPKDISTINCT: the greatest k values, greatest first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rowtime.functions.api import AggregateCall
from rowtime.functions.java import greater
from rowtime.functions.registry import AggregateContext, aggregate_function
from rowtime.sql.types import Array, Field, Struct

ITEMS = ("INT", "BIGINT", "DOUBLE", "STRING")
TYPES = (*ITEMS, "DECIMAL", "DATE", "TIME", "TIMESTAMP", "BYTES")


@aggregate_function("TOPK", *(f"({t}, OBJECT..., INT)->ARRAY<{t}>" for t in ITEMS), literals=1,
                    about="The greatest k values, or structs of them and other columns of their rows.")
def top_k(context: AggregateContext) -> AggregateCall:
    types, k = context.types, context.literals[0]
    if len(types) == 1:
        add, merge, row, result = top_values(k), merge_values(k, whole), "{0}", Array(types[0])
    else:
        fields = [Field("sort_col" if i == 0 else f"col{i - 1}", t) for i, t in enumerate(types)]
        add, merge, result = top_rows(k), merge_values(k, first), Array(Struct(tuple(fields)))
        row = f"({', '.join(f'{{{i}}}' for i in range(len(types)))})"
    names = f"_top_{k}_{len(types)}", f"_top_merge_{k}_{len(types)}"
    return AggregateCall(types, result, result, "[]", f"if {{0}} is not None:\n    {{s}} = {names[0]}({{s}}, {row})",
                         merge=f"{names[1]}({{s}}, {{t}})", globals=((names[0], add), (names[1], merge)))


@aggregate_function("TOPKDISTINCT", *(f"({t}, INT)->ARRAY<{t}>" for t in TYPES), literals=1,
                    about="The greatest k distinct values.")
def top_k_distinct(context: AggregateContext) -> AggregateCall:
    (t,), k = context.types, context.literals[0]
    names = f"_top_distinct_{k}", f"_top_distinct_merge_{k}"
    return AggregateCall((t,), Array(t), Array(t), "[]",
                         f"if {{0}} is not None:\n    {{s}} = {names[0]}({{s}}, {{0}})",
                         merge=f"{names[1]}({{s}}, {{t}})",
                         globals=((names[0], distinct_values(k)), (names[1], merge_distinct(k))))


def whole(value: Any) -> Any:
    return value


def first(row: tuple[Any, ...]) -> Any:
    return row[0]


def inserted(values: list[Any], new: Any, k: int, key: Callable[[Any], Any]) -> list[Any]:
    """The list with a value put behind those not less than it."""
    if len(values) == k and (k == 0 or not greater(key(new), key(values[-1]))):
        return values
    at = len(values)
    while at and greater(key(new), key(values[at - 1])):
        at -= 1
    return [*values[:at], new, *values[at : k - 1 if len(values) == k else k]]


def top_values(k: int) -> Callable[[list[Any], Any], list[Any]]:
    return lambda values, new: inserted(values, new, k, whole)


def top_rows(k: int) -> Callable[[list[Any], Any], list[Any]]:
    return lambda values, new: inserted(values, new, k, first)


def distinct_values(k: int) -> Callable[[list[Any], Any], list[Any]]:
    return lambda values, new: values if new in values else inserted(values, new, k, whole)


def merge_values(k: int, key: Callable[[Any], Any]) -> Callable[[list[Any], list[Any]], list[Any]]:
    """The greatest of two sorted lists, those of the first before equals of the second."""

    def merge(a: list[Any], b: list[Any]) -> list[Any]:
        out: list[Any] = []
        i = j = 0
        while len(out) < k and (i < len(a) or j < len(b)):
            if j == len(b) or (i < len(a) and not greater(key(b[j]), key(a[i]))):
                out.append(a[i])
                i += 1
            else:
                out.append(b[j])
                j += 1
        return out

    return merge


def merge_distinct(k: int) -> Callable[[list[Any], list[Any]], list[Any]]:
    both = merge_values(2 * k, whole)

    def merge(a: list[Any], b: list[Any]) -> list[Any]:
        out: list[Any] = []
        for v in both(a, b):
            if v not in out:
                out.append(v)
        return out[:k]

    return merge
