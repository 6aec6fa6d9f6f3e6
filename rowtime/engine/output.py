"""What a task made, as records of its target topic."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from typing import Any

from rowtime.engine.keys import key_writer, windowed_partition
from rowtime.engine.metastore import WindowInfo
from rowtime.engine.topology import Input, Target
from rowtime.errors import SerdeError
from rowtime.log.api import Output, Record, Unwritten
from rowtime.serde import writer
from rowtime.serde.api import Format
from rowtime.serde.handover import layout, transferable
from rowtime.sql.types import Column

_RECORD: Callable[[Any], Record] = partial(tuple.__new__, Record)
_OUTPUT: Callable[[Any], Output] = partial(tuple.__new__, Output)
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


@dataclass(frozen=True, slots=True)
class Given:
    """Stands in for the writer of rows that were handed in as rows."""

    layout: Any

    def write(self, record: Unwritten) -> Record:
        raise ValueError("these rows were handed in as rows: only streams with the same columns can read them")


class Encoder:
    """(key, row, timestamp[, old row]) → outputs. `ready` once the schema ids are known.

    unwritten   rows go into a log in this process as they are; one that could not be written is not noticed
    """

    def __init__(self, target: Target, partitions: int = 1, unwritten: bool = False):
        self.target, self.partitions, self.topic = target, partitions, target.topic
        self.ready = False
        self.layout = layout_of(target) if unwritten and partitions == 1 and not target.changes else None
        self.unwritten = self.layout is not None

    def open(self, key_id: int, value_id: int) -> None:
        t = self.target
        self.keys = key_writer(t.key_format, t.key, t.window, key_id)
        self.values = writer(t.value_format, t.value, value_id)
        self.ready = True

    def __call__(self, made: Sequence[Any]) -> tuple[list[Output], list[str]]:
        """The outputs, and what could not be written."""
        if not made or not self.topic:
            return [], []
        if self.unwritten:
            topic = self.topic
            return [Output(topic, 0, Unwritten(m[0], m[1], m[2], self)) for m in made], []  # type: ignore[arg-type]
        keys, values = self.keys([m[0] for m in made]), self.values([m[1] for m in made])
        if self.target.changes:
            values = [join_change(v, w) for v, w in zip(values, self.values([m[3] for m in made]), strict=True)]
        return self._outputs(keys, values, made)

    def write(self, record: Unwritten) -> Record:
        """The record's bytes; ValueError for what cannot be written."""
        key, value = self.keys([record.key])[0], self.values([record.row])[0]
        if isinstance(key, SerdeError) or isinstance(value, SerdeError):
            raise ValueError(str(key if isinstance(key, SerdeError) else value))
        return Record(key, value, record.timestamp)

    def _outputs(self, keys: Sequence[Any], values: Sequence[Any], made: Sequence[Any]) \
            -> tuple[list[Output], list[str]]:
        topic, window = self.topic, self.target.window
        outputs: list[Output] = []
        problems: list[str] = []
        if (window is None or self.partitions == 1) and SerdeError not in {*map(type, keys), *map(type, values)}:
            records = map(_RECORD, zip(keys, values, [m[2] for m in made], repeat(())))
            return list(map(_OUTPUT, zip(repeat(topic), repeat(None), records))), problems
        for key, value, m in zip(keys, values, made, strict=True):
            if isinstance(key, SerdeError) or isinstance(value, SerdeError):
                problems.append(str(key if isinstance(key, SerdeError) else value))
                continue
            place = None if window is None or self.partitions == 1 else windowed_partition(key, window, self.partitions)
            outputs.append(Output(topic, place, Record(key, value, m[2])))
        return outputs, problems
