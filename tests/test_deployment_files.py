"""docker-compose.yml, the workflow and the Dockerfile say what they should, checked without a daemon."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("schema, file", [
    ("vendor.compose-spec", "docker-compose.yml"),
    ("vendor.github-workflows", ".github/workflows/ci.yml"),
])
def test_follows_its_schema(root: Path, schema: str, file: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(root / file)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_compose_commands_are_real_commands(root: Path) -> None:
    from fraudstream import commands

    text = (root / "docker-compose.yml").read_text()
    used = re.findall(r"^    command: \[(\w+)", text, re.MULTILINE)
    assert used == ["deploy", "score", "simulate"]
    for name in used:
        assert (Path(commands.__file__).parent / f"{name}.py").exists()


def test_image_runs_as_nobody_in_particular(root: Path) -> None:
    text = (root / "Dockerfile").read_text()
    final = text.rsplit("FROM ", 1)[1]
    assert "USER 10001" in final
    assert "--require-hashes" in text
