"""One file of frames: its header, frame headers, and what a scan finds in it.

A frame header carries the file's random id and a running number, so that bytes of another file or an older life of
this one never parse; `synced` is the last frame known to be on disk when it was written: a hole before it is damage,
a hole after the last such mark is an unfinished write.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from rowtime.log.files import Files

_MAGIC = b"ROWTIME\x01"
_FILE = struct.Struct(">8sQQI")
FILE_HEADER_SIZE = 32
_FRAME_MAGIC = b"RtFr"
_FRAME = struct.Struct(">4sIQqQII")
FRAME_HEADER_SIZE = _FRAME.size
_WINDOW = 4 << 20
MAX_BODY = 0xFFFFFFFF


class FileHeader(NamedTuple):
    """A segment's random id, and the number of its first frame."""

    file_id: int
    first_seq: int


class FrameHeader(NamedTuple):
    size: int
    seq: int
    synced: int
    file_id: int
    crc: int


def name_of(first_seq: int) -> str:
    """File name of the segment that starts with a frame."""
    return f"{first_seq:020d}.log"


def pack_file_header(header: FileHeader) -> bytes:
    plain = _FILE.pack(_MAGIC, header.file_id, header.first_seq, 0)[:-4]
    return (plain + zlib.crc32(plain).to_bytes(4, "big")).ljust(FILE_HEADER_SIZE, b"\0")


def unpack_file_header(data: bytes) -> FileHeader | None:
    """None if the bytes are no header."""
    if len(data) < FILE_HEADER_SIZE:
        return None
    magic, file_id, first_seq, crc = _FILE.unpack_from(data)
    if magic != _MAGIC or crc != zlib.crc32(data[: _FILE.size - 4]):
        return None
    return FileHeader(file_id, first_seq)


def pack_frame(seq: int, synced: int, file_id: int, body: bytes) -> bytes:
    """Header of the frame with this body."""
    plain = _FRAME.pack(_FRAME_MAGIC, len(body), seq, synced, file_id, zlib.crc32(body), 0)[:-4]
    return plain + zlib.crc32(plain).to_bytes(4, "big")


def unpack_frame(data: bytes | memoryview) -> FrameHeader | None:
    """None if the bytes are no header."""
    if len(data) < FRAME_HEADER_SIZE:
        return None
    magic, size, seq, synced, file_id, crc, own = _FRAME.unpack_from(data)
    if magic != _FRAME_MAGIC or own != zlib.crc32(data[: FRAME_HEADER_SIZE - 4]):
        return None
    return FrameHeader(size, seq, synced, file_id, crc)


class Found(NamedTuple):
    """A good frame: its header, where its body starts in the file, the body."""

    header: FrameHeader
    at: int
    body: memoryview


class Segment:
    """An open segment file; `end` is where the next frame goes."""

    def __init__(self, files: Files, path: Path, file: int, header: FileHeader | None):
        self.files, self.path, self.file, self.header = files, path, file, header
        self.end = FILE_HEADER_SIZE

    @classmethod
    def open(cls, files: Files, path: Path) -> Segment:
        file = files.open(path)
        return cls(files, path, file, unpack_file_header(files.read(file, 0, FILE_HEADER_SIZE)))

    @classmethod
    def create(cls, files: Files, directory: Path, header: FileHeader) -> Segment:
        """On disk, name and all, before the first frame goes in."""
        path = directory / name_of(header.first_seq)
        file = files.create(path)
        try:
            files.write(file, 0, pack_file_header(header))
        except OSError:
            files.close(file)
            files.unlink(path)
            raise
        files.sync(file)
        files.sync_directory(directory)
        return cls(files, path, file, header)

    def scan(self, expected: int) -> Iterator[Found]:
        """Good frames numbered from `expected` on; `end` moves along and stays before the first that is not good."""
        window = _Window(self.files, self.file)
        while True:
            header = unpack_frame(window.view(self.end, FRAME_HEADER_SIZE))
            if header is None or header.seq != expected or header.file_id != self._file_id:
                return
            at = self.end + FRAME_HEADER_SIZE
            body = window.view(at, header.size)
            if len(body) != header.size or zlib.crc32(body) != header.crc:
                return
            self.end = at + header.size
            yield Found(header, at, body)
            expected += 1

    @property
    def _file_id(self) -> int:
        return -1 if self.header is None else self.header.file_id

    def synced_after(self, at: int) -> int:
        """Highest `synced` mark of the frame headers behind `at`, good body or not; -1 without any."""
        best = -1
        window = _Window(self.files, self.file)
        while (at := window.find(_FRAME_MAGIC, at)) >= 0:
            header = unpack_frame(window.view(at, FRAME_HEADER_SIZE))
            if header is not None and (self.header is None or header.file_id == self._file_id):
                best = max(best, header.synced)
            at += 1
        return best


class _Window:
    """Reads a file in large pieces and shows parts of them."""

    def __init__(self, files: Files, file: int):
        self._files, self._file = files, file
        self._at, self._data = 0, b""

    def view(self, at: int, size: int) -> memoryview:
        """The bytes there, fewer at the end of the file."""
        start = at - self._at
        if start < 0 or start + size > len(self._data):
            self._at, start = at, 0
            self._data = self._files.read(self._file, at, max(size, _WINDOW))
        return memoryview(self._data)[start : start + size]

    def find(self, wanted: bytes, at: int) -> int:
        """Where the bytes come next, at or behind `at`; -1: nowhere."""
        while True:
            data = bytes(self.view(at, _WINDOW))
            found = data.find(wanted)
            if found >= 0:
                return at + found
            if len(data) < _WINDOW:
                return -1
            at += len(data) - len(wanted) + 1
