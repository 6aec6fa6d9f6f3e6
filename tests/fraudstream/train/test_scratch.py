"""Folders to make things in: gone at the end, and gone after a kill."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fraudstream.train.scratch import scratch

HOLDS = """
import sys
from pathlib import Path
from fraudstream.train.scratch import scratch
with scratch(Path(sys.argv[1])) as folder:
    (folder / "half").write_text("x")
    print(folder, flush=True)
    sys.stdin.read()
"""


def test_gone_at_the_end_and_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), scratch(tmp_path / "cache") as folder:
        (folder / "half").write_text("x")
        raise KeyboardInterrupt
    with scratch(tmp_path / "cache") as folder:
        folder.rename(tmp_path / "cache" / "kept")
    assert [p.name for p in (tmp_path / "cache").iterdir()] == ["kept"]


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_makes_is_not(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", HOLDS, str(tmp_path)], stdout=subprocess.PIPE,
                               stdin=subprocess.PIPE, text=True)
    assert process.stdout and process.stdin
    theirs = Path(process.stdout.readline().strip())
    with scratch(tmp_path):
        assert (theirs / "half").exists()
    process.kill()
    process.communicate()
    assert (theirs / "half").exists()
    with scratch(tmp_path) as mine:
        assert list(tmp_path.iterdir()) == [mine]
