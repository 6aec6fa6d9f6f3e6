"""What is measured: one query a case, and the records it reads."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

START_MS = 1_700_000_000_000
VALUES = 10_000
STREAM = "CREATE STREAM {name} (k STRING KEY, n INT, x DOUBLE, s STRING) WITH (KAFKA_TOPIC='{name}', " \
         "VALUE_FORMAT='AVRO', PARTITIONS={partitions});"
FIVE = "SELECT k, COUNT(*) AS c, SUM(x) AS total, AVG(x) AS mean, MIN(x) AS least, MAX(x) AS most"


@dataclass(frozen=True, slots=True)
class Case:
    """A query and how many records come out of it for each that goes in.

    goal       records/s asked for, 0: none
    ksqldb     what ksqlDB 7.9.5 did on two cores: records/s, as a text
    repeats    how often each key comes on each side of a join
    """

    name: str
    query: str
    goal: int = 0
    ksqldb: str = ""
    outputs: int = 1
    streams: tuple[str, ...] = ("a",)
    repeats: int = 0


CASES = {case.name: case for case in (
    Case("filter", "CREATE STREAM out AS SELECT k, n + 1 AS n1, x * 2 AS x2, UCASE(s) AS s FROM a WHERE n >= 0;",
         200_000, "107,000"),
    Case("tumbling", f"CREATE TABLE out AS {FIVE} FROM a WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY k;",
         170_000, "57,000–65,000"),
    Case("hopping", f"CREATE TABLE out AS {FIVE} FROM a "
         "WINDOW HOPPING (SIZE 4 MINUTES, ADVANCE BY 1 MINUTE) GROUP BY k;", 60_000, "15,000–20,000", outputs=4),
    Case("join", "CREATE STREAM out AS SELECT a.k AS k, a.n AS n, b.x AS x FROM a JOIN b WITHIN 1 HOUR "
         "GRACE PERIOD 1 HOUR ON a.k = b.k;", 60_000, "", streams=("a", "b"), repeats=2),
)}


def hopping(windows: int) -> Case:
    """A window of so many hops: each record is in `windows` of them."""
    size = f"HOPPING (SIZE {windows} MINUTES, ADVANCE BY 1 MINUTE)"
    return Case("hopping", f"CREATE TABLE out AS {FIVE} FROM a WINDOW {size} GROUP BY k;", outputs=windows)


def values(schema_id: int) -> list[bytes]:
    """Encoded values (n, x, s), to be used in turn."""
    head = struct.pack(">bI", 0, schema_id)
    return [head + b"\x02" + long(i) + b"\x02" + struct.pack("<d", i / 7) + b"\x02" + long(len(text)) + text
            for i in range(VALUES) for text in [f"text {i % 97}".encode()]]


def long(n: int) -> bytes:
    """Avro's zig-zag varint of a number that is not negative."""
    z, out = n << 1, bytearray()
    while z > 127:
        out.append(z & 127 | 128)
        z >>= 7
    return bytes([*out, z])


def records(case: Case, count: int, keys: int) -> Iterator[tuple[int, bytes, int, int]]:
    """(which stream, key, which value, timestamp); a join's sides take turns, each key `repeats` times on each side, so
    that as many rows come out as go in."""
    sides = len(case.streams)
    if case.repeats:
        keys = max(count // (sides * case.repeats), 1)
    for i in range(count):
        turn = i // sides
        yield i % sides, b"key-%d" % (turn * 7919 % keys if keys % 7919 else turn % keys), i % VALUES, START_MS + turn
