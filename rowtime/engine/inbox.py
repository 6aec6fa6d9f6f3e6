"""Records on their way into a task: polled, decoded, waiting in their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import repeat
from typing import Any, NamedTuple

from rowtime.engine.keys import KeyReader, key_reader, nothing
from rowtime.engine.output import layout_of, split_change
from rowtime.engine.timestamps import read_number, timestamp_reader
from rowtime.engine.topology import Input
from rowtime.errors import SerdeError
from rowtime.log.api import Record, Unwritten
from rowtime.serde import reader
from rowtime.serde.api import Reader, SchemaById


class Arrived(NamedTuple):
    """One record as a task takes it; `problem` where it could not be read (it is skipped and logged)."""

    ts: int
    key: Any
    row: Any
    offset: int
    old: Any = None
    problem: str = ""


_ARRIVED: Callable[[Any], Arrived] = partial(tuple.__new__, Arrived)


class Decoder:
    """Turns an input's records into Arrived. KeyError(id): a writer's schema is to be fetched first."""

    def __init__(self, source: Input, schemas: SchemaById, strict_timestamps: bool = False):
        self.keys: KeyReader = key_reader(source.key_format, source.key, source.window, schemas)
        self.values: Reader = reader(source.value_format, source.value, source.used, schemas)
        self.changes = source.changes
        self.when: Callable[[Any], int] | None = None
        self.position, self.of_key = 0, source.key_timestamp
        self.strict = strict_timestamps
        self.layout = layout_of(source)
        if source.timestamp is not None:
            self.position, t, pattern = source.timestamp
            self.when = timestamp_reader(t, pattern)

    def __call__(self, records: Sequence[Record], first: int) -> list[Arrived]:
        if records and isinstance(records[0], Unwritten):
            return self._handed(records, first)  # type: ignore[arg-type]
        keys = self.keys([r[0] for r in records])
        if self.changes:
            pairs = [split_change(r[1]) for r in records]
            now, was = self.values([p[0] for p in pairs]), self.values([p[1] for p in pairs])
            return [Arrived(r[2], k, n, o, w)
                    for o, (r, k, n, w) in enumerate(zip(records, keys, now, was, strict=True), first)]
        return self._arrived(records, keys, self.values([r[1] for r in records]), first)

    def _handed(self, records: Sequence[Unwritten], first: int) -> list[Arrived]:
        """What a query in this process made: as it is, or written and read where this side's columns are others."""
        if self.layout is None or self.layout != records[0].writer.layout:
            return self([r.writer.write(r) for r in records], first)
        keys = [None if r[0] is None or nothing(r[0]) else r[0] for r in records]
        return self._arrived(records, keys, [r[1] for r in records], first)

    def _arrived(self, records: Sequence[Any], keys: Sequence[Any], rows: Sequence[Any], first: int) -> list[Arrived]:
        times = self._times(records, rows, keys)
        if times is None or SerdeError in set(map(type, rows)) or SerdeError in set(map(type, keys)):
            return [self._checked(Arrived(r[2], k, v, o))
                    for o, (r, k, v) in enumerate(zip(records, keys, rows, strict=True), first)]
        offsets = range(first, first + len(rows))
        return list(map(_ARRIVED, zip(times, keys, rows, offsets, repeat(None), repeat(""))))

    def _times(self, records: Sequence[Any], rows: Sequence[Any], keys: Sequence[Any]) -> list[int] | None:
        """Event times where all are plain; None where each record has to be looked at."""
        times = [r[2] for r in records]
        if self.when is None or not times:
            return times
        if self.when is not read_number:
            return None
        position, of_key = self.position, self.of_key
        try:
            times = [ts if v is None else (k if of_key else v)[position]
                     for ts, k, v in zip(times, keys, rows, strict=True)]
            return times if min(times) >= 0 else None
        except TypeError:
            return None

    def _checked(self, a: Arrived) -> Arrived:
        for part in (a.key, a.row):
            if isinstance(part, SerdeError):
                return Arrived(a.ts, None, None, a.offset, problem=str(part) or "it cannot be read")
        if self.when is None or a.row is None:
            return a
        try:
            return a._replace(ts=self.when((a.key if self.of_key else a.row)[self.position]))
        except Exception as e:
            if self.strict:
                raise ValueError("Fatal user code error in TimestampExtractor callback for record") from e
            return Arrived(a.ts, None, None, a.offset, problem=f"Failed to extract the timestamp: {e}")


@dataclass(slots=True)
class Inbox:
    """What one partition of one input holds ready."""

    input: int
    topic: str
    partition: int
    reader: str
    decoder: Decoder
    ready: deque[Arrived] = field(default_factory=deque)
    raw: deque[tuple[int, Sequence[Record]]] = field(default_factory=deque)

    def decode(self) -> None:
        """All that was polled; what is left in `raw` after a KeyError is tried again."""
        while self.raw:
            first, records = self.raw[0]
            self.ready.extend(self.decoder(records, first))
            self.raw.popleft()
