"""Aggregates as source templates, one family a file; importing them fills the registry."""

from rowtime.functions.aggregate import (  # noqa: F401
    average,
    by_offset,
    collect,
    correlation,
    count,
    count_distinct,
    deviation,
    extreme,
    histogram,
    singleton,
    sum,
    top_k,
)
