"""Reading or skipping one Avro value in each of many payloads."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.avro.cursor import Cursor, Index
from scoring.avro.schema import AvroType
from scoring.errors import SchemaError

Values = tuple[NDArray[Any], ...]

MAX_EMPTY_ITEMS = 1_000_000


def _boolean(cursor: Cursor, type: AvroType) -> Values:
    byte = cursor.byte()
    cursor.fail(byte > 1)
    return (byte.astype(np.int64),)


def _long(cursor: Cursor, type: AvroType) -> Values:
    return (cursor.varint(),)


def _enum(cursor: Cursor, type: AvroType) -> Values:
    symbol = cursor.varint()
    wrong = (symbol < 0) | (symbol >= len(type.symbols))
    cursor.fail(wrong)
    return (np.where(wrong, 0, symbol),)


def _double(cursor: Cursor, type: AvroType) -> Values:
    return (cursor.buffer.doubles[cursor.advance(8)],)


def _float(cursor: Cursor, type: AvroType) -> Values:
    return (cursor.buffer.floats[cursor.advance(4)].astype(np.float64),)


def _span(cursor: Cursor, type: AvroType) -> Values:
    return cursor.span()


_READERS: dict[str, Callable[[Cursor, AvroType], Values]] = {
    "boolean": _boolean, "int": _long, "long": _long, "enum": _enum, "double": _double, "float": _float,
    "string": _span, "bytes": _span,
}
READABLE = frozenset(_READERS)


def read(type: AvroType, cursor: Cursor) -> Values:
    """One value of a readable type: (values,) int64 or float64, or (first byte, length) of a string or bytes."""
    return _READERS[type.kind](cursor, type)


def skip(type: AvroType, cursor: Cursor) -> None:
    """Move over one value of any type, checking what can be checked."""
    if type.kind in _READERS:
        _READERS[type.kind](cursor, type)
    elif type.kind == "fixed":
        cursor.advance(type.size)
    elif type.kind == "record":
        for field in type.fields:
            skip(field.type, cursor)
    elif type.kind == "union":
        _skip_union(type, cursor)
    elif type.kind in ("array", "map"):
        _skip_blocks(type, cursor)
    elif type.kind != "null":
        raise SchemaError(f"cannot read Avro type {type.kind}")


def read_branch(type: AvroType, cursor: Cursor) -> Index:
    """A union's branch number; rows with one that does not exist fail."""
    branch = cursor.varint()
    wrong = (branch < 0) | (branch >= len(type.branches))
    if wrong.any():
        cursor.fail(wrong)
        branch = np.where(wrong, 0, branch)
    return branch


def _skip_union(type: AvroType, cursor: Cursor) -> None:
    branch = read_branch(type, cursor)
    for number, inner in enumerate(type.branches):
        if inner.kind != "null":
            _on_rows(np.flatnonzero((branch == number) & ~cursor.bad), cursor, partial(skip, inner))


def _skip_blocks(type: AvroType, cursor: Cursor) -> None:
    """Blocks of items: a count (negative: with a size in bytes behind it), the items, until a count of 0."""
    rows = np.flatnonzero(~cursor.bad)
    while len(rows):
        part = cursor.rows(rows)
        count = part.varint()
        part.settle()
        sized = np.flatnonzero(count < 0)
        _on_rows(sized, part, Cursor.varint)
        count = np.abs(count)
        part.fail((count < 0) | (count > np.maximum(part.end - part.at, 0) + _empty_items_allowed(type)))
        _skip_items(type, part, count)
        cursor.put(rows, part)
        rows = rows[(count != 0) & ~part.bad]


def _empty_items_allowed(type: AvroType) -> int:
    return MAX_EMPTY_ITEMS if _smallest(type.branches[0]) == 0 and type.kind == "array" else 0


def _smallest(type: AvroType) -> int:
    """Least bytes a value of the type takes (0 or 1 is all that matters)."""
    if type.kind == "null" or (type.kind == "fixed" and type.size == 0):
        return 0
    return 1 if type.kind != "record" else min(1, sum(_smallest(field.type) for field in type.fields))


def _skip_items(type: AvroType, cursor: Cursor, count: Index) -> None:
    item = type.branches[0]
    if type.kind == "array" and _smallest(item) == 0:
        return
    left = np.where(cursor.bad, 0, count)
    rows = np.flatnonzero(left)
    while len(rows):
        part = cursor.rows(rows)
        if type.kind == "map":
            part.span()
        skip(item, part)
        part.settle()
        cursor.put(rows, part)
        left[rows] -= 1
        rows = rows[(left[rows] > 0) & ~part.bad]


def _on_rows(rows: Index, cursor: Cursor, action: Callable[[Cursor], Any]) -> None:
    if len(rows) == len(cursor):
        action(cursor)
    elif len(rows):
        part = cursor.rows(rows)
        action(part)
        cursor.put(rows, part)


def longest_run(type: AvroType) -> int:
    """Bytes that reading one value can move on without any check of the end."""
    inner = sum(longest_run(branch) for branch in type.branches) + sum(longest_run(f.type) for f in type.fields)
    return inner + max(type.size, 10)
