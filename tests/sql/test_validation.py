"""What is not rejected is valid: the scripts that part the two ask the very same question."""

from __future__ import annotations

import re
from pathlib import Path


def test_rejected_and_valid_are_told_apart_by_the_same_case(root: Path) -> None:
    scripts = ("030_transactions_rejected.sql", "040_account_seen.sql")
    text = "".join((root / "sql" / name).read_text() for name in scripts)
    found = re.findall(r"\bCASE\s+WHEN account_id IS NULL.*?\bEND\b", text, re.DOTALL)
    assert len(found) == 3  # the reason and the filter of 030, the filter of 040
    assert len({" ".join(case.split()) for case in found}) == 1
