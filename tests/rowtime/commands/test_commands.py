"""The command line of rowtime."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rowtime.cli import main
from rowtime.log import batch
from rowtime.log.api import Record
from rowtime.log.store import Append, LogStore


@pytest.mark.parametrize("command", ["serve", "test", "check"])
def test_help_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    assert f"Example: rowtime {command}" in capsys.readouterr().out


def test_without_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    told = capsys.readouterr().out
    assert all(name in told for name in ("serve", "test", "check"))


def test_scripts_by_directory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    declared = "CREATE STREAM s (id INT KEY, a INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');"
    (tmp_path / "a.sql").write_text(f"--@test: one\n{declared}\n--@test: two\n{declared}ASSERT VALUES s VALUES (1, 2);")
    assert main(["test", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert f"passed  {tmp_path}/a.sql: one" in told and f"FAILED  {tmp_path}/a.sql: two" in told
    assert told.endswith("1 passed, 1 failed\n")
    assert main(["test", str(tmp_path), "--json"]) == 1
    assert [json.loads(line)["passed"] for line in capsys.readouterr().out.splitlines()] == [True, False]
    assert main(["test", str(tmp_path / "none")]) == 2


def test_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = LogStore.open(tmp_path / "data", background=False)
    store.create_topic("t", 1)
    store.commit([Append("t", 0, batch.encode([Record(b"k", b"v", 1)] * 3))])
    store.sync()
    store.close()
    assert main(["check", str(tmp_path / "data")]) == 0
    assert capsys.readouterr().out == "good: 3 records in 1 batches, 2 frames, 1 segments\n"
    assert main(["check", str(tmp_path / "data"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["records"] == 3
    (segment,) = (tmp_path / "data" / "log").iterdir()
    segment.write_bytes(segment.read_bytes()[:60] + b"!" + segment.read_bytes()[61:])
    assert main(["check", str(tmp_path / "data")]) == 1
    assert "is damaged at byte" in capsys.readouterr().err
    assert main(["check", str(tmp_path)]) == 2
