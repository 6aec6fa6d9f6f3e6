"""Encoding n records of one schema from columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.avro import pieces
from scoring.avro.pieces import Assembly
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
class Encoded:
    """One value a row, already as Avro (pieces.text): for texts of which there are few, encoded once."""

    values: Sequence[bytes]


@dataclass(frozen=True)
class Items:
    """An array of records a row. count: (n,) items in each row; items: fields of the i-th item of every row."""

    count: NDArray[np.intp]
    items: list[dict[str, Rows | Encoded]]


Source = Constant | Rows | Encoded | Items
_FIXED = {"double": "<f8", "boolean": "u1"}


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
        out = Assembly(rows)
        out.constant(self._header)
        _add_fields(out, self.schema, sources)
        return out.records()


def _add_fields(out: Assembly, record: AvroType, sources: Mapping[str, Source]) -> None:
    for field in record.fields:
        source = sources.get(field.name)
        if source is None:
            out.constant(_absent(field))
        elif isinstance(source, Constant):
            out.constant(_constant(field, source.value))
        elif isinstance(source, Items):
            _add_items(out, field, source)
        elif isinstance(source, Encoded):
            out.constant(_branch(field.type, field.type.value.kind))
            out.varying(source.values)
        else:
            _add_rows(out, field, source)


def _absent(field: AvroField) -> bytes:
    if not field.type.nullable:
        raise SchemaError(f"field {field.name} is required by the schema but not known here")
    return _branch(field.type, "null")


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


def _add_rows(out: Assembly, field: AvroField, source: Rows) -> None:
    inner, null = field.type.value, source.null
    prefix = _branch(field.type, inner.kind)
    if null is not None and null.any():
        out.varying(_nullable(field, source, null, prefix))
    elif inner.kind in _FIXED:
        if prefix:
            out.fixed(np.full(len(source.values), prefix[0], dtype=np.uint8), "u1")
        out.fixed(np.asarray(source.values), _FIXED[inner.kind])
    else:
        out.constant(prefix)
        out.varying(_values(field.name, inner, source.values))


def _nullable(field: AvroField, source: Rows, null: NDArray[np.bool_], prefix: bytes) -> list[bytes]:
    if not field.type.nullable:
        raise SchemaError(f"field {field.name} is null in a row but the schema does not allow it")
    values = source.values
    if not isinstance(values, np.ndarray):
        values = [b"" if value is None else value for value in values]
    encoded = [prefix + value for value in _values(field.name, field.type.value, values)]
    return pieces.where(~null, encoded, _branch(field.type, "null"))


def _values(name: str, type: AvroType, values: Any) -> list[bytes]:
    if type.kind in ("int", "long"):
        return pieces.longs(np.asarray(values, dtype=np.int64))
    if type.kind in ("string", "bytes"):
        return pieces.texts(values)
    if type.kind in _FIXED:
        return pieces.fixed([np.asarray(values)], [_FIXED[type.kind]])
    raise _unwritable(name, type)


def _add_items(out: Assembly, field: AvroField, source: Items) -> None:
    """One block of count items and the end mark; nothing but the end mark where there are none."""
    array = field.type.value
    item = array.branches[0] if array.kind == "array" else array
    if array.kind != "array" or item.kind != "record":
        raise _unwritable(field.name, array)
    rows = len(source.count)
    out.constant(_branch(field.type, "array"))
    out.varying(pieces.where(source.count > 0, pieces.longs(source.count.astype(np.int64)), b""))
    for rank, fields in enumerate(source.items):
        there = source.count > rank
        if there.all():
            _add_fields(out, item, fields)
        else:
            part = Assembly(rows)
            _add_fields(part, item, fields)
            out.varying(pieces.where(there, part.records(), b""))
    out.constant(b"\x00")


def _unwritable(name: str, type: AvroType) -> SchemaError:
    return SchemaError(f"field {name}: cannot write Avro {type.kind}")
