"""The demo as people run it: one JSON line whose books balance, and a model that keeps what it promises."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PRECISION_FLOOR, RECALL_FLOOR = 0.15, 0.30


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def result(request: pytest.FixtureRequest, out: Path) -> dict[str, Any]:
    if request.config.getoption("--stack") != "embedded":
        pytest.skip("the demo brings the embedded stack")
    command = [sys.executable, "-m", "fraudstream", "demo", "--headless", "--json", "--paced", "200", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_books_balance(result: dict[str, Any]) -> None:
    assert result["produced"] == result["undecodable"] + result["rejected"] + result["enriched"] >= 20_000
    assert result["enriched"] == result["scored"] + result["dead_lettered"]
    assert result["scored"] == result["joined"]
    assert (result["missing"], result["duplicated"]) == (0, 0)
    assert result["rejected"] > 0 and result["undecodable"] > 0 and 0 < result["labelled"] <= result["scored"]


def test_flags_are_worth_looking_at(result: dict[str, Any]) -> None:
    """Out of sample: the model that ships was trained on the days before."""
    assert 0 < result["flagged"] < result["scored"] / 20
    assert result["precision"] >= PRECISION_FLOOR
    assert result["recall"] >= RECALL_FLOOR


def test_latency_and_rate_are_told(result: dict[str, Any]) -> None:
    assert result["latency_ms"]["p50"] <= result["latency_ms"]["p99"]
    assert result["transactions_per_second"] > 0 and result["first_flag_seconds"] > 0


def test_report_is_one_page_that_needs_no_network(result: dict[str, Any], out: Path) -> None:
    page = (out / "report.html").read_text(encoding="utf-8")
    assert result["report"] == str(out / "report.html")
    assert "precision" in page.lower()
    assert 'src="http' not in page and 'href="http' not in page
