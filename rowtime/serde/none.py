"""Format NONE: nothing is read and nothing is written."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rowtime.serde.api import Format, Reader, SchemaById, Writer
from rowtime.sql.types import Column


def none_reader(fmt: Format, columns: Sequence[Column], used: Collection[str], schema_by_id: SchemaById) -> Reader:
    return lambda values: [None for _ in values]


def none_writer(fmt: Format, columns: Sequence[Column], schema_id: int, spliced: Collection[str] = ()) -> Writer:
    return lambda rows: [None for _ in rows]
