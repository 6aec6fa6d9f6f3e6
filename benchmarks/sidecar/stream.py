"""What is scored: enriched records of 16 features in ksqlDB's nullable Avro, and a logistic regression over them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import fastavro

ROOT = Path(__file__).resolve().parents[2]
DISTINCT = 20_000
START = 1_780_000_000_000
NULL_SHARE = 0.03
SCHEMA_ID = 1
FACTS = ("ACCOUNT_ID", "COUNTERPARTY_ID", "EVENT_TIME", "INGESTED_AT", "TYPE")
# feature: type, scale of its values, coefficient
FEATURES: dict[str, tuple[str, float, float]] = {
    "AMOUNT": ("double", 500.0, 0.9), "HOUR": ("int", 24.0, 0.1), "ACCOUNT_COUNT_1H": ("int", 3.0, 0.7),
    "ACCOUNT_SUM_1H": ("double", 900.0, 0.6), "ACCOUNT_MAX_1H": ("double", 700.0, 0.4),
    "ACCOUNT_COUNT_24H": ("int", 12.0, -0.2), "ACCOUNT_SUM_24H": ("double", 4_000.0, 0.3),
    "ACCOUNT_COUNT_7D": ("int", 60.0, -0.4), "ACCOUNT_SUM_7D": ("double", 20_000.0, -0.1),
    "ACCOUNT_SINCE_LAST_MS": ("long", 9e6, -0.3), "AMOUNT_TO_MEAN_EVER": ("double", 1.5, 0.8),
    "AMOUNT_ZSCORE_EVER": ("double", 1.0, 0.9), "COUNTERPARTY_COUNT_24H": ("int", 30.0, 0.2),
    "COUNTERPARTY_ACCOUNTS_24H": ("int", 20.0, 0.3), "COUNTERPARTY_SUM_24H": ("double", 9_000.0, 0.2),
    "COUNTERPARTY_AGE_MS": ("long", 4e9, -0.5),
}
NULLABLE = ("ACCOUNT_SINCE_LAST_MS", "AMOUNT_TO_MEAN_EVER")
INTERCEPT = -4.0


def schema() -> dict[str, Any]:
    """The stream's schema as ksqlDB registers it: every field nullable."""
    types: dict[str, Any] = dict.fromkeys(FACTS, "string") | {name: kind for name, (kind, _, _) in FEATURES.items()}
    types["EVENT_TIME"] = types["INGESTED_AT"] = {"type": "long", "logicalType": "timestamp-millis"}
    return {"type": "record", "name": "TransactionEnriched", "namespace": "fraudstream",
            "fields": [{"name": name, "type": ["null", kind], "default": None} for name, kind in types.items()]}


def model() -> dict[str, Any]:
    """The model file: a dot product over the 16 features, a fixed threshold."""
    features = [{
        "column": name, "type": "number", "fill": 0.0, "phrase": f"{name.lower().replace('_', ' ')} is unusual",
        "terms": [{"transform": "identity", "mean": scale, "scale": scale, "coefficient": coefficient}],
    } for name, (_, scale, coefficient) in FEATURES.items()]
    return {"format": "fraudstream-model", "format_version": 1, "version": "bench-16", "intercept": INTERCEPT,
            "created_at": "2026-01-01T00:00:00Z", "features": features, "calibration": {"kind": "none"},
            "threshold": {"kind": "probability", "value": 0.5}, "training": {}}


def row(number: int) -> dict[str, Any]:
    """The values of a record; the same number gives the same values."""
    random = Random(number)
    values = {name: _value(random, kind, scale, name in NULLABLE) for name, (kind, scale, _) in FEATURES.items()}
    return {"ACCOUNT_ID": f"C{random.randrange(10**9)}", "COUNTERPARTY_ID": f"M{random.randrange(10**9)}",
            "EVENT_TIME": START + number, "INGESTED_AT": START + number, "TYPE": "TRANSFER", **values}


def _value(random: Random, kind: str, scale: float, nullable: bool) -> float | int | None:
    if nullable and random.random() < NULL_SHARE:
        return None
    value = random.expovariate(1.0 / scale)
    return round(value, 2) if kind == "double" else int(value)


def payload(values: dict[str, Any]) -> bytes:
    """The registry's framing and the Avro bytes."""
    out = io.BytesIO()
    fastavro.schemaless_writer(out, PARSED, values)
    return b"\0" + SCHEMA_ID.to_bytes(4, "big") + out.getvalue()


def records(count: int) -> Iterator[tuple[bytes, bytes]]:
    """(key, value): every key once, values repeat after 20,000."""
    values = [payload(row(number)) for number in range(min(count, DISTINCT))]
    for number in range(count):
        yield b"T%d" % number, values[number % DISTINCT]


PARSED = fastavro.parse_schema(schema())


def save_model(path: Path) -> Path:
    path.write_text(json.dumps(model()))
    return path
