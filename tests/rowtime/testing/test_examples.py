"""The examples of the documentation are tests that pass."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGES = ("README.md", "docs/testing-sql.md")


@pytest.mark.parametrize("page", PAGES)
def test_each_example_passes(page: str, rowtime: Any) -> None:
    blocks = re.findall(r"^```python\n(def test_.*?)^```$", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL)
    assert blocks
    for block in blocks:
        found: dict[str, Any] = {}
        exec(compile(block, page, "exec"), found)
        next(value for name, value in found.items() if name.startswith("test_"))(rowtime)
