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


def test_compose_services_depend_on_services(root: Path) -> None:
    text = (root / "docker-compose.yml").read_text()
    services = set(re.findall(r"^  ([a-z-]+):$", text.split("\nservices:\n")[1].split("\nvolumes:\n")[0], re.MULTILINE))
    needed = set(re.findall(r"^      ([a-z-]+): \{condition:", text, re.MULTILINE))
    assert needed < services and {"deployer", "sidecar", "simulator"} <= services


def test_compose_images_are_built_from_stages_that_are_there(root: Path) -> None:
    stages = set(re.findall(r"^FROM \S+ AS (\S+)$", (root / "Dockerfile").read_text(), re.MULTILINE))
    targets = re.findall(r"target: (\w+)\}", (root / "docker-compose.yml").read_text())
    assert len(targets) == 3 and set(targets) <= stages


def test_our_containers_are_read_only_and_keep_no_capability(root: Path) -> None:
    text = (root / "docker-compose.yml").read_text()
    for line in ("read_only: true", "cap_drop: [ALL]", 'security_opt: ["no-new-privileges:true"]'):
        assert text.count(line) == 3, line


def test_actions_are_pinned_by_commit(root: Path) -> None:
    used = re.findall(r"uses: (\S+)", (root / ".github" / "workflows" / "ci.yml").read_text())
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action) for action in used), used
