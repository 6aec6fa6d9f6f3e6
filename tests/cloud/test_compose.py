"""docker-compose.yml read by the library that `docker compose config` reads it with."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from go_tools import Unavailable, program

pytestmark = pytest.mark.timeout(1_500)
PACKAGE, VERSION = "github.com/compose-spec/compose-go/v2/cmd", "v2.16.2"


@pytest.fixture(scope="module")
def config(root: Path) -> dict[str, Any]:
    try:
        reader = program("compose-go", PACKAGE, VERSION)
    except Unavailable as reason:
        pytest.skip(str(reason))
    command = [str(reader), "-format", "json", "docker-compose.yml"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_is_valid_and_complete(config: dict[str, Any]) -> None:
    assert set(config["services"]) == {"kafka", "schema-registry", "ksqldb-server", "deployer", "sidecar", "simulator"}


def test_everything_waits_for_what_it_needs(config: dict[str, Any]) -> None:
    waits = {name: {other: how["condition"] for other, how in service.get("depends_on", {}).items()}
             for name, service in config["services"].items()}
    assert waits["ksqldb-server"] == {"schema-registry": "service_healthy"}
    assert waits["sidecar"] == {"deployer": "service_completed_successfully"}
    assert waits["simulator"] == {"sidecar": "service_healthy"}


def test_nothing_listens_beyond_this_machine(config: dict[str, Any]) -> None:
    ports = [port for service in config["services"].values() for port in service.get("ports", [])]
    assert ports and {port["host_ip"] for port in ports} == {"127.0.0.1"}
