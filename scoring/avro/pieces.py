"""Encoded values of n rows, as bytes to be joined row by row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.avro.varint import encode_long

Mask = NDArray[np.bool_]


class Assembly:
    """Records of n rows in the making: constants side by side become one, so do fields of fixed width."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._pieces: list[Iterable[bytes]] = [[b""] * rows]
        self._constant = b""
        self._columns: list[NDArray[Any]] = []
        self._types: list[str] = []

    def constant(self, value: bytes) -> None:
        """The same bytes in every row."""
        self._end_block()
        self._constant += value

    def fixed(self, column: NDArray[Any], type: str) -> None:
        """A field of fixed width: (n,) values as a little-endian numpy type."""
        self._end_constant()
        self._columns.append(column)
        self._types.append(type)

    def varying(self, values: Sequence[bytes]) -> None:
        """n values already encoded."""
        self._end_constant()
        self._end_block()
        self._pieces.append(values)

    def records(self) -> list[bytes]:
        self._end_constant()
        self._end_block()
        return list(map(b"".join, zip(*self._pieces, strict=False)))

    def _end_constant(self) -> None:
        if self._constant:
            self._pieces.append(repeat(self._constant))
            self._constant = b""

    def _end_block(self) -> None:
        if self._columns:
            self._pieces.append(fixed(self._columns, self._types))
            self._columns, self._types = [], []


def text(value: bytes) -> bytes:
    """One Avro string or bytes."""
    return encode_long(len(value)) + value


def texts(values: Sequence[bytes]) -> list[bytes]:
    return [_SIZES[len(v)] + v if len(v) < 64 else text(v) for v in values]


def longs(values: NDArray[np.int64]) -> list[bytes]:
    """Avro longs of (n,) int64."""
    rest = ((values << 1) ^ (values >> 63)).astype(np.uint64)
    groups = np.empty((len(values), 10), dtype=np.uint8)
    for i in range(10):
        groups[:, i] = (rest >> np.uint64(7 * i)) & np.uint64(0x7F)
    used = 10 - (groups[:, ::-1] != 0).argmax(axis=1)
    used[rest == 0] = 1
    groups |= np.where(np.arange(10) < (used - 1)[:, None], 0x80, 0).astype(np.uint8)
    raw = groups.tobytes()
    return [raw[at:at + size] for at, size in zip(range(0, len(raw), 10), used.tolist(), strict=True)]


def fixed(columns: Sequence[NDArray[Any]], types: Sequence[str]) -> list[bytes]:
    """Fields of fixed width side by side: (n,) arrays as little-endian numpy types."""
    block = np.empty(len(columns[0]), dtype=[(f"f{i}", t) for i, t in enumerate(types)])
    for i, column in enumerate(columns):
        block[f"f{i}"] = column
    raw, size = block.tobytes(), block.dtype.itemsize
    return [raw[at:at + size] for at in range(0, len(raw), size)]


def where(mask: Mask, chosen: Sequence[bytes], other: bytes) -> list[bytes]:
    """Each row's bytes where mask, else `other`."""
    return [value if yes else other for yes, value in zip(mask.tolist(), chosen, strict=True)]


_SIZES = [encode_long(size) for size in range(64)]
