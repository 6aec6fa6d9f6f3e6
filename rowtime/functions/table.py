"""Table functions: several rows for one."""

from __future__ import annotations

from typing import Any

from rowtime.functions.registry import table_function_of


@table_function_of("explode", "(ARRAY<T>)->T", about="One row for each element of an array.")
def explode(values: list[Any] | None) -> list[Any]:
    return values or []


@table_function_of("cube_explode", "(ARRAY<T>)->ARRAY<T>",
                   about="One row for each combination of the array's elements, each kept or replaced by NULL.")
def cube_explode(values: list[Any] | None) -> list[list[Any]]:
    if values is None:
        return []
    rows: list[list[Any]] = [[]]
    for v in values:
        choices = [None] if v is None else [None, v]
        rows = [[*row, choice] for row in rows for choice in choices]
    return rows
