"""Encoded values of n rows, as bytes to be joined row by row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.avro.varint import encode_long

Mask = NDArray[np.bool_]


def constant(value: bytes) -> Iterable[bytes]:
    """The same bytes in every row (endless: at least one piece of a record has to vary)."""
    return repeat(value)


def text(value: bytes) -> bytes:
    """One Avro string or bytes."""
    return encode_long(len(value)) + value


def texts(values: Sequence[bytes]) -> list[bytes]:
    sizes = _SIZES
    return [sizes[len(v)] + v if len(v) < 64 else text(v) for v in values]


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


def booleans(values: Mask) -> list[bytes]:
    return [b"\x01" if v else b"\x00" for v in values.tolist()]


def fixed(columns: Sequence[NDArray[Any]], types: Sequence[str]) -> list[bytes]:
    """Fields of fixed width side by side: (n,) arrays as little-endian numpy types."""
    block = np.empty(len(columns[0]), dtype=[(f"f{i}", t) for i, t in enumerate(types)])
    for i, column in enumerate(columns):
        block[f"f{i}"] = column
    return slices(block.tobytes(), block.dtype.itemsize)


def slices(raw: bytes, size: int) -> list[bytes]:
    """Consecutive pieces of `size` bytes."""
    return [raw[at:at + size] for at in range(0, len(raw), size)]


def where(mask: Mask, chosen: Sequence[bytes], other: bytes) -> list[bytes]:
    """Each row's bytes where mask, else `other`."""
    return [value if yes else other for yes, value in zip(mask.tolist(), chosen, strict=True)]


def join(pieces: Sequence[Iterable[bytes]]) -> list[bytes]:
    """Records from their pieces; as many as the shortest piece has rows."""
    return list(map(b"".join, zip(*pieces, strict=False)))


_SIZES = [encode_long(size) for size in range(64)]
