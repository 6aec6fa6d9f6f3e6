"""A step of the engine as bytes: in its frame, and on its way to the broker, which does not look at its facts.

Integers are big endian, those of arrays little endian.
"""

from __future__ import annotations

import json
import struct
import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_STEP = struct.Struct(">HIH")
_PLACE = struct.Struct(">HI")
_FACTS = struct.Struct(">HI")
Place = tuple[str, int]
Run = tuple[str, int, int, int]


@dataclass(frozen=True, slots=True)
class StepInfo:
    """A step without its outputs (see `rowtime.log.api.Step`).

    facts    what it consumed and recorded: `pack_facts`
    targets  (topic, partition) of each batch in the frame, if there are several
    order    for each record in the order produced, the number of its batch; empty: batch after batch
    """

    task: str
    facts: bytes = b""
    targets: Sequence[Place] = ()
    order: Sequence[int] = ()


def encode_step(step: StepInfo) -> bytes:
    """Sizes, task, facts, targets, order."""
    task = step.task.encode()
    sizes = _STEP.pack(len(task), len(step.facts), len(step.targets))
    return b"".join((sizes, task, step.facts, _pack_places(step.targets), pack_order(step.order)))


def task_of(data: bytes | memoryview) -> str:
    """The task of an encoded step."""
    size = _STEP.unpack_from(data)[0]
    return str(data[_STEP.size : _STEP.size + size], "utf-8")


def decode_step(data: bytes) -> StepInfo:
    task_size, facts_size, count = _STEP.unpack_from(data)
    at = _STEP.size + task_size
    facts = data[at : at + facts_size]
    targets, at = _unpack_places(data, at + facts_size, count)
    return StepInfo(task_of(data), facts, targets, unpack_order(data[at:]))


def _pack_places(places: Sequence[Place]) -> bytes:
    parts: list[bytes] = []
    for topic, partition in places:
        name = topic.encode()
        parts += (_PLACE.pack(len(name), partition), name)
    return b"".join(parts)


def _unpack_places(data: bytes, at: int, count: int) -> tuple[list[Place], int]:
    """So many places, and where they end."""
    places = []
    for _ in range(count):
        size, partition = _PLACE.unpack_from(data, at)
        at += _PLACE.size + size
        places.append((str(data[at - size : at], "utf-8"), partition))
    return places, at


def pack_facts(consumed: Sequence[Run], recorded: Any) -> bytes:
    """What a step read, run by run, and what replay cannot compute again (JSON-able)."""
    numbers: dict[Place, int] = {}
    which = array("H", [numbers.setdefault(run[:2], len(numbers)) for run in consumed])
    firsts, counts = array("q", [run[2] for run in consumed]), array("I", [run[3] for run in consumed])
    text = b"" if recorded is None else json.dumps(recorded, separators=(",", ":")).encode()
    arrays = [_bytes(numbers) for numbers in (which, firsts, counts)]
    return b"".join((_FACTS.pack(len(numbers), len(which)), _pack_places(list(numbers)), *arrays, text))


def unpack_facts(data: bytes) -> tuple[list[Run], Any]:
    place_count, run_count = _FACTS.unpack_from(data)
    places, at = _unpack_places(data, _FACTS.size, place_count)
    arrays: list[array[int]] = []
    for kind in "HqI":
        size = array(kind).itemsize * run_count
        arrays.append(_array(kind, data[at : at + size]))
        at += size
    runs = [(*places[number], first, count) for number, first, count in zip(*arrays, strict=True)]
    return runs, json.loads(data[at:]) if at < len(data) else None


def pack_order(order: Sequence[int]) -> bytes:
    """Batch numbers as 16-bit integers."""
    return _bytes(order if isinstance(order, array) else array("H", order))


def unpack_order(data: bytes | memoryview) -> array[int]:
    return _array("H", data)


def _bytes(numbers: array[int]) -> bytes:
    if sys.byteorder == "big":
        numbers = array(numbers.typecode, numbers)
        numbers.byteswap()
    return numbers.tobytes()


def _array(kind: Any, data: bytes | memoryview) -> array[int]:
    numbers = array(kind)
    numbers.frombytes(data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
