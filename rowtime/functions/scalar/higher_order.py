"""FILTER, TRANSFORM and REDUCE: functions that take lambdas."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from itertools import compress
from typing import Any

from rowtime.functions.registry import scalar_function
from rowtime.serde.hash_map import hash_map


@scalar_function("filter", "(ARRAY<T>, LAMBDA(T)->BOOLEAN)->ARRAY<T>", category="LAMBDA",
                 about="The elements of an array, or entries of a map, for which the lambda is true.")
def filter_array(values: list[Any], keep: Callable[[Any], bool | None]) -> list[Any]:
    return list(compress(values, answered(list(map(keep, values)))))


@scalar_function("filter", "(MAP<K, V>, LAMBDA(K, V)->BOOLEAN)->MAP<K, V>", category="LAMBDA")
def filter_map(values: dict[Any, Any], keep: Callable[[Any, Any], bool | None]) -> dict[Any, Any]:
    return hash_map(dict(compress(values.items(), answered([keep(k, v) for k, v in values.items()]))))


def answered(answers: list[bool | None]) -> list[bool | None]:
    """A NULL answer is an error, as it is in Java."""
    if None in answers:
        raise ValueError("FILTER: the lambda returned NULL")
    return answers


@scalar_function("transform", "(ARRAY<T>, LAMBDA(T)->R)->ARRAY<R>", category="LAMBDA",
                 about="The lambda's result for each element, or for each entry's key and value.")
def transform_array(values: list[Any], f: Callable[[Any], Any]) -> list[Any]:
    return list(map(f, values))


@scalar_function("transform", "(MAP<K, V>, LAMBDA(K, V)->R, LAMBDA(K, V)->T)->MAP<R, T>", category="LAMBDA")
def transform_map(values: dict[Any, Any], key: Callable[[Any, Any], Any],
                  value: Callable[[Any, Any], Any]) -> dict[Any, Any]:
    out: dict[Any, Any] = {}
    for k, v in values.items():
        new, result = key(k, v), value(k, v)
        if new in out:
            raise ValueError(f"TRANSFORM: duplicate key {new}")
        if result is None:
            raise ValueError("TRANSFORM: NULL value")
        out[new] = result
    return hash_map(out)


@scalar_function("reduce", "(ARRAY<T>, S, LAMBDA(S, T)->S)->S", category="LAMBDA", handles_null=True,
                 about="Folds the lambda over an array or map, from the given state.")
def reduce_array(values: list[Any] | None, state: Any, f: Callable[[Any, Any], Any]) -> Any:
    return state if state is None or values is None else reduce(f, values, state)


@scalar_function("reduce", "(MAP<K, V>, S, LAMBDA(S, K, V)->S)->S", category="LAMBDA", handles_null=True)
def reduce_map(values: dict[Any, Any] | None, state: Any, f: Callable[[Any, Any, Any], Any]) -> Any:
    if state is None or values is None:
        return state
    for k, v in values.items():
        state = f(state, k, v)
    return state
