"""COALESCE, IFNULL, NULLIF, AS_VALUE."""

from __future__ import annotations

from typing import Any

from rowtime.functions.registry import scalar_function


@scalar_function("COALESCE", "(T, T...)->T", category="CONDITIONAL", handles_null=True, total=True,
                 about="The first of its arguments that is not NULL.")
@scalar_function("IFNULL", "(T, T)->T", category="CONDITIONAL", handles_null=True,
                 inline="({0} if {0} is not None else {1})", about="The first argument, or the second if it is NULL.")
def coalesce(*values: Any) -> Any:
    for value in values:
        if value is not None:
            return value
    return None


@scalar_function("NULLIF", "(T, T)->T", category="CONDITIONAL", handles_null=True,
                 about="NULL if both arguments are equal, else the first.")
def nullif(value: Any, other: Any) -> Any:
    return None if value == other else value


@scalar_function("AS_VALUE", "(T)->T", category="OTHER", handles_null=True, inline="{0}",
                 about="A key column's value, to be stored in the value too.")
def as_value(value: Any) -> Any:
    return value
