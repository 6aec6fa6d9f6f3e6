"""A read position in each of many payloads at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.avro.spans import WINDOW, everywhere
from scoring.avro.varint import decode_words, unzigzag

Index = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Buffer:
    """Payloads end to end, with strided views that read a number at any byte.

    starts, ends: (n,) byte positions of each payload. padding: zero bytes behind the last one, as many as reading
    may run past the end of a payload before that is noticed.
    """

    def __init__(self, payloads: list[bytes], skip: int = 0, padding: int = 16) -> None:
        lengths = np.fromiter(map(len, payloads), dtype=np.int64, count=len(payloads))
        self.raw = b"".join([*payloads, bytes(padding + WINDOW)])
        self.bytes = np.frombuffer(self.raw, dtype=np.uint8)
        self.ends = np.cumsum(lengths)
        self.starts = np.minimum(self.ends - lengths + skip, self.ends)
        self.too_short = lengths < skip
        self.doubles = self._view("<f8")
        self.floats = self._view("<f4")
        self.words = self._view("<u8")

    def _view(self, dtype: str) -> NDArray[Any]:
        return everywhere(self.raw, np.dtype(dtype))


class Cursor:
    """Positions of n payloads, or of some rows of them, moving together.

    at: (n,) next byte; may stand behind the end, which shows at the next `settle` or length. end: (n,) first byte
    behind the payload. bad: (n,) True where the payload broke the schema; such a row is put back to its end.
    """

    def __init__(self, buffer: Buffer, at: Index, end: Index, bad: Mask) -> None:
        self.buffer, self.at, self.end, self.bad = buffer, at, end, bad

    @staticmethod
    def over(buffer: Buffer) -> Cursor:
        return Cursor(buffer, buffer.starts.copy(), buffer.ends, buffer.too_short.copy())

    def __len__(self) -> int:
        return len(self.at)

    def rows(self, rows: Index) -> Cursor:
        """The same positions for some rows only; give them back with `put`."""
        return Cursor(self.buffer, self.at[rows], self.end[rows], self.bad[rows])

    def put(self, rows: Index, moved: Cursor) -> None:
        self.at[rows] = moved.at
        self.bad[rows] = moved.bad

    def fail(self, wrong: Mask) -> None:
        """Mark rows as broken and put them to their end."""
        if wrong.any():
            self.bad = self.bad | wrong
            self.at = np.where(wrong, self.end, self.at)

    def settle(self) -> None:
        """Fail the rows that ran past their end."""
        self.fail(self.at > self.end)

    def advance(self, size: int | Index) -> Index:
        """Move on by `size` bytes; gives the positions before."""
        before = self.at
        self.at = before + size
        return before

    def all_start_with(self, byte: int) -> bool:
        """Where every row is whole and its next byte is this one: moves over it and says True."""
        if self.bad.any() or not (self.buffer.bytes[self.at] == byte).all():
            return False
        self.at = self.at + 1
        return True

    def byte(self) -> NDArray[np.uint8]:
        return self.buffer.bytes[self.advance(1)]

    def varint(self) -> Index:
        """An Avro int or long, zigzag decoded."""
        first = self.buffer.bytes[self.at]
        if (first < 0x80).all():
            self.at = self.at + 1
            return unzigzag(first.astype(np.uint64))
        second, longer = self.buffer.bytes[self.at + 1], first >= 0x80
        if (~longer | (second < 0x80)).all():
            self.at = self.at + 1 + longer
            high = np.where(longer, second, 0).astype(np.uint64) << np.uint64(7)
            return unzigzag((first & 0x7F).astype(np.uint64) | high)
        value, size = decode_words(self.buffer.words[self.at])
        long = np.flatnonzero(size == 0)
        for row in long.tolist():
            value[row], size[row] = self._long_varint(int(self.at[row]))
        self.at = self.at + size
        self.fail(size == 0)
        return unzigzag(value)

    def span(self) -> tuple[Index, Index]:
        """A length and that many bytes: (first byte, length)."""
        length = self.varint()
        wrong = (length < 0) | (length > self.end - self.at)
        if wrong.any():
            self.fail(wrong)
            length = np.where(wrong, 0, length)
        return self.advance(length), length

    def _long_varint(self, at: int) -> tuple[int, int]:
        """A varint of 9 or 10 bytes: (value, size), size 0 where it is longer than that."""
        value = 0
        for size, byte in enumerate(self.buffer.raw[at:at + 10], start=1):
            value |= (byte & 0x7F) << (7 * (size - 1))
            if byte < 0x80:
                return value & 0xFFFF_FFFF_FFFF_FFFF, size
        return 0, 0
