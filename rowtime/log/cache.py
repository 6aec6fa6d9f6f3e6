"""Bytes of recent frames, so that readers near the end of the log never go to the disk."""

from __future__ import annotations

from collections import OrderedDict


class RecentBytes:
    """First in, first out, up to a number of bytes; what is not written yet stays whatever it takes."""

    def __init__(self, budget: int):
        self._budget = budget
        self._held: OrderedDict[int, bytes] = OrderedDict()
        self._size = 0

    def put(self, position: int, data: bytes, upto: int) -> None:
        """`upto`: positions below it can be read from the disk."""
        self._held[position] = data
        self._size += len(data)
        while self._size > self._budget and next(iter(self._held)) < upto:
            _, oldest = self._held.popitem(last=False)
            self._size -= len(oldest)

    def get(self, position: int) -> bytes | None:
        return self._held.get(position)

    def drop(self, position: int) -> None:
        """Keeps what may not be written yet in the order; only the memory is let go."""
        dropped = self._held.pop(position, None)
        if dropped is not None:
            self._size -= len(dropped)
