"""The journal on disk: segment files of frames in `DIR/log`, written and synced in groups by one thread.

Rules that recovery stands on: a group is in one segment and synced before the next group; a segment's header and name
are on disk before its first frame; nothing is acknowledged before the sync that covers it; a failed sync is never
repeated.
"""

from __future__ import annotations

import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from rowtime.log import segment
from rowtime.log.cache import RecentBytes
from rowtime.log.directory import Directory, is_full
from rowtime.log.errors import CorruptLog, StorageError, StorageFull
from rowtime.log.files import Files
from rowtime.log.journal import Recovered
from rowtime.log.segment import FRAME_HEADER_SIZE, FileHeader, Segment

_SHIFT = 40
_OFFSET = (1 << _SHIFT) - 1
_GROUP_BYTES = 32 << 20
_CACHE_BYTES = 32 << 20
_RESERVE_BYTES = 64 << 20
_URGENT_RESERVE_BYTES = 8 << 20
_RETRY_SECONDS = 1.0


class _Queued(NamedTuple):
    segment: int
    at: int
    seq: int
    size: int
    parts: Sequence[bytes]


def has_tail(current: Segment, next_seq: int, mark: int, last: bool) -> bool:
    """Whether an unfinished write follows the good frames of a segment; CorruptLog if what follows had been synced."""
    if current.header is not None and current.end == current.files.size(current.file):
        return False
    synced = max(mark, current.synced_after(current.end if current.header else 0))
    if not last or synced >= next_seq:
        raise CorruptLog(f"{current.path} is damaged at byte {current.end}: frame {next_seq} had been synced "
                         "and cannot be read; restore the data directory from a copy")
    return True


def check_end(directory: Directory, next_seq: int, mark: int) -> None:
    """CorruptLog if the log ends before what had been synced."""
    if next_seq <= mark:
        raise CorruptLog(f"{directory.log}: the log ends before frame {next_seq}, but {mark} had been synced: "
                         "segment files are missing; restore them from a copy")


class _Full(OSError):
    """The disk was full at a write, before any sync: the write may be repeated."""


