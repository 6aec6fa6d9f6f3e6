"""docs/operations.md holds the tables of metrics as the code has them, and names only what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fraudstream.cli import build
from fraudstream.reconcile import serve
from scoring.sidecar import metric_table


@pytest.fixture
def text(root: Path) -> str:
    return (root / "docs" / "operations.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "table"), [
    ("sidecar", metric_table.markdown()), ("reconcile", metric_table.markdown(serve.TABLE, serve.PREFIX))])
def test_tables_are_current(text: str, name: str, table: str) -> None:
    """python -m scoring.sidecar.metric_table prints the sidecar's."""
    held = text.split(f"<!-- {name} metrics -->\n")[1].split("<!-- end -->")[0]
    assert held == table + "\n", table


def test_alarms_name_metrics_that_are_there(text: str) -> None:
    known = {metric_table.PREFIX + metric.name for metric in metric_table.TABLE}
    known |= {serve.PREFIX + metric.name for metric in serve.TABLE}
    assert set(re.findall(r"fraudstream_(?:sidecar|reconcile)_[a-z_]+", text)) <= known


def test_commands_are_there(text: str) -> None:
    app = build()
    known = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    for group in app.registered_groups:
        commands = group.typer_instance.registered_commands if group.typer_instance else []
        known |= {f"{group.name} {c.name or c.callback.__name__}" for c in commands if c.callback}
    named = re.findall(r"^fraudstream ((?:models|dead-letters) [a-z]+|[a-z]+)|`fraudstream ([a-z]+)[ `]", text, re.M)
    assert {first or second for first, second in named} - {"models"} <= known
