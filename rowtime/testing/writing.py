"""A test file's input records as a topic's bytes, in the formats of the source that reads the topic."""

from __future__ import annotations

import base64
import io
import json
import struct
from collections.abc import Mapping
from decimal import Context, localcontext
from decimal import Decimal as Number
from typing import Any

from rowtime.engine.local import drive
from rowtime.log.api import Record
from rowtime.serde import value_schema, writer
from rowtime.sql.ast import WindowType
from rowtime.sql.types import BYTES, DOUBLE, Decimal, SqlType
from rowtime.testing.json_numbers import Raw, dump


def write_record(record: Mapping[str, Any], source: Any, schemas: Any) -> Record:
    """`source` reads the topic; without one, key and value are text or JSON."""
    ts = record.get("timestamp") or 0
    if source is None:
        return Record(plain(record.get("key")), plain(record["value"]), ts)
    key = side(record.get("key"), "key", source, source.key_format, source.schema.key, schemas)
    window = record.get("window")
    if window and key is not None:
        session = source.window.type is WindowType.SESSION if source.window else window.get("type") == "SESSION"
        key += struct.pack(">qq", window["end"], window["start"]) if session else struct.pack(">q", window["start"])
    value = side(record["value"], "value", source, source.value_format, source.schema.value, schemas)
    return Record(key, value, ts)


def plain(value: Any) -> bytes | None:
    if value is None:
        return None
    return (value if isinstance(value, str) else dump(value)).encode()


def side(value: Any, which: str, source: Any, fmt: Any, columns: Any, schemas: Any) -> bytes | None:
    if value is None:
        return None
    if fmt.name == "NONE":
        return plain(value)
    if fmt.name == "DELIMITED":
        return (value if isinstance(value, str) else dump(value)).encode()
    if fmt.name == "JSON":
        return dump(value).encode()
    if fmt.name == "KAFKA":
        return writer(fmt, columns)([(typed(value, columns[0].type),)])[0] if columns else plain(value)  # type: ignore[return-value]
    return avro(value, which, source, fmt, columns, schemas)


def avro(value: Any, which: str, source: Any, fmt: Any, columns: Any, schemas: Any) -> bytes:
    """By the subject's schema where there is one, else by the source's own."""
    import fastavro

    found = drive(schemas.latest(f"{source.topic}-{which}"))
    schema_id, text = found or (drive(schemas.register(f"{source.topic}-{which}", value_schema(columns))), None)
    parsed = json.loads(text or value_schema(columns))
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(without_times(parsed)), fit(value, parsed, {}))
    return struct.pack(">bi", 0, schema_id) + out.getvalue()


def without_times(schema: Any) -> Any:
    """Dates and times as their plain numbers."""
    if isinstance(schema, list):
        return [without_times(s) for s in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("logicalType") in ("date", "time-millis", "timestamp-millis"):
        return schema["type"]
    return {k: without_times(v) if k in ("type", "items", "values") else
            [{**f, "type": without_times(f["type"])} for f in v] if k == "fields" else v for k, v in schema.items()}


def fit(value: Any, schema: Any, names: dict[str, Any]) -> Any:
    """JSON → what fastavro takes."""
    if isinstance(schema, str):
        schema = names.get(schema, schema)
    if isinstance(schema, list):
        if value is None:
            return None
        return fit(value, next(s for s in schema if s != "null"), names)
    kind = schema["type"] if isinstance(schema, dict) else schema
    if isinstance(schema, dict) and "name" in schema:
        names[schema["name"]] = schema
    if value is None:
        return None
    if kind == "record":
        upper = {str(k).upper(): v for k, v in value.items()}
        return {f["name"]: fit(value.get(f["name"], upper.get(f["name"].upper(), f.get("default"))), f["type"], names)
                for f in schema["fields"]}
    if kind == "array":
        if isinstance(value, dict):
            entry = schema["items"]
            return [fit({"key": k, "value": v}, entry, names) for k, v in value.items()]
        return [fit(v, schema["items"], names) for v in value]
    if kind == "map":
        return {k: fit(v, schema["values"], names) for k, v in value.items()}
    if isinstance(kind, dict):
        return fit(value, kind, names)
    return scalar(value, kind, schema)


def scalar(value: Any, kind: str, schema: Any) -> Any:
    logical = schema.get("logicalType") if isinstance(schema, dict) else None
    if logical == "decimal":
        with localcontext(Context(prec=100)):
            return Number(value.text if isinstance(value, Raw) else str(value)).quantize(
                Number(1).scaleb(-schema.get("scale", 0)))
    if kind in ("bytes", "fixed"):
        return base64.b64decode(value) if isinstance(value, str) else value
    if kind in ("double", "float"):
        return float(value)
    if kind in ("int", "long"):
        return int(value)
    return str(value) if kind == "string" and not isinstance(value, str) else value


def typed(value: Any, t: SqlType) -> Any:
    if value is None:
        return None
    if t == BYTES:
        return base64.b64decode(value)
    if t == DOUBLE:
        return float(value)
    if isinstance(t, Decimal):
        return Number(value.text if isinstance(value, Raw) else str(value))
    return value
