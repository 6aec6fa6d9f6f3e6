"""Avro as Confluent frames it, decoded by the schema it was written with."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from fraudstream.registry import SchemaRegistry
from scoring.avro.wire import schema_id


class WriterSchemas:
    """Decodes Confluent Avro by the registry's schemas; what does not decode is None.

    plain: leave timestamps and other logical types as the numbers they are stored as, whatever their range.
    """

    def __init__(self, registry: str, plain: bool = False):
        from fastavro import schemaless_reader

        self.registry, self.read, self.plain = SchemaRegistry(registry), schemaless_reader, plain
        self.known: dict[int, Any] = {}

    def decode(self, value: bytes | None) -> dict[str, Any] | None:
        identity = schema_id(value)
        if value is None or identity is None:
            return None
        schema = self._schema(identity)
        if schema is None:
            return None
        try:
            row = self.read(BytesIO(value[5:]), schema, None)
        except (EOFError, ValueError, IndexError, UnicodeDecodeError, OverflowError):
            return None
        return row if isinstance(row, dict) else None

    def writer(self, value: bytes) -> dict[str, Any] | None:
        """The schema a value was written with; None where the registry does not know it."""
        identity = schema_id(value)
        return None if identity is None else self.registry.schema(identity)

    def _schema(self, identity: int) -> Any:
        from fastavro import parse_schema

        if identity not in self.known:
            found = self.registry.schema(identity)
            self.known[identity] = None if found is None else parse_schema(plain_schema(found) if self.plain else found)
        return self.known[identity]


def plain_schema(schema: Any) -> Any:
    """The schema without logical types: values as the numbers they are stored as."""
    if isinstance(schema, list):
        return [plain_schema(item) for item in schema]
    if isinstance(schema, dict):
        return {key: plain_schema(value) for key, value in schema.items() if key != "logicalType"}
    return schema
