"""Avro as Confluent frames it, decoded by the schema it was written with."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from fraudstream.registry import SchemaRegistry


class WriterSchemas:
    """Decodes Confluent Avro by the registry's schemas; what does not decode is None.

    plain: leave timestamps and other logical types as the numbers they are stored as, whatever their range.
    """

    def __init__(self, registry: str, plain: bool = False):
        from fastavro import schemaless_reader

        self.registry, self.read, self.plain = SchemaRegistry(registry), schemaless_reader, plain
        self.known: dict[int, Any] = {}

    def decode(self, value: bytes | None) -> dict[str, Any] | None:
        if value is None or len(value) < 5 or value[0] != 0:
            return None
        schema = self._schema(int.from_bytes(value[1:5], "big"))
        if schema is None:
            return None
        try:
            row = self.read(BytesIO(value[5:]), schema, None)
        except (EOFError, ValueError, IndexError, UnicodeDecodeError, OverflowError):
            return None
        return row if isinstance(row, dict) else None

    def _schema(self, schema_id: int) -> Any:
        from fastavro import parse_schema

        if schema_id not in self.known:
            found = self.registry.schema(schema_id)
            self.known[schema_id] = None if found is None else parse_schema(_plain(found) if self.plain else found)
        return self.known[schema_id]


def _plain(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_plain(item) for item in schema]
    if isinstance(schema, dict):
        return {key: _plain(value) for key, value in schema.items() if key != "logicalType"}
    return schema
