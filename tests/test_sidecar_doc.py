"""docs/sidecar.md names every setting with its default."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from pathlib import Path

from scoring.sidecar.config import SidecarConfig

ROW = re.compile(r"^\| `(\w+)` \| (?:`([^`]*)`)? ?\|", re.MULTILINE)


def test_the_table_of_settings_is_that_of_the_code(root: Path) -> None:
    page = (root / "docs" / "sidecar.md").read_text(encoding="utf-8")
    table = dict(ROW.findall(page.partition("## Settings")[2]))
    defaults = {f.name: "" if f.default is MISSING else str(f.default) for f in fields(SidecarConfig)}
    assert table == defaults
