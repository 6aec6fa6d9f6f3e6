"""HISTOGRAM: how often each text occurs, of the first thousand texts."""

from __future__ import annotations

from rowtime.functions.api import AggregateCall
from rowtime.functions.registry import AggregateContext, aggregate_function
from rowtime.serde.hash_map import hash_map
from rowtime.sql.types import BIGINT, STRING, Map

LIMIT = 1000
Counts = dict[str, int]


@aggregate_function("HISTOGRAM", "(STRING)->MAP<STRING, BIGINT>", about="How often each text occurs.")
def histogram(context: AggregateContext) -> AggregateCall:
    t = Map(STRING, BIGINT)
    return AggregateCall((STRING,), t, t, "_empty()", "{s} = _more({s}, {0})", undo="{s} = _fewer({s}, {0})",
                         merge="_added({s}, {t})",
                         globals=(("_empty", dict), ("_more", more), ("_fewer", fewer), ("_added", added)))


def more(counts: Counts, text: str) -> Counts:
    """HashMap.merge puts a new entry at the head of its bucket."""
    if text in counts:
        return {**counts, text: counts[text] + 1}
    return hash_map({text: 1, **counts}) if len(counts) < LIMIT else counts


def fewer(counts: Counts, text: str) -> Counts:
    left = counts[text] - 1
    return {**counts, text: left} if left > 0 else {k: n for k, n in counts.items() if k != text}


def added(a: Counts, b: Counts) -> Counts:
    merged = dict(a)
    for text, n in b.items():
        if text in merged:
            merged[text] += n
        elif len(merged) < LIMIT:
            merged = {text: n, **merged}
    return hash_map(merged)
