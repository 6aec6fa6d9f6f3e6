"""Enriched records for tests: values and their bytes."""

from __future__ import annotations

import io
import json
from pathlib import Path
from random import Random
from typing import Any

import fastavro

ROOT = Path(__file__).resolve().parents[2]
SCHEMA_TEXT = (ROOT / "schemas" / "transaction_enriched.avsc").read_text()
SCHEMA = fastavro.parse_schema(json.loads(SCHEMA_TEXT))
SCHEMA_ID = 1
START = 1_780_000_000_000
TYPES = ("PAYMENT", "TRANSFER", "CASH_OUT", "DEBIT")


def row(number: int, **changes: Any) -> dict[str, Any]:
    """The enriched transaction of a number; the same number gives the same values."""
    random = Random(number)
    values: dict[str, Any] = {field["name"]: _value(field, random) for field in json.loads(SCHEMA_TEXT)["fields"]}
    values |= {"ACCOUNT_ID": f"C{number % 97}", "COUNTERPARTY_ID": f"M{number % 31}", "EVENT_TIME": START + number,
               "INGESTED_AT": START + number, "TYPE": random.choice(TYPES), "HOUR": number % 24,
               "AMOUNT": round(random.lognormvariate(6, 2), 2)}
    return values | changes


def _value(field: dict[str, Any], random: Random) -> Any:
    kind = field["type"][1]
    if kind == "double":
        return None if random.random() < 0.05 else random.expovariate(0.5)
    if kind in ("int", "long"):
        return None if random.random() < 0.05 else random.randrange(50)
    return random.random() < 0.5 if kind == "boolean" else None


def payload(values: dict[str, Any], schema_id: int = SCHEMA_ID, schema: Any = None) -> bytes:
    """The registry's framing and the Avro bytes of a row."""
    out = io.BytesIO()
    fastavro.schemaless_writer(out, schema or SCHEMA, values)
    return b"\0" + schema_id.to_bytes(4, "big") + out.getvalue()


def read(data: bytes, file: str) -> dict[str, Any]:
    """A flag or dead letter from its bytes; timestamps as milliseconds."""
    schema = json.loads((ROOT / "schemas" / file).read_text())
    for field in schema["fields"]:
        if isinstance(field["type"], dict) and "logicalType" in field["type"]:
            field["type"] = field["type"]["type"]
    return fastavro.schemaless_reader(io.BytesIO(data[5:]), fastavro.parse_schema(schema), None)  # type: ignore
