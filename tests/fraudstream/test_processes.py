"""Child processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from fraudstream.errors import UserError
from fraudstream.processes import Child


def test_files_where_one_stands_are_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "argparse.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    child = Child("tool", ["json.tool", "--help"], tmp_path / "log")
    assert child.process.wait(30) == 0, child.tail()


def test_a_child_that_ends_at_once_is_told_with_what_it_said(tmp_path: Path) -> None:
    child = Child("tool", ["json.tool", "--no-such-option"], tmp_path / "log")
    child.process.wait(30)
    with pytest.raises(UserError, match="(?s)tool ended with exit code 2.*no-such-option"):
        child.wait_ready("http://127.0.0.1:9/", timeout=5)
