"""Everything that a real ksqlDB 7.9.5 answered and wrote, replayed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rowtime.ksql.recordings import replay
from tests.rowtime.ksql.stack import Stack

KNOWN: dict[str, set[int]] = {
    "admin": {20, 29, 32},
    "chain": set(),
    "enrichment": set(),
    "features": set(),
    "joins": {8},
    "partitions": set(),
    "windows": {5, 11, 12},
}
"""Steps that are answered differently, and known to be."""


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_recording(shared: Path, name: str) -> None:
    with Stack({"ksql.schema.registry.url": "http://registry"}) as stack:
        differences = list(replay(shared / "golden" / name / "recording.json", stack))
    unexpected = [d for d in differences if d.step not in KNOWN[name]]
    assert not unexpected, "\n".join(f"step {d.step}: {d.what}\n{d.expected}\n{d.actual}" for d in unexpected[:3])
