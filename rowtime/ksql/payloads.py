"""Bytes of unknown format as text: AVRO, JSON, KAFKA numbers or text, told by trying."""

from __future__ import annotations

import io
import json
import struct
from typing import Any

from rowtime.log.api import Schemas
from rowtime.serde.java_text import java_double

_PLAUSIBLE = range(1 << 42)
NUMBERS = {4: ("KAFKA_INT", ">i"), 8: ("KAFKA_BIGINT", ">q")}


class Payloads:
    """One side of a topic: `formats` all that fit everything seen so far; `changed` when they just narrowed."""

    def __init__(self, schemas: Schemas, *, key: bool = False):
        self.schemas, self.key = schemas, key
        self.formats: list[str] = []
        self.changed = False
        self._parsed: dict[int, Any] = {}

    async def text(self, data: bytes | None) -> str:
        if data is None:
            return "<null>"
        fits = await self._fits(data)
        kept = [f for f in self.formats if f in fits] or list(fits)
        if kept != self.formats:
            self.formats, self.changed = kept, True
        return fits[self.formats[0]]

    async def _fits(self, data: bytes) -> dict[str, str]:
        """Each format that can read it, with the text."""
        found: dict[str, str] = {}
        avro = await self._avro(data)
        if avro is not None:
            found["AVRO"] = avro
        document = _document(data)
        if document is not None:
            found["JSON"] = document
        if self.key:
            found |= _number(data)
            found |= _windowed(data)
        found["KAFKA_STRING"] = data.decode(errors="replace")
        return found

    async def _avro(self, data: bytes) -> str | None:
        if len(data) < 5 or data[0]:
            return None
        import fastavro  # only PRINT needs it

        schema_id = int.from_bytes(data[1:5], "big")
        try:
            if schema_id not in self._parsed:
                self._parsed[schema_id] = fastavro.parse_schema(json.loads(await self.schemas.by_id(schema_id)))
            value = fastavro.schemaless_reader(io.BytesIO(data[5:]), self._parsed[schema_id], None)
        except (KeyError, ValueError, EOFError, IndexError, StopIteration):
            return None
        return avro_text(value)


def avro_text(value: Any) -> str:
    """As Avro's GenericRecord prints itself."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)}: {avro_text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(avro_text, value)) + "]"
    if isinstance(value, float):
        return java_double(value)
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, int):
        return str(value)
    return json.dumps(value if isinstance(value, str) else str(value), ensure_ascii=False)


def _document(data: bytes) -> str | None:
    if data.lstrip()[:1] not in (b"{", b"["):
        return None
    try:
        return json.dumps(json.loads(data), ensure_ascii=False, separators=(",", ":"))
    except ValueError:
        return None


def _number(data: bytes) -> dict[str, str]:
    if len(data) not in NUMBERS or _printable(data):
        return {}
    name, layout = NUMBERS[len(data)]
    return {name: str(struct.unpack(layout, data)[0])}


def _windowed(data: bytes) -> dict[str, str]:
    """A text key with the start of its window in the last eight bytes."""
    if len(data) < 9 or not _printable(data[:-8]):
        return {}
    start = int.from_bytes(data[-8:], "big")
    if start not in _PLAUSIBLE:
        return {}
    return {"TUMBLING(KAFKA_STRING)": f"[{data[:-8].decode()}@{start}/-]"}


def _printable(data: bytes) -> bool:
    try:
        return data.decode().isprintable()
    except UnicodeDecodeError:
        return False
