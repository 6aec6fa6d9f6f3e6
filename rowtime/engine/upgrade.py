"""CREATE OR REPLACE: what may take a stream's or table's place."""

from __future__ import annotations

from collections.abc import Iterator

from rowtime.engine.metastore import DataSource
from rowtime.errors import KsqlError
from rowtime.sql.types import Column, Schema


def check_upgrade(existing: DataSource, is_table: bool, schema: Schema, topic: str) -> None:
    """KsqlError unless kind and topic stay and every column keeps its place."""
    reasons = list(_reasons(existing, is_table, schema, topic))
    if reasons:
        raise KsqlError("Cannot upgrade data source: " + "\n\tAND ".join(
            f"DataSource '`{existing.name}`' has {reason}" for reason in reasons))


def _reasons(existing: DataSource, is_table: bool, schema: Schema, topic: str) -> Iterator[str]:
    kinds = {True: "KTABLE", False: "KSTREAM"}
    if existing.is_table != is_table:
        yield f"type = {kinds[existing.is_table]} which is not upgradeable to {kinds[is_table]}"
    if existing.topic != topic:
        yield f"topic = {existing.topic} which is not upgradeable to {topic}"
    lost = [c for c in _placed(existing.schema) if c not in _placed(schema)]
    if lost or existing.schema.key != schema.key:
        columns = ", ".join(str(c) for _, c in lost)
        yield f"schema = {existing.schema} which is not upgradeable to {schema}. " \
              f"(The following columns are changed, missing or reordered: [{columns}])"


def _placed(schema: Schema) -> list[tuple[int, Column]]:
    return [*enumerate(schema.key), *enumerate(schema.value)]
