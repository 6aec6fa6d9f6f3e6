"""Rows of bytes of different lengths, written a column at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from scoring.avro.spans import Spans, everywhere

Index = NDArray[np.int64]

STRETCH = 1_000


class Canvas:
    """n rows in one buffer, each with room for `width` bytes, and a place in each where its next bytes go."""

    def __init__(self, rows: int, width: int) -> None:
        self._bytes = np.empty((rows + 1) * width, dtype=np.uint8)
        self._begin = np.arange(rows) * width
        self._at: Index = self._begin

    def write(self, values: NDArray[Any], sizes: int | Index) -> None:
        """(n,) values of a little-endian or void type, of which the first `sizes` bytes count."""
        everywhere(self._bytes, values.dtype)[self._at] = values
        self._at = self._at + sizes

    def write_or(self, values: NDArray[Any], other: NDArray[np.bool_], instead: bytes) -> None:
        """(n,) values, whole; these bytes, no longer than a value, in the rows `other`."""
        begin = self._at
        self.write(values, np.where(other, len(instead), values.dtype.itemsize))
        if instead:
            value = np.frombuffer(instead, dtype=f"V{len(instead)}")
            everywhere(self._bytes, value.dtype)[begin[other]] = value

    def rows(self) -> list[bytes]:
        raw = self._bytes.tobytes()
        return [raw[begin:end] for begin, end in zip(self._begin.tolist(), self._at.tolist(), strict=True)]


class Part(Protocol):
    """Bytes of n rows, at most `width` in each."""

    @property
    def width(self) -> int: ...

    def write(self, canvas: Canvas, rows: slice) -> None: ...


@dataclass(frozen=True)
class Block:
    """(n,) values of one width."""

    values: NDArray[Any]

    @property
    def width(self) -> int:
        return int(self.values.dtype.itemsize)

    def write(self, canvas: Canvas, rows: slice) -> None:
        canvas.write(self.values[rows], self.width)


@dataclass(frozen=True)
class Nullable(Block):
    """`instead` where null."""

    null: NDArray[np.bool_]
    instead: bytes

    def write(self, canvas: Canvas, rows: slice) -> None:
        canvas.write_or(self.values[rows], self.null[rows], self.instead)


@dataclass(frozen=True)
class Coded:
    """codes: (n,) places in a table of values padded to one width; sizes: how much of each counts."""

    codes: NDArray[Any]
    padded: NDArray[Any]
    sizes: Index

    @property
    def width(self) -> int:
        return int(self.padded.dtype.itemsize)

    def write(self, canvas: Canvas, rows: slice) -> None:
        codes = self.codes[rows]
        canvas.write(self.padded[codes], self.sizes[codes])


@dataclass(frozen=True)
class Copied:
    """Spans no longer than spans.WINDOW."""

    spans: Spans
    width: int

    def write(self, canvas: Canvas, rows: slice) -> None:
        spans = self.spans.take(rows)
        canvas.write(spans.windows(self.width), spans.sizes)


def written(parts: Sequence[Part], rows: int) -> list[bytes]:
    """A stretch of rows at a time, few enough to stay in the processor's cache."""
    width, found = sum(part.width for part in parts), []
    for begin in range(0, rows, STRETCH):
        stretch = slice(begin, min(begin + STRETCH, rows))
        canvas = Canvas(stretch.stop - begin, width)
        for part in parts:
            part.write(canvas, stretch)
        found += canvas.rows()
    return found
