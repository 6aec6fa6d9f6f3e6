"""The command line: help with an example, exit codes, and one clear line for what is wrong."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from fraudstream.cli import build, run

NOBODY = ("--kafka", "127.0.0.1:9", "--registry", "http://127.0.0.1:9", "--ksqldb", "http://127.0.0.1:9")
Failing = Callable[..., str]


@pytest.fixture
def failing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Failing:
    """Runs a command that has to fail and gives its one line."""
    monkeypatch.delenv("FRAUDSTREAM_DEBUG", raising=False)

    def call(*arguments: str, code: int = 1) -> str:
        assert run(list(arguments)) == code
        lines = [line for line in capsys.readouterr().err.splitlines() if line and not line.startswith("%")]
        assert code == 2 or "--check" in arguments or len(lines) == 1, lines
        return " ".join(lines)

    return call


@pytest.mark.parametrize("name", sorted(c.name or c.callback.__name__ for c in build().registered_commands))  # type: ignore[union-attr]
def test_help_has_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([name, "--help"]) == 0
    assert "Example: fraudstream " + name in " ".join(capsys.readouterr().out.split())


def test_unknown_option_is_wrong_usage(failing: Failing) -> None:
    assert "--frobnicate" in failing("replay", "--frobnicate", "x", code=2)


def test_missing_file(failing: Failing) -> None:
    assert "nowhere.csv" in failing("replay", "nowhere.csv", "--mapping", "paysim", *NOBODY[:4])


def test_unknown_mapping(failing: Failing, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("a,b\n1,2\n")
    line = failing("replay", str(file), "--mapping", "nosuch", *NOBODY[:4])
    assert "nosuch" in line and "paysim" in line


def test_missing_column_is_named(failing: Failing, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("step,type,amount\n1,PAYMENT,2.0\n")
    line = failing("replay", str(file), "--mapping", "paysim", *NOBODY[:4])
    assert "nameOrig" in line and "a.csv" in line


def test_wrong_type_says_where(failing: Failing, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    header = "step,type,amount,nameOrig,oldbalanceOrg,newbalanceOrig,nameDest,oldbalanceDest,newbalanceDest,isFraud,"
    file.write_text(header + "isFlaggedFraud\n1,PAYMENT,many,C1,1,1,C2,1,1,0,0\n")
    line = failing("train", str(file), "--mapping", "paysim", "--out", str(tmp_path / "m.json"))
    assert "amount" in line and "many" in line


@pytest.mark.parametrize("command", [("report", "--no-books"), ("reconcile",)])
def test_nobody_at_the_address(failing: Failing, command: tuple[str, ...]) -> None:
    assert "127.0.0.1:9" in failing(*command, *NOBODY)


def test_nobody_takes_the_replay(failing: Failing, root: Path) -> None:
    assert "127.0.0.1:9" in failing("replay", str(root / "data" / "demo"), *NOBODY[:4])


def test_broken_model_file(failing: Failing, tmp_path: Path) -> None:
    file = tmp_path / "model.json"
    file.write_text('{"format": ')
    assert "model.json" in failing("score", "--model", str(file), "--check", *NOBODY[:4])


def test_missing_model_file(failing: Failing, tmp_path: Path) -> None:
    assert "nomodel.json" in failing("score", "--model", str(tmp_path / "nomodel.json"), *NOBODY[:4], code=2)


def test_port_in_use(failing: Failing, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = f"127.0.0.1:{taken.getsockname()[1]}"
        line = failing("up", "--data-dir", str(tmp_path), "--kafka", port, "--registry", "127.0.0.1:0",
                       "--ksqldb", "127.0.0.1:0")
    assert port in line and "in use" in line


def test_results_as_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(["simulate", "--out", str(tmp_path / "d"), "--days", "1", "--accounts", "60",
                "--transactions-per-day", "100", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])
