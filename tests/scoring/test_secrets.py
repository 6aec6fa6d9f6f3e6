"""Nothing secret is shown: canaries in every secret setting, then every place where text comes out."""

from __future__ import annotations

import os
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from scoring.errors import ConfigError
from scoring.sidecar.config import load_config

CANARY = "canary7f3a"
NOBODY = {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9", "SCHEMA_REGISTRY_URL": "http://127.0.0.1:9"}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Every secret set, some by files."""
    for name in ("password", "auth"):
        (tmp_path / name).write_text(f"{CANARY}-{name}:{CANARY}\n")
    others = {key: value for key, value in os.environ.items() if not key.startswith(("KAFKA_", "FRAUD", "SCHEMA_"))}
    return {
        **others, **NOBODY, "KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT", "KAFKA_SASL_MECHANISM": "PLAIN",
        "KAFKA_SASL_USERNAME": f"{CANARY}-user", "KAFKA_SASL_PASSWORD_FILE": str(tmp_path / "password"),
        "KAFKA_SSL_KEY_PASSWORD": f"{CANARY}-key", "SCHEMA_REGISTRY_BASIC_AUTH_FILE": str(tmp_path / "auth"),
        "FRAUDSTREAM_DEBUG": "1"}


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    path = tmp_path / "sidecar.toml"
    path.write_text(f'[sidecar]\nschema_registry_auth = "u:{CANARY}-toml"\n[sidecar.kafka]\n'
                    f'"sasl.oauthbearer.client.secret" = "{CANARY}-oauth"\n'
                    f'"ssl.keystore.password" = "{CANARY}-store"\n')
    return path


def output(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-m", *arguments], env=environment, capture_output=True, text=True,
                          timeout=60)
    return done.stdout + done.stderr


@pytest.mark.parametrize(("program", "wrong"), [
    ("fraudstream score", ()), ("scoring", ("-X", "security.protocol=nonsense")),
    ("scoring", ("-X", f"sasl.password:{CANARY}")), ("scoring", ("-X", f"nosuch.setting={CANARY}")),
    ("scoring", ("-X", "debug=security,conf"))])
def test_check_shows_no_secret(
    environment: dict[str, str], toml: Path, fixed_model: Path, program: str, wrong: tuple[str, ...]
) -> None:
    shown = output(environment, *program.split(), "--config", str(toml), "--model", str(fixed_model), "--check", *wrong)
    assert "127.0.0.1:9" in shown or "nosuch" in shown or "expected" in shown
    assert CANARY not in shown


@pytest.mark.parametrize("url", [f"http://user:{CANARY}@127.0.0.1:9", f"user:{CANARY}@nowhere"])
def test_credentials_in_a_url_are_refused_unseen(environment: dict[str, str], fixed_model: Path, url: str) -> None:
    for command in (("score", "--model", str(fixed_model), "--check"), ("reconcile",), ("models", "list")):
        shown = output(environment, "fraudstream", *command, "--registry", url)
        assert "user and password do not belong" in shown
        assert CANARY not in shown


@pytest.fixture
def running(environment: dict[str, str], toml: Path, fixed_model: Path) -> Iterator[subprocess.Popen[str]]:
    arguments = ["--config", str(toml), "--model", str(fixed_model), "--set", "http=127.0.0.1:0"]
    process = subprocess.Popen([sys.executable, "-m", "scoring", *arguments], env=environment, text=True,
                               stderr=subprocess.PIPE)
    yield process
    process.kill()
    process.wait(10)


def test_a_sidecar_that_runs_shows_no_secret(running: subprocess.Popen[str]) -> None:
    assert running.stderr is not None
    lines = []
    while '"waiting"' not in "".join(lines):
        lines.append(running.stderr.readline())
        assert lines[-1], lines
    port = next(line.split('"http_port": ')[1].split("}")[0] for line in lines if "http_port" in line)
    shown = "".join(requests.get(f"http://127.0.0.1:{port}/{page}", timeout=5).text
                    for page in ("metrics", "readyz", "healthz", "nowhere"))
    running.terminate()
    shown += "".join(lines) + running.stderr.read()
    assert "fraudstream_sidecar_ready 0" in shown and "does not answer" in shown
    assert CANARY not in shown


def test_neither_tracebacks_nor_the_settings_themselves_show_secrets(
    environment: dict[str, str], toml: Path, fixed_model: Path
) -> None:
    config = load_config(toml, environment, {"model": str(fixed_model)})
    assert CANARY in config.kafka["sasl.password"] and CANARY in config.schema_registry_auth
    assert CANARY not in repr(config) + str(config)
    toml.write_text(f'[sidecar]\nschema_registry_auth = ["{CANARY}"]\nkafka = "{CANARY}"\n')
    try:
        load_config(toml, {}, {"model": 1.5})
    except ConfigError:
        assert CANARY not in traceback.format_exc()
    else:
        pytest.fail("accepted")
