"""Records on their way into a task: polled, decoded, waiting in their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from rowtime.engine.keys import KeyReader, key_reader, nothing
from rowtime.engine.output import layout_of, places_of, split_change
from rowtime.engine.stretch import Stretch
from rowtime.engine.timestamps import read_number, timestamp_reader
from rowtime.engine.topology import Input
from rowtime.errors import SerdeError
from rowtime.log.columns import Columns, Records, Rows, joined
from rowtime.serde import reader
from rowtime.serde.api import Reader, SchemaById


class Decoder:
    """Turns an input's records into a stretch. KeyError(id): a writer's schema is to be fetched first."""

    def __init__(self, source: Input, schemas: SchemaById, strict_timestamps: bool = False):
        self.keys: KeyReader = key_reader(source.key_format, source.key, source.window, schemas)
        self.values: Reader = reader(source.value_format, source.value, source.used, schemas)
        self.changes = source.changes
        self.when: Callable[[Any], int] | None = None
        self.position, self.of_key = 0, source.key_timestamp
        self.strict = strict_timestamps
        self.layout = layout_of(source)
        self.choices: dict[Any, list[int]] = {}
        if source.timestamp is not None:
            self.position, t, pattern = source.timestamp
            self.when = timestamp_reader(t, pattern)

    def __call__(self, records: Records, box: Inbox | None, offsets: Sequence[int],
                 boxes: Sequence[Inbox] = ()) -> Stretch:
        """`box`, `offsets` and `boxes` are the stretch's."""
        if isinstance(records, Rows):
            mine = self._mine(records)
            if mine is None:
                return self(records.written(), box, offsets, boxes)
            keys = [None if k is None or nothing(k) else k for k in records.keys]
            return self._checked(Stretch(box, offsets, records.times, keys, mine, boxes=boxes))
        keys, olds, values = self.keys(records.keys), None, records.values
        if self.changes:
            pairs = [split_change(v) for v in values]
            values, olds = [p[0] for p in pairs], self.values([p[1] for p in pairs])
        return self._checked(Stretch(box, offsets, records.times, keys, self.values(values), olds, boxes=boxes))

    def _mine(self, records: Rows) -> Sequence[Any] | None:
        """The writer's rows as rows of this side; None where their bytes have to be read."""
        theirs = records.writer.layout
        if self.layout is None or self.layout == theirs:
            return None if self.layout is None else records.rows
        if theirs not in self.choices:
            self.choices[theirs] = places_of(self.layout, theirs)
        places = self.choices[theirs]
        if not places:
            return None
        chosen = itemgetter(*places) if len(places) > 1 else lambda row, at=places[0]: (row[at],)
        return [None if row is None else chosen(row) for row in records.rows]

    def _checked(self, s: Stretch) -> Stretch:
        """With event times, and without what could not be read."""
        times = self._times(s)
        if times is not None and SerdeError not in set(map(type, s.rows)) and SerdeError not in set(map(type, s.keys)):
            s.times = times
            return s
        s.times, s.keys, s.rows, s.problems = list(s.times), list(s.keys), list(s.rows), {}
        for i in range(len(s)):
            problem = self._problem(s, i)
            if problem:
                s.keys[i] = s.rows[i] = None
                s.problems[i] = problem
        return s

    def _times(self, s: Stretch) -> Sequence[int] | None:
        """Event times where all are plain; None where each record has to be looked at."""
        if self.when is None or not s.times:
            return s.times
        if self.when is not read_number:
            return None
        position, of_key = self.position, self.of_key
        try:
            times = [ts if v is None else (k if of_key else v)[position]
                     for ts, k, v in zip(s.times, s.keys, s.rows, strict=True)]
            return times if min(times) >= 0 else None
        except TypeError:
            return None

    def _problem(self, s: Stretch, i: int) -> str:
        """Why a record cannot be taken, '' if it can; its event time is put in its place."""
        key, row = s.keys[i], s.rows[i]
        for part in (key, row):
            if isinstance(part, SerdeError):
                return str(part) or "it cannot be read"
        if self.when is None or row is None:
            return ""
        try:
            s.times[i] = self.when((key if self.of_key else row)[self.position])  # type: ignore[index]
        except Exception as e:
            if self.strict:
                raise ValueError("Fatal user code error in TimestampExtractor callback for record") from e
            return f"Failed to extract the timestamp: {e}"
        return ""


@dataclass(slots=True, eq=False)
class Inbox:
    """What one partition of one input holds ready; of the first stretch, what comes before `at` has been taken.

    raw         first offset and pieces of what was polled and not decoded
    following   the offset behind what was polled last
    """

    input: int
    topic: str
    partition: int
    reader: str
    decoder: Decoder
    ready: deque[Stretch] = field(default_factory=deque)
    raw: deque[tuple[int, list[Records]]] = field(default_factory=deque)
    at: int = 0
    following: int = -1

    def arrived(self, offset: int, records: Records) -> None:
        """Records that were polled; neighbours in bytes are decoded together."""
        if not len(records):
            return
        before = self.raw[-1][1] if self.raw and offset == self.following else None
        if before is not None and isinstance(records, Columns) and isinstance(before[0], Columns):
            before.append(records)
        else:
            self.raw.append((offset, [records]))
        self.following = offset + len(records)

    def decode(self) -> None:
        """All that was polled; what is left in `raw` after a KeyError is tried again."""
        while self.raw:
            first, pieces = self.raw[0]
            records = joined(pieces)
            self.ready.append(self.decoder(records, self, range(first, first + len(records))))
            self.raw.popleft()

    def take(self, most: int) -> Stretch:
        """The next records: what its first stretch has left, `most` at most."""
        first, at = self.ready[0], self.at
        end = min(at + most, len(first))
        if end == len(first):
            self.ready.popleft()
            self.at = 0
        else:
            self.at = end
        return first if end - at == len(first) else first[at:end]
