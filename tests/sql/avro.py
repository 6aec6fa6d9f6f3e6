"""Avro in the registry's wire format, for producing and reading the cases."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import fastavro

from tests.sql.scripts import ROOT

FILES = {"transactions": "transaction.avsc", "fraud_labels": "fraud_label.avsc", "fraud_flags": "fraud_flag.avsc"}


def schema(topic: str) -> dict[str, Any]:
    """The file of schemas/ for a source topic."""
    return json.loads((ROOT / "schemas" / FILES[topic]).read_text())


def encoder(topic: str, number: int) -> Callable[[dict[str, Any]], bytes]:
    """Values of a source topic to bytes; `number` is the schema's id."""
    head, parsed = struct.pack(">bI", 0, number), fastavro.parse_schema(schema(topic))

    def encode(value: dict[str, Any]) -> bytes:
        out = io.BytesIO(head)
        out.seek(len(head))
        fastavro.schemaless_writer(out, parsed, value)
        return out.getvalue()

    return encode


def decoder(text_of: Callable[[int], str]) -> Callable[[bytes], dict[str, Any]]:
    """Bytes to values, timestamps as milliseconds; `text_of` gives the schema with an id."""

    @lru_cache
    def parsed(number: int) -> Any:
        return fastavro.parse_schema(plain(json.loads(text_of(number))))

    def decode(data: bytes) -> dict[str, Any]:
        found = fastavro.schemaless_reader(io.BytesIO(data[5:]), parsed(struct.unpack(">I", data[1:5])[0]), None)
        assert isinstance(found, dict)
        return found

    return decode


def plain(schema: Any) -> Any:
    """The schema without logical types."""
    if isinstance(schema, dict):
        return {k: plain(v) for k, v in schema.items() if k != "logicalType"}
    return [plain(s) for s in schema] if isinstance(schema, list) else schema
