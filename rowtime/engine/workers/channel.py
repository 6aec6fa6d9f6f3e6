"""Messages between the processes of an engine: a length, then plain values (`rowtime.engine.snapshot.pack`).

A question is (number, name, arguments), its answer (number, value or None, error or None); a message with number 0 is
not answered. Standard input and output of the worker carry them, so that it notices when the other end is gone.
"""

from __future__ import annotations

from typing import Any

from rowtime.engine.snapshot import pack, unpack
from rowtime.errors import RowtimeError

PREFIX = 4


def message(number: int, *parts: Any) -> bytes:
    data = pack((number, *parts))
    return len(data).to_bytes(PREFIX, "big") + data


def size_of(prefix: bytes) -> int:
    return int.from_bytes(prefix, "big")


def content(data: bytes) -> Any:
    """What `message` was given."""
    found = unpack(data)
    if found is None:
        raise RowtimeError("a message between the engine's processes is damaged")
    return found
