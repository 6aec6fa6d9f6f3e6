"""Neighbouring records, column by column: how they pass between log and engine, so that a stretch of them costs a few
calls and not a few a record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from typing import Any, NamedTuple, overload

Headers = tuple[tuple[str, bytes | None], ...]


class Record(NamedTuple):
    """One record: key and value bytes (None allowed), timestamp in ms."""

    key: bytes | None
    value: bytes | None
    timestamp: int
    headers: Headers = ()


_RECORD: Callable[[Any], Record] = partial(tuple.__new__, Record)


@dataclass(slots=True, eq=False)
class Columns(Sequence[Record]):
    """Records as bytes: lists of one length; `headers` None where no record has any. As a sequence: its records."""

    keys: Sequence[bytes | None]
    values: Sequence[bytes | None]
    times: Sequence[int]
    headers: Sequence[Headers] | None = None

    @classmethod
    def of(cls, records: Iterable[Record]) -> Columns:
        """The same records."""
        if isinstance(records, Columns):
            return records
        keys, values, times, headers = zip(*records, strict=True) if (records := list(records)) else ((), (), (), ())
        return cls(keys, values, times, headers if any(headers) else None)

    def __len__(self) -> int:
        return len(self.times)

    @overload
    def __getitem__(self, at: int) -> Record: ...
    @overload
    def __getitem__(self, at: slice) -> Columns: ...
    def __getitem__(self, at: int | slice) -> Record | Columns:
        headers = self.headers
        if isinstance(at, slice):
            cut = None if headers is None else headers[at]
            return Columns(self.keys[at], self.values[at], self.times[at], cut)
        return Record(self.keys[at], self.values[at], self.times[at], () if headers is None else headers[at])

    def __iter__(self) -> Iterator[Record]:
        headers = repeat(()) if self.headers is None else self.headers
        return map(_RECORD, zip(self.keys, self.values, self.times, headers, strict=False))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def chosen(self, places: Sequence[int]) -> Columns:
        """The records at these places, in that order."""
        headers = None if self.headers is None else [self.headers[i] for i in places]
        keys, values, times = self.keys, self.values, self.times
        return Columns([keys[i] for i in places], [values[i] for i in places], [times[i] for i in places], headers)


class Row(NamedTuple):
    """A record as the engine has it: key tuple, row tuple (None allowed), timestamp in ms."""

    key: Any
    row: Any
    timestamp: int


_ROW: Callable[[Any], Row] = partial(tuple.__new__, Row)


@dataclass(slots=True, eq=False)
class Rows:
    """Records in the process that made them, whose bytes are made when somebody asks for them.

    keys, rows   as the engine has them, see rowtime.serde.api
    writer       `writer.write(keys, rows, times)` gives their Columns; `writer.layout`: who may take them as they are
    columns      their bytes, where they are known already
    """

    keys: Sequence[Any]
    rows: Sequence[Any]
    times: Sequence[int]
    writer: Any
    columns: Columns | None = None

    def __len__(self) -> int:
        return len(self.times)

    def __getitem__(self, at: slice) -> Rows:
        known = None if self.columns is None else self.columns[at]
        return Rows(self.keys[at], self.rows[at], self.times[at], self.writer, known)

    def __iter__(self) -> Iterator[Row]:
        return map(_ROW, zip(self.keys, self.rows, self.times, strict=True))

    def written(self) -> Columns:
        """Their bytes."""
        if self.columns is None:
            self.columns = self.writer.write(self.keys, self.rows, self.times)
        return self.columns

    def chosen(self, places: Sequence[int]) -> Rows:
        """The records at these places, in that order."""
        known = None if self.columns is None else self.columns.chosen(places)
        keys, rows, times = ([column[i] for i in places] for column in (self.keys, self.rows, self.times))
        return Rows(keys, rows, times, self.writer, known)


Records = Columns | Rows


def joined(pieces: Sequence[Records]) -> Records:
    """Neighbouring pieces, all of one kind, as one."""
    if len(pieces) == 1:
        return pieces[0]
    if isinstance(pieces[0], Rows):
        keys, rows, times = map(list, zip(*(row for piece in pieces for row in piece), strict=True))
        return Rows(keys, rows, times, pieces[0].writer)
    return all_of([piece for piece in pieces if isinstance(piece, Columns)])


def all_of(pieces: Sequence[Columns]) -> Columns:
    """Neighbouring pieces as one."""
    if len(pieces) == 1:
        return pieces[0]
    if any(piece.headers for piece in pieces):
        return Columns.of([record for piece in pieces for record in piece])
    return Columns([k for p in pieces for k in p.keys], [v for p in pieces for v in p.values],
                   [t for p in pieces for t in p.times])


def columns_of(records: Records) -> Columns:
    """The same records as bytes."""
    return records.written() if isinstance(records, Rows) else records
