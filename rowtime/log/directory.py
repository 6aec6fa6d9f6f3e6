"""The data directory: its lock, its format version, the segments' names, and the mark of what is synced.

    DIR/lock      held with flock while a process has the directory open
    DIR/format    version of the layout, as text
    DIR/synced    two slots with the number of the last synced frame, written behind each sync (itself unsynced)
    DIR/log/      segments of frames, each named for its first frame
"""

from __future__ import annotations

import contextlib
import errno
import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from rowtime.log.errors import LogError
from rowtime.log.files import Files
from rowtime.log.segment import Segment

FORMAT = 2
_SLOT = struct.Struct(">qI")
_SLOT_SPACING = 512
_SEGMENT = re.compile(r"\d{20}\.log")


class Directory:
    """Locked from construction to `close()`; DirectoryInUse, or LogError for another format."""

    def __init__(self, path: Path, files: Files):
        self.path, self.log = path, path / "log"
        self.files = files
        files.make_directory(path)
        self._lock = files.lock(path / "lock")
        try:
            self._check_format()
            files.make_directory(self.log)
            self._mark = self._open_mark()
        except BaseException:
            files.close(self._lock)
            raise
        self._slot = 0

    def _check_format(self) -> None:
        path = self.path / "format"
        if not self.files.exists(path):
            self._write_format(path)
            return
        file = self.files.open(path)
        text = self.files.read(file, 0, 64)
        self.files.close(file)
        if not text.strip().isdigit():
            raise LogError(f"{path} is damaged: it should hold a format version, not {text[:20]!r}")
        if int(text) != FORMAT:
            advice = "upgrade rowtime" if int(text) > FORMAT else "read it with the rowtime that wrote it"
            raise LogError(f"{self.path} has format {int(text)}, this version reads {FORMAT}: {advice}")

    def _write_format(self, path: Path) -> None:
        temporary = path.with_suffix(".new")
        if self.files.exists(temporary):
            self.files.unlink(temporary)
        file = self.files.create(temporary)
        self.files.write(file, 0, f"{FORMAT}\n".encode())
        self.files.sync(file)
        self.files.close(file)
        self.files.rename(temporary, path)
        self.files.sync_directory(self.path)

    def segment_paths(self) -> list[Path]:
        return [self.log / name for name in self.files.names(self.log) if _SEGMENT.fullmatch(name)]

    def remove(self, segment: Segment) -> None:
        self.files.close(segment.file)
        self.files.unlink(segment.path)
        self.files.sync_directory(self.log)

    # the mark

    def _open_mark(self) -> int:
        path = self.path / "synced"
        if self.files.exists(path):
            return self.files.open(path)
        file = self.files.create(path)
        self.files.sync_directory(self.path)
        return file

    def read_mark(self) -> int:
        """Number of a frame that had been synced, with all before it; -1: not known."""
        slots = [self.files.read(self._mark, number * _SLOT_SPACING, _SLOT.size) for number in range(2)]
        return max(map(_read_slot, slots))

    def write_mark(self, seq: int) -> None:
        """Does without when the disk is full."""
        plain = seq.to_bytes(8, "big", signed=True)
        with full_disk_ignored():
            self.files.write(self._mark, self._slot * _SLOT_SPACING, plain + zlib.crc32(plain).to_bytes(4, "big"))
        self._slot ^= 1

    def close(self) -> None:
        """Syncs the mark; the lock goes with its file."""
        try:
            self.files.sync(self._mark)
        finally:
            self.files.close(self._mark)
            self.files.close(self._lock)


def is_full(error: BaseException) -> bool:
    """No space, or none left of a quota: goes away when something is deleted."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


@contextlib.contextmanager
def full_disk_ignored() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if not is_full(error):
            raise


def _read_slot(data: bytes) -> int:
    if len(data) < _SLOT.size:
        return -1
    seq, crc = _SLOT.unpack(data)
    return seq if crc == zlib.crc32(data[:8]) else -1
