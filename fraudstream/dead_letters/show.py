"""What can be read of a dead letter's value: field by field, as far as it goes; sensitive fields masked."""

from __future__ import annotations

import json
from datetime import datetime
from io import BytesIO
from typing import Any

from fraudstream.dead_letters.letters import Letter, text
from fraudstream.registry import SchemaRegistry

MASKED = "***"
HEX_BYTES = 256


def show(letter: Letter, registry: SchemaRegistry) -> dict[str, Any]:
    """The letter with its fields (`fields`, as far as the bytes follow the schema; `stopped` says where they do not),
    its headers, and the first bytes in hexadecimal where no schema in question marks a field as sensitive."""
    schema_id = int.from_bytes(letter.value[1:5], "big") if letter.value and letter.value[:1] == b"\0" else None
    written = registry.schema(schema_id) if schema_id is not None and len(letter.value or b"") >= 5 else None
    newest = registry.latest(f"{letter.topic}-value")
    schemas = [schema for schema in (written, json.loads(newest["schema"]) if newest else None) if schema]
    secret = any(_sensitive(field) for schema in schemas for field in schema.get("fields", []))
    shown: dict[str, Any] = {**letter.to_json(), "schema_id": schema_id,
                             "headers": {name: text(value) for name, value in letter.headers}}
    if written and letter.value:
        shown |= _fields(letter.value[5:], written)
    if letter.value is not None and not secret:
        shown["hex"] = letter.value[:HEX_BYTES].hex()
    return shown


def _fields(data: bytes, schema: dict[str, Any]) -> dict[str, Any]:
    from fastavro import parse_schema, schemaless_reader

    stream = BytesIO(data)
    fields: dict[str, Any] = {}
    named: dict[str, Any] = {}
    for field in schema.get("fields", []):
        at = stream.tell()
        try:
            value = schemaless_reader(stream, parse_schema(field["type"], named_schemas=named), None)
        except Exception as error:  # fastavro raises many kinds on bytes that are no Avro
            return {"fields": fields, "stopped": f"at byte {at + 5}, field {field['name']}: "
                                                 f"{str(error) or type(error).__name__}"}
        fields[field["name"]] = MASKED if _sensitive(field) and value is not None else _plain(value)
    rest = len(data) - stream.tell()
    return {"fields": fields, **({"stopped": f"{rest} bytes are left over"} if rest else {})}


def _sensitive(field: dict[str, Any]) -> bool:
    return field.get("sensitive") is True


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return text(value)
    if isinstance(value, float) and value not in (float("inf"), float("-inf")) and value == value:
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, str | int | bool | None) else str(value)
