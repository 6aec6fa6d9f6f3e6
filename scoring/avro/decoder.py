"""Decoding a batch of records of one writer schema into columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.avro.column import TEXTS, Column, Mask
from scoring.avro.cursor import Buffer, Cursor
from scoring.avro.entries import EntryReader
from scoring.avro.read import READABLE, Values, longest_run, read, read_branch, skip
from scoring.avro.schema import AvroField, AvroType
from scoring.avro.spans import Spans
from scoring.errors import SchemaError

__all__ = ["TEXTS", "Batch", "BatchDecoder", "Column", "Mask"]


@dataclass
class Batch:
    """n records as columns. bad: (n,) True where the bytes do not follow the schema; its values mean nothing."""

    columns: dict[str, Column]
    bad: Mask


class BatchDecoder:
    """Reads the wanted fields of records of one schema; all other fields are checked and skipped."""

    def __init__(self, schema: AvroType, wanted: Iterable[str]) -> None:
        self.schema = schema
        self.wanted = frozenset(wanted)
        self._padding = longest_run(schema)
        for name in self.wanted:
            self._check(name, schema.field(name))
        plain = {field.name for field in schema.fields}
        dotted = sorted(name for name in self.wanted if name not in plain)
        self._entries = {array: [n for n in dotted if n.partition(".")[0] == array]
                         for array in {name.partition(".")[0] for name in dotted}}

    def _check(self, name: str, field: AvroField | None) -> None:
        if field is None:
            raise SchemaError(f"{self.schema.name or 'the record'} has no field {name}")
        if field.type.value.kind not in READABLE:
            raise SchemaError(f"field {name} is {field.type.value.kind}, not a number, boolean, string, bytes or enum")

    def decode(self, payloads: list[bytes], skip_bytes: int = 0) -> Batch:
        """Columns of all payloads, `skip_bytes` of framing left out of each. Trailing bytes make a record bad."""
        cursor = Cursor.over(Buffer(payloads, skip_bytes, self._padding))
        columns = {}
        for field in self.schema.fields:
            if field.name in self.wanted:
                columns[field.name] = _read_field(field.type, cursor)
            elif field.name in self._entries:
                columns |= self._named(field, cursor)
            else:
                skip(field.type, cursor)
        return Batch(columns, cursor.bad | (cursor.at != cursor.end))

    def _named(self, field: AvroField, cursor: Cursor) -> dict[str, Column]:
        """The wanted entries of an array of records {NAME, VALUE}."""
        names = self._entries[field.name]
        reader = EntryReader(field.type, [name.partition(".")[2] for name in names], _read_field)
        return dict(zip(names, reader.read(cursor), strict=True))


def _read_field(type: AvroType, cursor: Cursor) -> Column:
    if type.kind != "union":
        return _column(type, cursor, read(type, cursor), np.zeros(len(cursor), dtype=bool))
    value_branch = next(i for i, inner in enumerate(type.branches) if inner.kind != "null")
    if cursor.all_start_with(2 * value_branch):
        return _column(type.value, cursor, read(type.value, cursor), np.zeros(len(cursor), dtype=bool))
    branch = read_branch(type, cursor)
    present = (branch == value_branch) & ~cursor.bad
    inner = type.value
    if present.all():
        return _column(inner, cursor, read(inner, cursor), ~present)
    rows = np.flatnonzero(present)
    part = cursor.rows(rows)
    values = tuple(_spread(v, rows, len(cursor)) for v in read(inner, part))
    cursor.put(rows, part)
    return _column(inner, cursor, values, ~present)


def _spread(values: NDArray[Any], rows: NDArray[np.int64], size: int) -> NDArray[Any]:
    whole = np.zeros(size, dtype=values.dtype)
    whole[rows] = values
    return whole


def _column(type: AvroType, cursor: Cursor, values: Values, null: Mask) -> Column:
    if type.kind == "enum":
        symbols = np.array([symbol.encode() for symbol in type.symbols], dtype=object)
        names = symbols[values[0]]
        names[null] = None
        return Column("enum", names, null)
    if len(values) == 1:
        return Column(type.kind, values[0], null)
    return Column(type.kind, None, null, Spans(cursor.buffer.raw, *values))