class SegmentJournal:
    """See `rowtime.log.journal.Journal`. A position is segment number << 40 | place in the file."""

    def __init__(self, directory: Path, files: Files, segment_bytes: int):
        self.synced = -1
        self._files = files
        self._directory = Directory(directory, files)
        self._segment_bytes = segment_bytes
        self._segments: list[Segment] = []
        self._cache = RecentBytes(_CACHE_BYTES)
        self._number, self._end = 0, segment.FILE_HEADER_SIZE
        self._next_seq = self._written = 0
        self._queue: deque[_Queued] = deque()
        self._queued_bytes = 0
        self._stalled = False
        self._changed = threading.Condition()
        self._writer: threading.Thread | None = None
        self._closing = False
        self._error: BaseException | None = None
        self._on_synced: Callable[[int], None] = lambda seq: None
        self._on_failed: Callable[[BaseException], None] = lambda error: None
        self._free = files.free_bytes(directory)

    # start-up

    def recover(self) -> Iterator[Recovered]:
        """All frames; cuts an unfinished tail; CorruptLog where something that had been synced is not readable."""
        mark = self._directory.read_mark()
        paths = self._directory.segment_paths()
        for number, path in enumerate(paths):
            current = Segment.open(self._files, path)
            self._segments.append(current)
            for found in current.scan(self._next_seq):
                self._next_seq = found.header.seq + 1
                yield Recovered(found.header.seq, number << _SHIFT | found.at, found.body)
            if has_tail(current, self._next_seq, mark, last=path == paths[-1]):
                self._cut(current)
        check_end(self._directory, self._next_seq, mark)
        self._begin()

    def _cut(self, current: Segment) -> None:
        if current.header is None:
            self._segments.pop()
            self._directory.remove(current)
        else:
            self._files.truncate(current.file, current.end)
            self._files.sync(current.file)

    def _begin(self) -> None:
        self.synced = self._next_seq - 1
        if self._segments:
            self._files.sync(self._segments[-1].file)
            self._files.sync_directory(self._directory.log)
            self._number, self._end = len(self._segments) - 1, self._segments[-1].end
        else:
            self._segments.append(self._create(self._next_seq))

    def _create(self, first_seq: int) -> Segment:
        return Segment.create(self._files, self._directory.log, FileHeader(secrets.randbits(64), first_seq))

    # appending and reading, in the store's thread

    def append(self, seq: int, parts: Sequence[bytes], urgent: bool = False) -> int:
        size = FRAME_HEADER_SIZE + sum(map(len, parts))
        if size > segment.MAX_BODY:
            raise StorageError(f"a frame of {size} bytes is too large: at most {segment.MAX_BODY}")
        with self._changed:
            if self._error is not None:
                raise StorageError(f"the disk failed: {self._error}") from self._error
            self._check_room(size, _URGENT_RESERVE_BYTES if urgent else _RESERVE_BYTES)
            if self._end + size > self._segment_bytes and self._end > segment.FILE_HEADER_SIZE:
                self._number, self._end = self._number + 1, segment.FILE_HEADER_SIZE
            at, self._end = self._end, self._end + size
            self._free -= size
            self._queued_bytes += size
            self._queue.append(_Queued(self._number, at, seq, size, parts))
            self._changed.notify_all()
        return self._number << _SHIFT | at + FRAME_HEADER_SIZE

    def _check_room(self, size: int, reserve: int) -> None:
        if self._free - size < reserve:
            self._measure_room()
        if self._stalled or self._free - size < reserve:
            raise StorageFull(f"{self._directory.log}: less than {_RESERVE_BYTES >> 20} MB free on the disk; "
                              "writes are refused until space is freed")

    def _measure_room(self) -> None:
        self._free = self._files.free_bytes(self._directory.log) - self._queued_bytes

    def keep(self, position: int, data: bytes) -> None:
        self._cache.put(position, data, upto=self._written)

    def read(self, position: int, size: int) -> bytes:
        cached = self._cache.get(position)
        if cached is not None:
            return cached
        data = self._files.read(self._segments[position >> _SHIFT].file, position & _OFFSET, size)
        if len(data) != size:
            path = self._segments[position >> _SHIFT].path
            raise CorruptLog(f"{path}: {size} bytes at {position & _OFFSET} cannot be read")
        return data

    def release(self, position: int, size: int) -> None:
        """Space on disk is not given back yet."""
        self._cache.drop(position)

    # writing, in the writer's thread (or in sync)

    def start(self, synced: Callable[[int], None], failed: Callable[[BaseException], None]) -> None:
        self._on_synced, self._on_failed = synced, failed
        self._writer = threading.Thread(target=self._run, name="log-writer", daemon=True)
        self._writer.start()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._queue or self._closing)
                if not self._queue:
                    return
            try:
                seq = self._write_group()
            except _Full as full:
                if self._waits_for_room():
                    continue
                self._give_up(full)
                return
            except BaseException as error:
                self._give_up(error)
                return
            self._on_synced(seq)

    def _waits_for_room(self) -> bool:
        """False when it is time to close: what is queued was never acknowledged."""
        with self._changed:
            self._stalled = True
            return not self._changed.wait_for(lambda: self._closing, _RETRY_SECONDS)

    def _give_up(self, error: BaseException) -> None:
        with self._changed:
            self._error = error
            self._changed.notify_all()
        self._on_failed(error)

    def sync(self) -> int:
        if self._writer is None:
            self._write_all()
            return self.synced
        with self._changed:
            self._changed.wait_for(lambda: self._error is not None or not self._queue)
            if self._error is not None:
                raise OSError(*self._error.args) from self._error
        return self.synced

    def _write_all(self) -> None:
        while self._queue:
            try:
                self._write_group()
            except BaseException as error:
                self._give_up(error)
                raise

    def _write_group(self) -> int:
        group = self._take()
        try:
            current = self._segment_of(group[0])
            self._files.write(current.file, group[0].at, self._packed(group, current))
        except OSError as error:
            if is_full(error):
                raise _Full(*error.args) from error
            raise
        self._files.sync(current.file)
        self._directory.write_mark(group[-1].seq)
        with self._changed:
            for queued in group:
                self._queue.popleft()
                self._queued_bytes -= queued.size
            self._stalled = False
            self.synced = group[-1].seq
            self._written = group[-1].segment << _SHIFT | group[-1].at
            self._measure_room()
            self._changed.notify_all()
        return self.synced

    def _segment_of(self, queued: _Queued) -> Segment:
        if queued.segment >= len(self._segments):
            self._segments.append(self._create(queued.seq))
        return self._segments[queued.segment]

    def _take(self) -> list[_Queued]:
        """The next frames that go into one segment, without removing them from the queue."""
        group: list[_Queued] = []
        with self._changed:
            for queued in self._queue:
                if group and (queued.segment != group[0].segment or queued.at - group[0].at > _GROUP_BYTES):
                    break
                group.append(queued)
        return group

    def _packed(self, group: Sequence[_Queued], current: Segment) -> bytes:
        assert current.header is not None
        pieces: list[bytes] = []
        for queued in group:
            body = b"".join(queued.parts)
            pieces += (segment.pack_frame(queued.seq, self.synced, current.header.file_id, body), body)
        return b"".join(pieces)

    def close(self) -> None:
        """Writes what is queued, if that is possible."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        try:
            if self._writer is not None:
                self._writer.join()
            elif self._error is None:
                self._write_all()
        finally:
            for opened in self._segments:
                self._files.close(opened.file)
            self._segments.clear()
            self._directory.close()
