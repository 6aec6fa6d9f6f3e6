"""ksql-test-runner's three files, by the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rowtime.cli import main

STATEMENTS = """
CREATE STREAM s (k STRING KEY, id INT, d DECIMAL(4, 2)) WITH (kafka_topic='in', value_format='JSON');
CREATE TABLE t AS SELECT k, SUM(id) AS total, MAX(d) AS d FROM s GROUP BY k;
"""
INPUTS = [{"topic": "in", "key": "a", "value": {"id": 1, "d": 1.20}, "timestamp": 5}, {
    "topic": "in", "key": "a", "value": {"id": 4}, "timestamp": 3}]  # fmt: skip
FIRST = {"topic": "T", "key": "a", "value": {"TOTAL": 1, "D": 1.20}, "timestamp": 5}
LAST: dict[str, Any] = {"topic": "T", "key": "a", "value": {"total": 5, "d": 1.20}}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "s.sql").write_text(STATEMENTS)
    (tmp_path / "i.json").write_text(json.dumps({"inputs": INPUTS}))
    return tmp_path


def outcome(files: Path, outputs: list[Any], *more: str) -> int:
    text = json.dumps({"outputs": outputs}).replace("1.2}", "1.20}").replace("1.2,", "1.20,")
    (files / "o.json").write_text(text)
    return main(["test", "-s", str(files / "s.sql"), "-i", str(files / "i.json"), "-o", str(files / "o.json"), *more])


def test_passed(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome(files, [FIRST, LAST]) == 0
    assert capsys.readouterr().out == "\t >>> Test passed!\n"


@pytest.mark.parametrize(
    ("outputs", "told"),
    [
        ([FIRST], "1 records expected, 2 came"),
        ([FIRST, {**LAST, "value": {"total": 6, "d": 1.20}}], '+ 2  5          "a"          {"TOTAL":5,"D":1.20} !'),
        ([FIRST, {**LAST, "timestamp": 3}], "- 2  3"),
        ([FIRST, {**LAST, "key": "b"}], '- 2  *          "b"'),
        ([FIRST, {**LAST, "value": {"total": 5}}], "2 records expected, 2 came"),
        ([FIRST, {**LAST, "value": {"total": 5, "d": 1.5}}], "2 records expected, 2 came"),
    ],
)
def test_failed(files: Path, capsys: pytest.CaptureFixture[str], outputs: list[Any], told: str) -> None:
    assert outcome(files, outputs) == 1
    assert told in capsys.readouterr().err


def test_a_wrong_statement_fails_the_test(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "s.sql").write_text(STATEMENTS + "CREATE STREAM x AS SELECT nope FROM s;")
    assert outcome(files, [FIRST], "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert not found["passed"] and "cannot be resolved" in found["failure"]


def test_what_cannot_be_run(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test"]) == 2
    assert main(["test", "-s", str(files / "s.sql")]) == 2
    assert main(["test", "-s", str(files / "s.sql"), "-o", str(files / "none.json")]) == 2
    (files / "o.json").write_text('{"outputs": 5}')
    assert main(["test", "-s", str(files / "s.sql"), "-o", str(files / "o.json")]) == 2
    assert 'expected {"outputs": [' in capsys.readouterr().err


def test_windows_and_other_formats(files: Path) -> None:
    (files / "s.sql").write_text(
        "CREATE STREAM s (k STRING KEY, id INT) WITH (kafka_topic='in', value_format='DELIMITED');"
        "CREATE TABLE t WITH (VALUE_FORMAT='AVRO') AS SELECT k, COUNT(*) AS n FROM s"
        " WINDOW SESSION (1 SECOND) GROUP BY k;"
    )
    inputs = [{"topic": "in", "key": "a", "value": "1", "timestamp": 5}]
    (files / "i.json").write_text(json.dumps({"inputs": inputs}))
    window = {"start": 5, "end": 5, "type": "session"}
    assert outcome(files, [{"topic": "T", "key": "a", "value": {"N": 1}, "window": window}]) == 0
    assert outcome(files, [{"topic": "T", "key": "a", "value": {"N": 1}, "window": {**window, "end": 6}}]) == 1
