"""Where frames go: the interface, and the one that keeps them in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol


class Recovered(NamedTuple):
    """A frame found at start-up: its number, the position of its body, the body."""

    seq: int
    position: int
    body: memoryview


class Journal(Protocol):
    """Frames in one total order. A position is a number that stays valid until released."""

    def recover(self) -> Iterator[Recovered]:
        """All frames, oldest first; must be exhausted before the first append."""
        ...
    def append(self, seq: int, parts: Sequence[bytes], urgent: bool = False) -> int:
        """Queue one frame; the position of its body. `urgent`: takes the room kept for what frees or ends something."""
        ...
    def keep(self, position: int, data: bytes) -> None:
        """Bytes of the frame just appended that will be read soon."""
        ...
    def read(self, position: int, size: int) -> bytes: ...
    def release(self, position: int, size: int) -> None:
        """Bytes that nobody will ask for again."""
        ...
    def sync(self) -> int:
        """Wait until all appended frames are on disk; the last one's number."""
        ...
    def start(self, synced: Callable[[int], None], failed: Callable[[BaseException], None]) -> None:
        """Write in the background from now on; `synced(seq)` and `failed` are called in the writer's thread."""
        ...
    @property
    def synced(self) -> int:
        """Number of the last frame on disk; -1: none."""
        ...
    def close(self) -> None: ...


class MemoryJournal:
    """Keeps in memory what can be read and nothing else; every frame counts as on disk at once."""

    def __init__(self) -> None:
        self._kept: dict[int, bytes] = {}
        self._end = 0
        self.synced = -1

    def recover(self) -> Iterator[Recovered]:
        return iter(())

    def append(self, seq: int, parts: Sequence[bytes], urgent: bool = False) -> int:
        position = self._end
        self._end += sum(map(len, parts))
        self.synced = seq
        return position

    def keep(self, position: int, data: bytes) -> None:
        self._kept[position] = data

    def read(self, position: int, size: int) -> bytes:
        return self._kept[position]

    def release(self, position: int, size: int) -> None:
        self._kept.pop(position, None)

    def sync(self) -> int:
        return self.synced

    def start(self, synced: Callable[[int], None], failed: Callable[[BaseException], None]) -> None:
        """Nothing to write."""

    def close(self) -> None:
        self._kept.clear()
