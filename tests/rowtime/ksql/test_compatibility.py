"""docs/ksqldb-compatibility.md says what the code does."""

from __future__ import annotations

import asyncio
from pathlib import Path

from rowtime.ksql.compatibility.page import page


def test_the_page_is_current(root: Path) -> None:
    written = (root / "docs" / "ksqldb-compatibility.md").read_text(encoding="utf-8")
    made = asyncio.run(page())
    assert written == made, "write it anew: python -m rowtime.ksql.compatibility > docs/ksqldb-compatibility.md"
