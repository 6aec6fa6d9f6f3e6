"""Formats: bytes to rows and back, and the schemas they register. See `api` for the contract."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from rowtime.errors import KsqlError
from rowtime.serde.api import Format, Reader, SchemaById, Writer
from rowtime.serde.avro.encode import element_encoder
from rowtime.serde.avro.infer import columns_from_schema
from rowtime.serde.avro.schema import VALUE_NAME, key_name, schema_text
from rowtime.serde.avro.serde import avro_reader, avro_writer
from rowtime.serde.delimited import delimited_reader, delimited_writer
from rowtime.serde.json.serde import json_reader, json_writer
from rowtime.serde.kafka import kafka_reader, kafka_writer
from rowtime.serde.none import none_reader, none_writer
from rowtime.sql.types import Column, SqlType

__all__ = ["columns_from_schema", "element_writer", "key_schema", "reader", "value_schema", "writer"]
READERS: dict[str, Callable[..., Reader]] = {
    "KAFKA": kafka_reader, "AVRO": avro_reader, "JSON": json_reader, "DELIMITED": delimited_reader, "NONE": none_reader,
}
WRITERS: dict[str, Callable[..., Writer]] = {
    "KAFKA": kafka_writer, "AVRO": avro_writer, "JSON": json_writer, "DELIMITED": delimited_writer, "NONE": none_writer,
}


def reader(fmt: Format, columns: Sequence[Column], used: Collection[str], schema_by_id: SchemaById) -> Reader:
    """Bytes to rows of `columns`; only those named in `used` need be filled in."""
    return chosen(READERS, fmt)(fmt, columns, used, schema_by_id)


def writer(fmt: Format, columns: Sequence[Column], schema_id: int = 0, spliced: Collection[str] = (),
           schema: str = "") -> Writer:
    """Rows to bytes. For AVRO only: `spliced`, names of array columns given as lists of items' bytes, each made by
    `element_writer`; `schema`, the text of `schema_id` where it was given (VALUE_SCHEMA_ID) and is not ksqlDB's own."""
    if schema and fmt.name.upper() == "AVRO":
        return avro_writer(fmt, columns, schema_id, schema=schema)
    return chosen(WRITERS, fmt)(fmt, columns, schema_id, spliced)


def chosen(table: dict[str, Any], fmt: Format) -> Any:
    if fmt.name.upper() not in table:
        raise KsqlError(f"Unknown format: {fmt.name}")
    return table[fmt.name.upper()]


def element_writer(item: SqlType) -> Callable[[Any], bytes]:
    """An Avro array item's bytes, for a column that is spliced."""
    return element_encoder(item)


def value_schema(columns: Sequence[Column], full_name: str = "", wrap: bool = True) -> str:
    """The Avro schema a sink's value is registered with; `full_name` is VALUE_AVRO_SCHEMA_FULL_NAME."""
    return schema_text(columns, full_name or VALUE_NAME, wrap)


def key_schema(columns: Sequence[Column], sink: str, full_name: str = "", wrap: bool | None = None) -> str:
    """The same for a key: a record named after the sink for several columns, else the column's own type."""
    return schema_text(columns, full_name or key_name(sink), len(columns) > 1 if wrap is None else wrap)
