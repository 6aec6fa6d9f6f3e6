"""Child processes."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

from fraudstream.errors import UserError
from fraudstream.processes import Child

PARENT = """
import pathlib, sys
from fraudstream.processes import Child
child = Child("server", ["http.server", "0", "--bind", "127.0.0.1"], pathlib.Path(sys.argv[1]) / "log")
print(child.process.pid, flush=True)
child.process.wait()
"""


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


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only: elsewhere nobody tells a child")
def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-c", PARENT, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()
    assert select.select([child], [], [], 20)[0], "the child outlived its parent"
