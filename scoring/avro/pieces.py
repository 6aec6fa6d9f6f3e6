"""Encoded values of n rows, as bytes to be joined row by row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.avro.varint import encode_long

Mask = NDArray[np.bool_]
Table = tuple[bytes, ...]

MOST_PAIRS = 10_000


@dataclass(frozen=True)
class _Fixed:
    """n values of one width behind a prefix; without a column the prefix alone. Where null, `instead` of both."""

    prefix: bytes
    column: NDArray[Any] | None = None
    null: Mask | None = None
    instead: bytes = b""


@dataclass(frozen=True)
class _Coded:
    codes: NDArray[Any]
    table: Table


class Assembly:
    """Records of n rows in the making. What can be is done once for all rows: fields of fixed width side by side become
    one block, constants become part of what stands beside them, and so do neighbours out of small tables."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._pieces: list[Iterable[bytes]] = [[b""] * rows]
        self._block: list[_Fixed] = []
        self._coded: _Coded | None = None

    def constant(self, value: bytes) -> None:
        """The same bytes in every row."""
        if self._coded is not None:
            self._coded = _Coded(self._coded.codes, pairs(self._coded.table, (value,)))
        elif value:
            self._block.append(_Fixed(value))

    def fixed(self, column: NDArray[Any], prefix: bytes = b"", null: Mask | None = None, instead: bytes = b"") -> None:
        """A field of fixed width: (n,) values of a little-endian or void type; `instead` of prefix and value where
        null."""
        self._end_coded()
        self._block.append(_Fixed(prefix, column, null, instead))

    def coded(self, codes: NDArray[Any], table: Table) -> None:
        """Values out of a small table of encoded ones. codes: (n,) places in it."""
        if self._block and self._block[-1].column is None:
            table = pairs((self._block.pop().prefix,), table)
        self._end_block()
        if self._coded is not None and len(self._coded.table) * len(table) <= MOST_PAIRS:
            codes, table = self._coded.codes * len(table) + codes, pairs(self._coded.table, table)
            self._coded = None
        self._end_coded()
        self._coded = _Coded(codes, table)

    def varying(self, values: Sequence[bytes]) -> None:
        """n values already encoded."""
        self._end()
        self._pieces.append(values)

    def records(self) -> list[bytes]:
        self._end()
        return list(map(b"".join, zip(*self._pieces, strict=False)))

    def _end(self) -> None:
        self._end_coded()
        self._end_block()

    def _end_coded(self) -> None:
        if self._coded is not None:
            self._pieces.append(array(self._coded.table)[self._coded.codes].tolist())
            self._coded = None

    def _end_block(self) -> None:
        if any(part.column is not None for part in self._block):
            self._pieces.append(_block(self._block, self._rows))
        elif self._block:
            self._pieces.append(repeat(b"".join(part.prefix for part in self._block)))
        self._block = []


def _block(parts: Sequence[_Fixed], rows: int) -> list[bytes]:
    """Each row's bytes of fields side by side."""
    columns: list[Any] = []
    nulls: list[tuple[int, int, list[int], bytes]] = []
    at = 0
    for part in parts:
        begin, at = at, at + len(part.prefix)
        columns += [np.void(part.prefix)] if part.prefix else []
        if part.column is not None:
            columns.append(part.column)
            at += part.column.dtype.itemsize
        if part.null is not None and part.null.any():
            nulls.append((begin, at, np.flatnonzero(part.null).tolist(), part.instead))
    values = side_by_side(columns, rows)
    for begin, end, rows_without, instead in reversed(nulls):
        for row in rows_without:
            values[row] = values[row][:begin] + instead + values[row][end:]
    return values


def side_by_side(columns: Sequence[Any], rows: int) -> list[bytes]:
    """Each row's bytes of (n,) arrays, or scalars, of little-endian or void types."""
    block = np.empty(rows, dtype=[(f"f{i}", column.dtype) for i, column in enumerate(columns)])
    for i, column in enumerate(columns):
        block[f"f{i}"] = column
    return block.view(f"V{block.dtype.itemsize}").tolist()


@lru_cache(1_024)
def pairs(first: Table, second: Table) -> Table:
    """Every value of the first table before every one of the second."""
    return tuple(a + b for a in first for b in second)


@lru_cache(1_024)
def array(table: Table) -> NDArray[Any]:
    """The table as an array of objects."""
    found = np.empty(len(table), dtype=object)
    found[:] = table
    return found


def text(value: bytes) -> bytes:
    """One Avro string or bytes."""
    return encode_long(len(value)) + value


def texts(values: Sequence[bytes]) -> list[bytes]:
    return [_SIZES[len(v)] + v if len(v) < 64 else text(v) for v in values]


def longs(values: NDArray[np.int64]) -> NDArray[Any] | list[bytes]:
    """Avro longs of (n,) int64: as an array of a void type where all have the same size."""
    rest = ((values << 1) ^ (values >> 63)).astype(np.uint64)
    least, most = (max(1, -(-int(limit).bit_length() // 7)) for limit in (rest.min(), rest.max()))
    shifts = np.arange(0, 7 * most, 7, dtype=np.uint64)
    groups = ((rest[:, None] >> shifts) & np.uint64(0x7F)).astype(np.uint8)
    groups[:, :least - 1] |= 0x80
    if least == most:
        return groups.view(f"V{most}").ravel()
    used = most - (groups[:, ::-1] != 0).argmax(axis=1)
    groups |= np.where(np.arange(most) < (used - 1)[:, None], 0x80, 0).astype(np.uint8)
    raw = groups.tobytes()
    starts = range(0, len(raw), most)
    return [raw[at:at + size] for at, size in zip(starts, used.tolist(), strict=True)]


def where(mask: Mask, chosen: Sequence[bytes], other: bytes) -> list[bytes]:
    """Each row's bytes where mask, else `other`."""
    return [value if yes else other for yes, value in zip(mask.tolist(), chosen, strict=True)]


_SIZES = [encode_long(size) for size in range(64)]
