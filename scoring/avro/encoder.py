"""Encoding n records of one schema from columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.avro import pieces
from scoring.avro.pieces import Assembly
from scoring.avro.schema import AvroField, AvroType
from scoring.avro.spans import WINDOW, Spans
from scoring.avro.varint import encode_long
from scoring.errors import SchemaError


@dataclass(frozen=True)
class Constant:
    """One value for all rows: text, bytes, whole number, float, boolean or None."""

    value: Any


@dataclass(frozen=True)
class Rows:
    """One value a row. values: (n,) float64, int64 or boolean, or n texts, as a list of bytes or as Spans; null: (n,)
    True where null."""

    values: Any
    null: NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class Encoded:
    """One value a row, already as Avro: a list of n bytes, or (n,) of a void type where all have one size."""

    values: Any


@dataclass(frozen=True)
class Coded:
    """One value a row out of a small table of values already as Avro (pieces.text). codes: (n,) places in it."""

    codes: NDArray[np.intp]
    table: tuple[bytes, ...]


@dataclass(frozen=True)
class Items:
    """An array of records a row. count: (n,) items in each row; items: fields of the i-th item of every row."""

    count: NDArray[np.intp]
    items: list[dict[str, Rows | Encoded | Coded]]


Source = Constant | Rows | Encoded | Coded | Items
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
        counts = next((source.count for source in sources.values() if isinstance(source, Items)), np.zeros(rows))
        usual = int(np.bincount(counts.astype(np.intp)).argmax()) if rows else 0
        payloads = self._encode(sources, rows, usual)
        for count in np.unique(counts[counts != usual]):
            chosen = np.flatnonzero(counts == count)
            others = self._encode({name: _take(s, chosen) for name, s in sources.items()}, len(chosen), int(count))
            for row, payload in zip(chosen.tolist(), others, strict=True):
                payloads[row] = payload
        return payloads

    def _encode(self, sources: Mapping[str, Source], rows: int, items: int) -> list[bytes]:
        """Payloads as if every row had so many items."""
        out = Assembly(rows)
        out.constant(self._header)
        _add_fields(out, self.schema, sources, items)
        return out.records()


def _take(source: Any, rows: NDArray[np.intp]) -> Any:
    """Some rows of a source."""
    if isinstance(source, Constant):
        return source
    if isinstance(source, Coded):
        return Coded(source.codes[rows], source.table)
    if isinstance(source, Encoded):
        return Encoded(_chosen(source.values, rows))
    if isinstance(source, Rows):
        return Rows(_chosen(source.values, rows), None if source.null is None else source.null[rows])
    items = [{name: _take(inner, rows) for name, inner in item.items()} for item in source.items]
    return Items(source.count[rows], items)


def _chosen(values: Any, rows: NDArray[np.intp]) -> Any:
    if isinstance(values, Spans):
        return values.take(rows)
    return values[rows] if isinstance(values, np.ndarray) else [values[row] for row in rows.tolist()]


def _add_fields(out: Assembly, record: AvroType, sources: Mapping[str, Source], items: int = 0) -> None:
    for field in record.fields:
        source = sources.get(field.name)
        if source is None:
            out.constant(_absent(field))
        elif isinstance(source, Constant):
            out.constant(_constant(field, source.value))
        elif isinstance(source, Items):
            _add_items(out, field, source, items)
        elif isinstance(source, Rows):
            _add_rows(out, field, source)
        else:
            out.constant(_branch(field.type, field.type.value.kind))
            _add_encoded(out, source)


def _add_encoded(out: Assembly, source: Encoded | Coded) -> None:
    if isinstance(source, Coded):
        out.coded(source.codes, source.table)
    elif isinstance(source.values, np.ndarray):
        out.fixed(source.values)
    else:
        out.varying(source.values)


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
    prefix, absent = _branch(field.type, inner.kind), b""
    if null is not None and null.any():
        if not field.type.nullable:
            raise SchemaError(f"field {field.name} is null in a row but the schema does not allow it")
        absent = _branch(field.type, "null")
    values = _values(field.name, inner, source)
    if isinstance(values, Spans):
        out.copied(values, prefix)
    elif isinstance(values, np.ndarray):
        out.fixed(values, prefix, null, absent)
    elif absent and null is not None:
        out.varying(pieces.where(~null, [prefix + value for value in values], absent))
    else:
        out.constant(prefix)
        out.varying(values)


def _values(name: str, type: AvroType, source: Rows) -> NDArray[Any] | list[bytes] | Spans:
    """Encoded values: an array where all have one size; texts that can be copied from where they lie as they are."""
    if type.kind in ("int", "long"):
        return pieces.longs(np.asarray(source.values, dtype=np.int64))
    if type.kind in ("string", "bytes"):
        return _texts(source)
    if type.kind in _FIXED:
        return np.asarray(source.values).astype(_FIXED[type.kind], copy=False)
    raise _unwritable(name, type)


def _texts(source: Rows) -> list[bytes] | Spans:
    values = source.values
    if isinstance(values, Spans):
        if source.null is None and values.widest <= WINDOW:
            return values
        values = values.texts()
    return pieces.texts(values if source.null is None else [value or b"" for value in values])


def _add_items(out: Assembly, field: AvroField, source: Items, count: int) -> None:
    """One block of `count` items and the end mark; the end mark alone where there are none."""
    array = field.type.value
    item = array.branches[0] if array.kind == "array" else array
    if array.kind != "array" or item.kind != "record":
        raise _unwritable(field.name, array)
    out.constant(_branch(field.type, "array"))
    out.constant(encode_long(count) if count else b"")
    for fields in source.items[:count]:
        _add_fields(out, item, fields)
    out.constant(b"\x00")


def _unwritable(name: str, type: AvroType) -> SchemaError:
    return SchemaError(f"field {name}: cannot write Avro {type.kind}")
