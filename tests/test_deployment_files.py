"""docker-compose.yml, the workflow and the Dockerfile say what they should, checked without a daemon."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from fraudstream.cli import build


@pytest.mark.parametrize("schema, file", [
    ("vendor.compose-spec", "docker-compose.yml"),
    ("vendor.github-workflows", ".github/workflows/ci.yml"),
])
def test_follows_its_schema(root: Path, schema: str, file: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(root / file)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_compose_commands_are_taken_by_the_command_line(root: Path) -> None:
    text = (root / "docker-compose.yml").read_text()
    lists = [re.split(r",\s*", found) for found in re.findall(r"^    command: \[(.*)\]$", text, re.MULTILINE)]
    assert [name for name, *_ in lists] == ["deploy", "score", "simulate"]
    group: Any = typer.main.get_command(build())
    for name, *arguments in lists:
        group.commands[name].make_context(name, [argument.strip('"') for argument in arguments])


def test_image_runs_as_nobody_in_particular(root: Path) -> None:
    text = (root / "Dockerfile").read_text()
    final = text.rsplit("FROM ", 1)[1]
    assert "USER 10001" in final
    assert "--require-hashes" in text
