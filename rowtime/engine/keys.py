"""Keys as bytes: a reader and a writer for plain and windowed keys."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from itertools import repeat
from typing import Any

from rowtime.engine.metastore import WindowInfo
from rowtime.log.partitioner import partition_of
from rowtime.serde import reader, writer
from rowtime.serde.api import Format, SchemaById, Writer
from rowtime.sql.ast import WindowType
from rowtime.sql.types import STRING, Column

Key = tuple[Any, ...]
KeyReader = Callable[[Sequence[bytes | None]], list[Any]]
KeyWriter = Callable[[Sequence[Key]], list[Any]]
_LONG = struct.Struct(">q")
_TWO = struct.Struct(">qq")


def key_reader(fmt: Format, columns: Sequence[Column], window: WindowInfo | None, schemas: SchemaById) -> KeyReader:
    """Bytes to key tuples; a windowed key's last two elements are its bounds. None stays None."""
    if not columns:
        return lambda values: [()] * len(values)
    fmt = replace(fmt, wrap=len(columns) > 1)
    read = reader(fmt, columns, {c.name for c in columns}, schemas)
    if window is None:
        return read  # type: ignore[return-value]
    width = 16 if window.type is WindowType.SESSION else 8

    def read_windowed(values: Sequence[bytes | None]) -> list[Any]:
        rows = read([v[:-width] if v is not None and len(v) >= width else None for v in values])
        return [row if v is None or not isinstance(row, tuple) else (*row, *bounds(v, window))
                for v, row in zip(values, rows, strict=True)]

    return read_windowed


def bounds(data: bytes, window: WindowInfo) -> tuple[int, int]:
    """Start and end (ms) of a windowed key."""
    if window.type is WindowType.SESSION:
        end, start = _TWO.unpack_from(data, len(data) - 16)
        return start, end
    start = _LONG.unpack_from(data, len(data) - 8)[0]
    return start, start + (window.size or 0)


def key_writer(fmt: Format, columns: Sequence[Column], window: WindowInfo | None, schema_id: int) -> KeyWriter:
    """Key tuples to bytes; no column, or nothing but NULL: None."""
    if not columns:
        return lambda keys: [None] * len(keys)
    fmt = replace(fmt, wrap=len(columns) > 1)
    write = writer(fmt, columns, schema_id)
    if window is None and len(columns) == 1:
        return lambda keys: write([None if k[0] is None else k for k in keys])
    if window is None:
        return lambda keys: write([None if nothing(k) else k for k in keys])
    sessions = window.type is WindowType.SESSION
    windowed = windowed_writer(write, len(columns), sessions)
    return text_writer(windowed) if fmt.name == "KAFKA" and columns[0].type == STRING and not sessions else windowed


class Starts(dict[int, bytes]):
    """Windows' starts as bytes: the same few come again and again."""

    MOST = 10_000

    def __missing__(self, start: int) -> bytes:
        if len(self) >= self.MOST:
            self.clear()
        data = self[start] = _LONG.pack(start)
        return data


def text_writer(otherwise: KeyWriter) -> KeyWriter:
    """Texts without NULL, then the window's start, in one go."""
    starts = Starts()

    def write_keys(keys: Sequence[Key]) -> list[Any]:
        try:
            return [key[0].encode() + starts[key[1]] for key in keys]
        except AttributeError:
            return otherwise(keys)

    return write_keys


def windowed_writer(write: Writer, width: int, sessions: bool) -> KeyWriter:
    """The key's bytes, then the window's start; a session's end and start."""
    pack, pack_two = _LONG.pack, _TWO.pack

    def write_windowed(keys: Sequence[Key]) -> list[Any]:
        *columns, starts, ends = zip(*keys, strict=True)
        if width == 1:
            plain = write([None if value is None else (value,) for value in columns[0]])
        else:
            plain = write([None if nothing(k) else k for k in zip(*columns, strict=True)])
        tails = map(pack_two, ends, starts) if sessions else map(pack, starts)
        return [data + tail if isinstance(data, bytes) else data or tail
                for data, tail in zip(plain, tails, strict=True)]

    return write_windowed


def nothing(key: Key) -> bool:
    """Whether it stands for a null key; several columns make a document even when all are NULL."""
    return len(key) == 1 and key[0] is None or key is null_key(len(key))


@cache
def null_key(width: int) -> Key:
    """The key tuple of a record that has none; told from other tuples of NULLs by identity."""
    return tuple([None] * width)


def windowed_partitions(keys: Sequence[bytes | None], window: WindowInfo, partitions: int) -> list[int]:
    """Windowed records go where their keys without the window go."""
    width = 16 if window.type is WindowType.SESSION else 8
    return list(map(partition_of, [(key or b"")[:-width] for key in keys], repeat(partitions)))
