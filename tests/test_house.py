"""The house in order: arrows of imports, heavy imports kept out, no word about fraud in rowtime."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def test_imports_go_one_way(root: Path) -> None:
    done = subprocess.run([Path(sys.executable).with_name("lint-imports")], capture_output=True, text=True, cwd=root)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("module", ["fraudstream.cli", "scoring.sidecar", "rowtime.cli"])
def test_training_libraries_stay_out(module: str) -> None:
    code = (f"import sys, {module}; "
            "print([m for m in ('sklearn', 'pandas', 'altair', 'pyarrow', 'scipy') if m in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_rowtime_knows_no_word_about_fraud(root: Path) -> None:
    found = [str(f) for f in (root / "rowtime").rglob("*.py") if "fraud" in f.read_text(encoding="utf-8").lower()]
    assert not found
