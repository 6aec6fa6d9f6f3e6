"""Everything that a real ksqlDB 7.9.5 answered and wrote, replayed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from rowtime.engine.throttle import FINAL_WINDOWS, OUTER_JOINS
from tests.rowtime.ksql.recordings import replay
from tests.rowtime.ksql.stack import Stack

NAMES = ("admin", "chain", "enrichment", "features", "joins", "partitions", "windows")
KNOWN: dict[str, set[tuple[int, str]]] = {
    # A record and the change it makes to the table it is joined with have one timestamp and come by two ways: of seven
    # such records the server read one before the change.
    "joins": {(8, "alerts: 7 records expected, 7 found, the first difference at 1")},
}
"""Steps that are answered differently. One that is answered alike has to leave this list."""

SERVER = {
    "ksql.extension.dir": "/var/lib/ksql/ext", "ksql.streams.state.dir": "/var/lib/ksql/ksql-state",
    "ksql.streams.bootstrap.servers": "127.0.0.1:9092", "ksql.schema.registry.url": "http://127.0.0.1:8081",
}  # fmt: skip
"""The recorded server's configuration."""
SECONDS: dict[str, Sequence[int]] = {"windows": (30, 125, 199, 269, 336, 396), "joins": (32, 235, 356)}
"""After how many looks at the clock the server's next second had begun: it was reading while the producer wrote."""


def recorded_clock(seconds: Sequence[int]) -> Callable[[], int]:
    """Milliseconds that pass as they did for the recorded server."""
    looks = 0

    def now() -> int:
        nonlocal looks
        looks += 1
        return bisect_right(seconds, looks - 1) * 1000

    return now


@pytest.mark.parametrize("name", NAMES)
def test_recording(shared: Path, name: str) -> None:
    with Stack({**SERVER, FINAL_WINDOWS: 1000, OUTER_JOINS: 1000}, recorded_clock(SECONDS.get(name, ()))) as stack:
        differences = list(replay(shared / "golden" / name / "recording.json", stack))
    known = KNOWN.get(name, set())
    unexpected = [d for d in differences if (d.step, d.what) not in known]
    alike = known - {(d.step, d.what) for d in differences}
    assert not unexpected, "\n".join(f"step {d.step}: {d.what}\n{d.expected}\n{d.actual}" for d in unexpected[:3])
    assert not alike, f"answered like the recording now: {sorted(alike)}"
