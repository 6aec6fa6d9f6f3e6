"""What a task made, as records of its target topic."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

from rowtime.engine.keys import key_writer, windowed_partition
from rowtime.engine.topology import Target
from rowtime.errors import SerdeError
from rowtime.log.api import Output, Record
from rowtime.serde import writer

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


class Encoder:
    """(key, row, timestamp[, old row]) → outputs. `ready` once the schema ids are known."""

    def __init__(self, target: Target, partitions: int = 1):
        self.target, self.partitions, self.topic = target, partitions, target.topic
        self.ready = False

    def open(self, key_id: int, value_id: int) -> None:
        t = self.target
        self.keys = key_writer(t.key_format, t.key, t.window, key_id)
        self.values = writer(t.value_format, t.value, value_id)
        self.ready = True

    def __call__(self, made: Sequence[Any]) -> tuple[list[Output], list[str]]:
        """The outputs, and what could not be written."""
        if not made:
            return [], []
        keys, values = self.keys([m[0] for m in made]), self.values([m[1] for m in made])
        if self.target.changes:
            values = [join_change(v, w) for v, w in zip(values, self.values([m[3] for m in made]), strict=True)]
        topic, window, outputs, problems = self.topic, self.target.window, [], []
        for key, value, m in zip(keys, values, made, strict=True):
            if isinstance(key, SerdeError) or isinstance(value, SerdeError):
                problems.append(str(key if isinstance(key, SerdeError) else value))
                continue
            place = None if window is None or self.partitions == 1 else windowed_partition(key, window, self.partitions)
            outputs.append(Output(topic, place, Record(key, value, m[2])))
        return outputs, problems
