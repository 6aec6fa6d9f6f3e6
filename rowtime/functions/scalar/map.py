"""Map functions."""

from __future__ import annotations

from typing import Any

from rowtime.functions.java import sort_key
from rowtime.functions.registry import scalar_function
from rowtime.serde.hash_map import hash_map

MAP = "MAP"


@scalar_function("AS_MAP", "(ARRAY<STRING>, ARRAY<T>)->MAP<STRING, T>", category=MAP,
                 about="A map of an array of keys and one of values.")
def as_map(keys: list[str], values: list[Any]) -> dict[str, Any]:
    padded = values[: len(keys)] + [None] * (len(keys) - len(values))
    return hash_map(dict(zip(keys, padded, strict=True)), sized=True)


@scalar_function("map_keys", "(MAP<STRING, T>)->ARRAY<STRING>", category=MAP, about="The keys of a map.")
def map_keys(values: dict[str, Any]) -> list[str]:
    return list(values)


@scalar_function("map_values", "(MAP<STRING, T>)->ARRAY<T>", category=MAP, about="The values of a map.")
def map_values(values: dict[str, Any]) -> list[Any]:
    return list(values.values())


@scalar_function("map_union", "(MAP<STRING, T>, MAP<STRING, T>)->MAP<STRING, T>", category=MAP, handles_null=True,
                 about="The entries of both maps; of keys in both, those of the second.")
def map_union(left: dict[str, Any] | None, right: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if left is None and right is None else hash_map({**(left or {}), **(right or {})})


ENTRIES = tuple(f"(MAP<STRING, {t}>, BOOLEAN)->ARRAY<STRUCT<K STRING, V {t}>>"
                for t in ("INT", "BIGINT", "DOUBLE", "BOOLEAN", "STRING"))


@scalar_function("ENTRIES", *ENTRIES, category=MAP, about="The entries of a map as structs, sorted by key or not.")
def entries(values: dict[str, Any], by_key: bool) -> list[tuple[str, Any]]:
    return sorted(values.items(), key=lambda e: sort_key(e[0])) if by_key else list(values.items())
