"""A disk in memory under the log's file layer: what was not synced may be lost, in any subset, when power is cut."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rowtime.log.errors import DirectoryInUse
from rowtime.log.files import Files

SECTOR = 512
Choose = Callable[[], bool]


class PowerCut(BaseException):
    """Raised by the file operation at which the power goes."""


class _Inode:
    """Content as the process sees it, content on the platter, and the writes between the two."""

    def __init__(self, content: bytes = b""):
        self.content = bytearray(content)
        self.synced = bytes(content)
        self.pending: list[tuple[int, bytes | None]] = []

    def after_cut(self, choose: Choose) -> bytes:
        survived = bytearray(self.synced)
        for at, data in self.pending:
            if data is None:
                if choose():
                    _resize(survived, at)
            else:
                for start in range(0, len(data), SECTOR):
                    if choose():
                        _put(survived, at + start, data[start : start + SECTOR])
        return bytes(survived)


def _put(content: bytearray, at: int, data: bytes) -> None:
    if len(content) < at:
        content.extend(bytes(at - len(content)))
    content[at : at + len(data)] = data


def _resize(content: bytearray, size: int) -> None:
    del content[size:]
    content.extend(bytes(size - len(content)))


class SimulatedDisk(Files):
    """`countdown` file operations happen, then PowerCut; None: no limit. `failing` makes a sync raise OSError."""

    def __init__(self, names: dict[Path, bytes] | None = None, countdown: int | None = None):
        self._inodes = {number: _Inode(content) for number, content in enumerate((names or {}).values())}
        self._names = {path: number for number, path in enumerate(names or {})}
        self._synced_names = dict(self._names)
        self._open: dict[int, int] = {}
        self._locked: set[Path] = set()
        self._locks: dict[int, Path] = {}
        self._next = len(self._inodes)
        self.countdown = countdown
        self.failing: OSError | None = None
        self.free = 1 << 40
        self.operations = 0

    def cut(self, choose: Choose) -> SimulatedDisk:
        """The disk that the next start finds."""
        names = dict(self._synced_names)
        for path in {*self._names, *self._synced_names}:
            if self._names.get(path) != self._synced_names.get(path) and choose():
                names.pop(path, None)
                if path in self._names:
                    names[path] = self._names[path]
        return SimulatedDisk({path: self._inodes[number].after_cut(choose) for path, number in names.items()})

    def kill(self) -> SimulatedDisk:
        """The process dies, the machine does not: what was written stays, synced or not."""
        self._open.clear()
        self._locked.clear()
        self.countdown = None
        return self

    def contents(self) -> dict[Path, bytes]:
        return {path: bytes(self._inodes[number].content) for path, number in self._names.items()}

    def _count(self) -> None:
        self.operations += 1
        if self.countdown is not None:
            self.countdown -= 1
            if self.countdown < 0:
                raise PowerCut

    def make_directory(self, path: Path) -> None:
        pass

    def names(self, directory: Path) -> list[str]:
        return sorted(path.name for path in self._names if path.parent == directory)

    def exists(self, path: Path) -> bool:
        return path in self._names

    def create(self, path: Path) -> int:
        self._count()
        if path in self._names:
            raise FileExistsError(path)
        self._next += 1
        self._inodes[self._next] = _Inode()
        self._names[path] = self._next
        return self._handle(self._next)

    def _handle(self, inode: int) -> int:
        self._next += 1
        self._open[self._next] = inode
        return self._next

    def open(self, path: Path) -> int:
        return self._handle(self._names[path])

    def close(self, file: int) -> None:
        self._open.pop(file, None)
        self._locked.discard(self._locks.pop(file, Path()))

    def _of(self, file: int) -> _Inode:
        return self._inodes[self._open[file]]

    def size(self, file: int) -> int:
        return len(self._of(file).content)

    def read(self, file: int, at: int, size: int) -> bytes:
        return bytes(self._of(file).content[at : at + size])

    def write(self, file: int, at: int, data: bytes) -> None:
        inode = self._of(file)
        inode.pending.append((at, data))
        _put(inode.content, at, data)
        self._count()

    def truncate(self, file: int, size: int) -> None:
        inode = self._of(file)
        inode.pending.append((size, None))
        _resize(inode.content, size)
        self._count()

    def sync(self, file: int) -> None:
        self._count()
        if self.failing is not None:
            raise self.failing
        inode = self._of(file)
        inode.synced = bytes(inode.content)
        inode.pending.clear()

    def sync_directory(self, path: Path) -> None:
        self._count()
        for names in (self._names, self._synced_names):
            for known in [known for known in names if known.parent == path]:
                self._synced_names.pop(known, None)
                if known in self._names:
                    self._synced_names[known] = self._names[known]

    def rename(self, old: Path, new: Path) -> None:
        self._names[new] = self._names.pop(old)
        self._count()

    def unlink(self, path: Path) -> None:
        del self._names[path]
        self._count()

    def free_bytes(self, directory: Path) -> int:
        return self.free

    def lock(self, path: Path) -> int:
        if path in self._locked:
            raise DirectoryInUse(f"{path.parent} is in use by another process")
        self._locked.add(path)
        handle = self._handle(-1)
        self._locks[handle] = path
        return handle
