"""Rows that a test expects against those that came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from rowtime.engine.metastore import DataSource
from rowtime.errors import KsqlError
from rowtime.testing.rows import BOUNDS, Row, as_held, as_text, column_types
from rowtime.testing.table import Pair, table


@dataclass(frozen=True, slots=True)
class Deleted:
    """An expected tombstone, with the key columns to look at."""

    key: Mapping[str, Any]


Wanted = Mapping[str, Any] | Deleted
"""A row by column, or a tombstone."""


def difference(source: DataSource, expected: Sequence[Wanted], came: Sequence[Row]) -> str:
    """The rows side by side where they differ, else ''."""
    pairs = [_pair(source, wanted, row) for wanted, row in zip_longest(expected, came)]
    if all(pair.same for pair in pairs):
        return ""
    shown = _columns(source, expected)
    names = list(column_types(source))
    text = table([names[i] for i in shown], [_chosen(pair, shown) for pair in pairs])
    return f"{source.name}: {len(expected)} rows expected, {len(came)} came\n{text}"


def _named(source: DataSource, wanted: Wanted) -> dict[str, Any]:
    """Expected values as the engine holds them, by column; KsqlError for a column that there is not."""
    types = column_types(source)
    found = {}
    for name, value in (wanted.key if isinstance(wanted, Deleted) else wanted).items():
        column = name if name in types else name.upper()
        if column not in types:
            raise KsqlError(f"{source.name} has no column {name}. It has {', '.join(types)}.")
        found[column] = as_held(value, types[column])
    return found


def _pair(source: DataSource, wanted: Wanted | None, row: Row | None) -> Pair:
    types = column_types(source)
    named = None if wanted is None else _named(source, wanted)
    deleted = isinstance(wanted, Deleted)
    same = named is not None and row is not None and row.deleted == deleted \
        and all(_equal(row.values.get(n), v) for n, v in named.items())  # fmt: skip
    return Pair(
        None if named is None else [_cell(named, n, t, "*" if not deleted else "deleted") for n, t in types.items()],
        None if row is None else [_cell(row.values, n, t, "deleted") for n, t in types.items()], same)  # fmt: skip


def _equal(actual: Any, expected: Any) -> bool:
    return actual == expected or actual != actual and expected != expected


def _cell(values: Mapping[str, Any], name: str, t: Any, missing: str) -> str:
    if name not in values:
        return "*" if name in ("ROWTIME", *BOUNDS) else missing
    return as_text(values[name], t)


def _columns(source: DataSource, rows: Iterable[Wanted]) -> list[int]:
    """Which columns are shown: the key's, those that some row names, all where none does."""
    types = list(column_types(source))
    named = {n for row in rows for n in _named(source, row)} | {c.name for c in source.schema.key}
    if not any(c.name in named for c in source.schema.value):
        named |= {c.name for c in source.schema.value}
    return [i for i, name in enumerate(types) if name in named]


def _chosen(pair: Pair, columns: Sequence[int]) -> Pair:
    expected, actual = ([cells[i] for i in columns] if cells else None for cells in (pair.expected, pair.actual))
    return Pair(expected, actual, pair.same)
