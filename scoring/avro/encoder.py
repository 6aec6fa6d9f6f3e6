"""Encoding n records of one schema from columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.avro import pieces
from scoring.avro.schema import AvroField, AvroType
from scoring.avro.varint import encode_long
from scoring.errors import SchemaError


@dataclass(frozen=True)
class Constant:
    """One value for all rows: text, bytes, whole number, float, boolean or None."""

    value: Any


@dataclass(frozen=True)
class Rows:
    """One value a row. values: (n,) float64, int64 or boolean, or a list of n bytes; null: (n,) True where null."""

    values: Any
    null: NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class Items:
    """An array of records a row. count: (n,) items in each row; items: fields of the i-th item of every row."""

    count: NDArray[np.intp]
    items: list[dict[str, Rows]]


Source = Constant | Rows | Items


class RecordEncoder:
    """Writes the fields of a record schema; a field without a source must be nullable."""

    def __init__(self, schema: AvroType, header: bytes = b"") -> None:
        self.schema, self._header = schema, header

    def check(self, sources: Iterable[str]) -> None:
        """SchemaError where the schema demands a field that is not among the sources."""
        known = set(sources)
        for field in self.schema.fields:
            if field.name not in known:
                _absent(field)

    def encode(self, sources: Mapping[str, Source], rows: int) -> list[bytes]:
        """n payloads, framed by the header."""
        parts: list[Iterable[bytes]] = [[self._header] * rows]
        for field in self.schema.fields:
            source = sources.get(field.name)
            parts += [pieces.constant(_absent(field))] if source is None else _encode(field, source)
        return pieces.join(parts)


def _absent(field: AvroField) -> bytes:
    if not field.type.nullable:
        raise SchemaError(f"field {field.name} is required by the schema but not known here")
    return _branch(field.type, "null")


def _encode(field: AvroField, source: Source) -> list[Iterable[bytes]]:
    if isinstance(source, Constant):
        return [pieces.constant(_constant(field, source.value))]
    if isinstance(source, Items):
        return _items(field, source)
    return [_rows(field, source)]


def _branch(type: AvroType, kind: str) -> bytes:
    """The bytes that choose a branch; none where the type is no union."""
    if type.kind != "union":
        return b""
    for number, branch in enumerate(type.branches):
        if branch.kind == kind:
            return encode_long(number)
    raise SchemaError(f"union of {', '.join(b.kind for b in type.branches)} has no {kind}")


def _constant(field: AvroField, value: Any) -> bytes:
    if value is None:
        return _absent(field)
    inner = field.type.value
    return _branch(field.type, inner.kind) + _one(field.name, inner, value)


def _one(name: str, type: AvroType, value: Any) -> bytes:
    if type.kind in ("int", "long"):
        return encode_long(int(value))
    if type.kind in ("string", "bytes"):
        return pieces.text(value.encode() if isinstance(value, str) else value)
    if type.kind == "boolean":
        return b"\x01" if value else b"\x00"
    if type.kind == "double":
        return np.float64(value).tobytes()
    raise _unwritable(name, type)


def _rows(field: AvroField, source: Rows) -> list[bytes]:
    inner = field.type.value
    null = source.null if source.null is not None and source.null.any() else None
    if null is not None and not field.type.nullable:
        raise SchemaError(f"field {field.name} is null in a row but the schema does not allow it")
    prefix = _branch(field.type, inner.kind)
    encoded = _values(field.name, inner, source.values, null)
    if prefix:
        encoded = [prefix + value for value in encoded]
    return encoded if null is None else pieces.where(~null, encoded, _branch(field.type, "null"))


def _values(name: str, type: AvroType, values: Any, null: NDArray[np.bool_] | None) -> list[bytes]:
    if type.kind in ("int", "long"):
        return pieces.longs(np.asarray(values, dtype=np.int64))
    if type.kind in ("string", "bytes"):
        return pieces.texts(values if null is None else [b"" if v is None else v for v in values])
    if type.kind == "boolean":
        return pieces.booleans(np.asarray(values))
    if type.kind == "double":
        return pieces.fixed([np.asarray(values)], ["<f8"])
    raise _unwritable(name, type)


def _items(field: AvroField, source: Items) -> list[Iterable[bytes]]:
    """One block of count items and the end mark; nothing but the end mark where there are none."""
    array = field.type.value
    item = array.branches[0] if array.kind == "array" else array
    if array.kind != "array" or item.kind != "record":
        raise _unwritable(field.name, array)
    count = pieces.longs(source.count.astype(np.int64))
    prefix = _branch(field.type, "array")
    parts: list[Iterable[bytes]] = [pieces.where(source.count > 0, [prefix + c for c in count], prefix)]
    for rank, fields in enumerate(source.items):
        there = source.count > rank
        for inner in item.fields:
            encoded = _rows(inner, fields[inner.name]) if inner.name in fields else [_absent(inner)] * len(count)
            parts.append(encoded if there.all() else pieces.where(there, encoded, b""))
    return [*parts, pieces.constant(b"\x00")]


def _unwritable(name: str, type: AvroType) -> SchemaError:
    return SchemaError(f"field {name}: cannot write Avro {type.kind}")
