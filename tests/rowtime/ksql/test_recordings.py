"""Everything that a real ksqlDB 7.9.5 answered and wrote, replayed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rowtime.ksql.recordings import replay
from tests.rowtime.ksql.stack import Stack

KNOWN: dict[str, dict[int, str]] = {
    "admin": {},
    "chain": {},
    "enrichment": {},
    "features": {},
    "joins": {8: "the server emits unmatched rows at most once a second; here each comes when it is due"},
    "partitions": {},
    "windows": {
        5: "the server emits final windows at most once a second; here each comes when it is due",
        12: "order within a set",
    },
}
"""Steps that are answered differently, and why. A step that is answered alike has to leave this list."""


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_recording(shared: Path, name: str) -> None:
    with Stack({"ksql.schema.registry.url": "http://registry"}) as stack:
        differences = list(replay(shared / "golden" / name / "recording.json", stack))
    unexpected = [d for d in differences if d.step not in KNOWN[name]]
    alike = KNOWN[name].keys() - {d.step for d in differences}
    assert not unexpected, "\n".join(f"step {d.step}: {d.what}\n{d.expected}\n{d.actual}" for d in unexpected[:3])
    assert not alike, f"answered like the recording now: {sorted(alike)}"
