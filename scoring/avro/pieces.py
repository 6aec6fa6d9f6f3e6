"""Encoded values of n rows, as bytes to be joined row by row."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.avro.canvas import Block, Coded, Copied, Nullable, Part, written
from scoring.avro.spans import Spans
from scoring.avro.varint import encode_long

Mask = NDArray[np.bool_]
Table = tuple[bytes, ...]


class Assembly:
    """Records of n rows in the making. What has one width, or comes out of a small table, is written for all rows at
    once; only values of any length are joined row by row."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._pieces: list[Sequence[bytes]] = []
        self._parts: list[Part] = []
        self._block: list[Any] = []

    def constant(self, value: bytes) -> None:
        """The same bytes in every row."""
        if value:
            self._block.append(np.void(value))

    def fixed(self, column: NDArray[Any], prefix: bytes = b"", null: Mask | None = None, instead: bytes = b"") -> None:
        """A field of fixed width: (n,) values of a little-endian or void type; `instead`, no longer than the two, of
        prefix and value where null."""
        if null is not None and null.any():
            self._end_block()
            columns = [np.void(prefix), column] if prefix else [column]
            self._parts.append(Nullable(side_by_side(columns, self._rows), null, instead))
        else:
            self.constant(prefix)
            self._block.append(column)

    def coded(self, codes: NDArray[Any], table: Table) -> None:
        """Values out of a small table of encoded ones. codes: (n,) places in it."""
        self._end_block()
        self._parts.append(Coded(codes, *_padded(table)))

    def copied(self, texts: Spans, prefix: bytes = b"") -> None:
        """Avro texts, none longer than spans.WINDOW, which is what a length of one byte says."""
        self.fixed((texts.sizes << 1).astype(np.uint8), prefix)
        self._end_block()
        self._parts.append(Copied(texts, max(1, texts.widest)))

    def varying(self, values: Sequence[bytes]) -> None:
        """n values already encoded."""
        self._end()
        self._pieces.append(values)

    def records(self) -> list[bytes]:
        self._end()
        if len(self._pieces) == 1:
            return list(self._pieces[0])
        return list(map(b"".join, zip(*self._pieces, strict=True))) if self._pieces else [b""] * self._rows

    def _end_block(self) -> None:
        if self._block:
            self._parts.append(Block(side_by_side(self._block, self._rows)))
            self._block = []

    def _end(self) -> None:
        self._end_block()
        if self._parts:
            self._pieces.append(written(self._parts, self._rows))
        self._parts = []


def side_by_side(columns: Sequence[Any], rows: int) -> NDArray[Any]:
    """(n,) of a void type: each row's bytes of (n,) arrays, or scalars, of little-endian or void types."""
    block = np.empty(rows, dtype=[(f"f{i}", column.dtype) for i, column in enumerate(columns)])
    for i, column in enumerate(columns):
        block[f"f{i}"] = column
    return block.view(f"V{block.dtype.itemsize}")


@lru_cache(1_024)
def _padded(table: Table) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """The table's values padded to one width, and their sizes."""
    width = max(1, *map(len, table))
    values = np.frombuffer(b"".join(value.ljust(width, b"\0") for value in table), dtype=f"V{width}")
    return values, np.array([len(value) for value in table])


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
