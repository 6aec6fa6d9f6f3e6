"""Inputs nobody should send: damaged bytes, unknown schemas, impossible values, bombs, huge records, odd keys."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, NamedTuple

from campaigns.harness.enriched import SCHEMA_TEXT, START, payload, row
from campaigns.observed import DEAD, FLAG

POOL = 500
UNKNOWN_IDS = range(1_000, 1_300)
HUGE_BYTES = 900_000
HUGE_EVERY, AHEAD_EVERY = 20_000, 100_000
NUMBERS = (float("nan"), float("inf"), float("-inf"), 1e308, -1e308, -1.0, -0.0, 5e-324, None)
TEXTS = ("", "\0", "Ж" * 50, "x" * 5_000, "😀", "' OR 1=1 --", "../../etc/passwd", "NaN", None)
FRAME = 5


class Fuzzed(NamedTuple):
    """A record for the input topic. due: what must become of it, None where either may be right."""

    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, str | bytes | None]] | None
    due: str | None

    @property
    def as_read(self) -> tuple[tuple[str, bytes | None], ...]:
        """The headers as a consumer reads them."""
        return tuple((name, value.encode() if isinstance(value, str) else value) for name, value in self.headers or ())


class Mutator:
    """Makes fuzzed records without end. schema_ids: those the registry knows."""

    def __init__(self, seed: int, schema_ids: tuple[int, ...] = (1, 2, 3)) -> None:
        self._random, self._ids = Random(seed), schema_ids
        self._rows = [row(number) for number in range(POOL)]
        self._good = [payload(each) for each in self._rows]
        self._doubles = [f["name"] for f in json.loads(SCHEMA_TEXT)["fields"] if f["type"][1] == "double"]
        self._strings = [f["name"] for f in json.loads(SCHEMA_TEXT)["fields"] if f["type"][1] == "string"]
        self._ways: tuple[Callable[[], tuple[bytes | None, str | None]], ...] = (
            self._valid, self._noise, self._cut, self._flipped, self._flipped, self._spliced, self._unknown,
            self._wrong_schema, self._empty, self._number, self._number, self._text, self._lengths, self._varints)

    def __iter__(self) -> Iterator[Fuzzed]:
        number = 0
        while True:
            number += 1
            value, due = self._value(number)
            key = self._key()
            if not key:
                due = DEAD
            yield Fuzzed(key, value, self._headers(), due)

    def _value(self, number: int) -> tuple[bytes | None, str | None]:
        if number % HUGE_EVERY == 0:
            return self._huge()
        if number % AHEAD_EVERY == AHEAD_EVERY // 2:
            return payload(row(1, EVENT_TIME=START * 3)), DEAD
        return self._random.choice(self._ways)()

    def _valid(self) -> tuple[bytes | None, str | None]:
        return self._random.choice(self._good), FLAG

    def _noise(self) -> tuple[bytes | None, str | None]:
        return self._random.randbytes(self._random.randrange(200)), None

    def _cut(self) -> tuple[bytes | None, str | None]:
        good = self._random.choice(self._good)
        return good[:self._random.randrange(len(good))], DEAD

    def _flipped(self) -> tuple[bytes | None, str | None]:
        changed = bytearray(self._random.choice(self._good))
        for _ in range(self._random.randint(1, 4)):
            changed[self._random.randrange(FRAME, len(changed))] ^= 1 << self._random.randrange(8)
        return bytes(changed), None

    def _spliced(self) -> tuple[bytes | None, str | None]:
        one, other = self._random.choice(self._good), self._random.choice(self._good)
        at = self._random.randrange(FRAME, len(one))
        return one[:at] + other[self._random.randrange(FRAME, len(other)):], None

    def _unknown(self) -> tuple[bytes | None, str | None]:
        return b"\0" + struct.pack(">I", self._random.choice(UNKNOWN_IDS)) + self._random.choice(self._good)[5:], DEAD

    def _wrong_schema(self) -> tuple[bytes | None, str | None]:
        identity = self._random.choice(self._ids)
        return b"\0" + struct.pack(">I", identity) + self._random.choice(self._good)[5:], None

    def _empty(self) -> tuple[bytes | None, str | None]:
        return self._random.choice((None, b"", b"\0", b"\0\0\0\0\1")), DEAD

    def _number(self) -> tuple[bytes | None, str | None]:
        names = self._random.sample(self._doubles, self._random.randint(1, 3))
        return self._with({name: self._random.choice(NUMBERS) for name in names}), None

    def _text(self) -> tuple[bytes | None, str | None]:
        return self._with({self._random.choice(self._strings): self._random.choice(TEXTS)}), None

    def _with(self, changes: dict[str, Any]) -> bytes:
        return payload({**self._random.choice(self._rows), **changes})

    def _lengths(self) -> tuple[bytes | None, str | None]:
        """A text that claims to be far longer than the record, or shorter than nothing."""
        claimed = self._random.choice((2**62, 2**31, 2**40, -1, -(2**40), 10**6))
        good = self._random.choice(self._good)
        at = self._random.randrange(FRAME, min(len(good), 30))
        return good[:at] + b"\x02" + _varint(claimed) + good[at:], None

    def _varints(self) -> tuple[bytes | None, str | None]:
        """A number that never ends, or ends beyond 64 bits."""
        good = self._random.choice(self._good)
        at = self._random.randrange(FRAME, len(good))
        return good[:at] + b"\xff" * self._random.choice((9, 10, 11, 500)) + good[at:], None

    def _huge(self) -> tuple[bytes | None, str | None]:
        size = HUGE_BYTES - self._random.randrange(1_000)
        if self._random.random() < 0.5:
            return self._random.randbytes(1_000) * (size // 1_000), None
        return payload(row(7, **{self._strings[-1]: "h" * size})), None

    def _key(self) -> bytes | None:
        kind = self._random.random()
        if kind < 0.9:
            return f"T{self._random.randrange(100_000)}".encode()
        return self._random.choice((None, b"", b"\xff\xfe", b"k" * 20_000, "Ж".encode(), b"\0"))

    def _headers(self) -> list[tuple[str, str | bytes | None]] | None:
        if self._random.random() < 0.9:
            return None
        odd: tuple[tuple[str, str | bytes | None], ...] = (
            ("traceparent", b"00-abc"), ("none", None), ("", b""), ("binary", b"\xff\0"), ("long", b"h" * 3_000),
            ("source.position", b"forged/0/0"), ("__streams.errors.topic", b"forged"))
        return self._random.choices(odd, k=self._random.randint(1, 5))


def _varint(value: int) -> bytes:
    """Avro's long: zigzag, seven bits a byte."""
    left = (value << 1) ^ (value >> 63)
    left &= 2**64 - 1
    out = bytearray()
    while left > 0x7F:
        out.append(left & 0x7F | 0x80)
        left >>= 7
    return bytes([*out, left])
