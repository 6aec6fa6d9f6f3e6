"""What a task made, as records of its target topic."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rowtime.engine.keys import key_writer, windowed_partitions
from rowtime.engine.metastore import WindowInfo
from rowtime.engine.topology import Input, Target
from rowtime.errors import SerdeError
from rowtime.log.api import Output
from rowtime.log.columns import Columns, Rows
from rowtime.serde import writer
from rowtime.serde.api import Format
from rowtime.serde.layout import layout, transferable
from rowtime.sql.types import Column

_SIZES = struct.Struct(">ii")


def join_change(now: Any, was: Any) -> Any:
    """A table's change in one value: the new row, the old one, the new one's length (-1: there is none)."""
    if isinstance(now, SerdeError) or isinstance(was, SerdeError):
        return now if isinstance(now, SerdeError) else was
    return (now or b"") + (was or b"") + _SIZES.pack(-1 if now is None else len(now), -1 if was is None else len(was))


def split_change(data: bytes | None) -> tuple[bytes | None, bytes | None]:
    if data is None:
        return None, None
    now, was = _SIZES.unpack_from(data, len(data) - _SIZES.size)
    return (None if now < 0 else data[:now]), (None if was < 0 else data[max(now, 0):max(now, 0) + was])


def layout_of(side: Target | Input) -> Any:
    """What two sides of a topic have in common when rows of one are rows of the other; None where bytes may differ."""
    return row_layout(side.key_format, side.key, side.value_format, side.value, side.window)


def row_layout(key_format: Format, key: Sequence[Column], value_format: Format, value: Sequence[Column],
               window: WindowInfo | None) -> Any:
    plain = value_format.name == "AVRO" and value_format.wrap and key_format.name in ("KAFKA", "AVRO")
    if not plain or not all(transferable(c.type) for c in (*key, *value)):
        return None
    return layout(key), layout(value), window


def places_of(mine: Any, theirs: Any) -> list[int]:
    """Where the value columns of a layout are among those of another with the same keys; empty: not all are there."""
    (key, value, window), (other_key, other_value, other_window) = mine, theirs
    if (key, window) != (other_key, other_window) or not set(value) <= set(other_value):
        return []
    return [other_value.index(column) for column in value]


@dataclass(frozen=True, slots=True)
class Given:
    """Stands in for the writer of rows that were handed in as rows."""

    layout: Any

    def write(self, keys: Sequence[Any], rows: Sequence[Any], times: Sequence[int]) -> Columns:
        raise ValueError("these rows were handed in as rows: only streams with the same columns can read them")


class Encoder:
    """(key, row, timestamp[, old row]) → output. `ready` once the schema ids are known.

    unwritten   rows go into a log in this process as they are; one that could not be written is not noticed
    """

    def __init__(self, target: Target, partitions: int = 1, unwritten: bool = False):
        self.target, self.partitions, self.topic = target, partitions, target.topic
        self.ready = False
        self.layout = None if target.changes else layout_of(target)
        self.unwritten = unwritten and partitions == 1 and self.layout is not None

    def open(self, key_id: int, value_id: int) -> None:
        self.ids = key_id, value_id
        self.ready = True
        if not self.unwritten:
            self.keys, self.values  # noqa: B018

    @cached_property
    def keys(self) -> Any:
        """The writer of keys, made when a first one is written."""
        t = self.target
        return key_writer(t.key_format, t.key, t.window, self.ids[0])

    @cached_property
    def values(self) -> Any:
        return writer(self.target.value_format, self.target.value, self.ids[1])

    def __call__(self, made: Sequence[Any]) -> tuple[list[Output], list[str]]:
        """The output, and what could not be written."""
        if not made or not self.topic:
            return [], []
        keys, rows, times, *olds = ([m[i] for m in made] for i in range(len(made[0])))
        given = None if self.layout is None else Rows(keys, rows, times, self)
        if self.unwritten and given is not None:
            return [Output(self.topic, given)], []
        columns = self._columns(keys, rows, times)
        if olds:
            columns.values = [join_change(v, w) for v, w in zip(columns.values, self.values(olds[0]), strict=True)]
        if given is not None:
            given.columns = columns
        if _has_problem(columns):
            good, problems = _good(columns)
            return ([self._output(columns.chosen(good), None)] if good else []), problems
        return [self._output(columns, given)], []

    def _columns(self, keys: Sequence[Any], rows: Sequence[Any], times: Sequence[int]) -> Columns:
        """The records' bytes, a SerdeError in the place of what cannot be written."""
        written: Any = self.keys(keys)
        values: Any = self.values(rows)
        return Columns(written, values, times)

    def _output(self, columns: Columns, rows: Rows | None) -> Output:
        window, places = self.target.window, None
        if window is not None and self.partitions > 1:
            places = windowed_partitions(columns.keys, window, self.partitions)
        return Output(self.topic, columns, places, rows)

    def write(self, keys: Sequence[Any], rows: Sequence[Any], times: Sequence[int]) -> Columns:
        """The records' bytes; ValueError for what cannot be written."""
        columns = self._columns(keys, rows, times)
        if _has_problem(columns):
            raise ValueError(_good(columns)[1][0])
        return columns


def _has_problem(columns: Columns) -> bool:
    return SerdeError in set(map(type, columns.keys)) or SerdeError in set(map(type, columns.values))


def _good(columns: Columns) -> tuple[list[int], list[str]]:
    """The places of what was written, and why the others were not."""
    problems: list[str] = []
    good = []
    for i, parts in enumerate(zip(columns.keys, columns.values, strict=True)):
        wrong = next((part for part in parts if isinstance(part, SerdeError)), None)
        if wrong is None:
            good.append(i)
        else:
            problems.append(str(wrong))
    return good, problems
