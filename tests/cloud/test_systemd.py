"""The systemd unit: understood by systemd, hardened, secrets as credentials, settings that the sidecar knows."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import typer

from fraudstream.cli import build
from scoring.security import variables
from scoring.sidecar.config import load_config

UNIT = "fraudstream-sidecar@.service"
EXPOSURE = 2.0


@pytest.fixture
def unit(root: Path) -> Path:
    return root / "deploy" / "systemd" / UNIT


@pytest.fixture
def verified(unit: Path, tmp_path: Path) -> Path:
    """A copy that starts programs which are here."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze")
    copy = tmp_path / UNIT
    copy.write_text(unit.read_text().replace("/opt/fraudstream/bin/fraudstream", "/bin/true"))
    return copy


def test_systemd_understands_it(verified: Path) -> None:
    done = subprocess.run(["systemd-analyze", "verify", str(verified)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_it_is_hardened(verified: Path) -> None:
    command = ["systemd-analyze", "security", "--offline=true", str(verified)]
    done = subprocess.run(command, capture_output=True, text=True)
    found = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
    assert found and float(found[1]) < EXPOSURE, done.stdout


def test_every_secret_is_a_credential_of_systemd(unit: Path) -> None:
    text = unit.read_text()
    given = set(re.findall(r"^LoadCredential=([\w-]+):/etc/fraudstream/credentials/\1$", text, re.MULTILINE))
    used = dict(re.findall(r"^Environment=(\w+_FILE)=%d/([\w-]+)$", text, re.MULTILINE))
    assert set(used.values()) == given
    assert set(used) <= set(variables())


def test_instances_have_names_of_their_own(unit: Path) -> None:
    assert "Environment=FRAUDSTREAM_INSTANCE_ID=%l-%i" in unit.read_text()


def test_the_commands_are_taken(unit: Path) -> None:
    command = typer.main.get_command(build()).commands["score"]  # type: ignore[attr-defined]
    starts = re.findall(r"^Exec\w+=\S+ score (.*)$", unit.read_text(), re.MULTILINE)
    assert len(starts) == 2
    for arguments in starts:
        command.make_context("score", arguments.replace("%i", "1").split())


def test_the_example_s_settings_are_known(root: Path, tmp_path: Path) -> None:
    lines = (root / "deploy" / "systemd" / "sidecar.env").read_text().splitlines()
    values = dict(line.lstrip("#").split("=", 1) for line in lines if re.match(r"#?[A-Z_]+=", line))
    assert not [name for name in values if "PASSWORD" in name or name.endswith("AUTH")]
    for name in ("KAFKA_SSL_CA_FILE", "SCHEMA_REGISTRY_CA_FILE"):
        (tmp_path / name).write_text("PEM")
        values[name] = str(tmp_path / name)
    config = load_config(None, {**values, "KAFKA_SASL_USERNAME": "u", "KAFKA_SASL_PASSWORD": "p"})
    assert config.kafka["security.protocol"] == "SASL_SSL"
