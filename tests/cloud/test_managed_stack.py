"""The tools against a stack as a managed cloud offers it: HTTPS and API keys for registry and ksqlDB."""

from __future__ import annotations

import pytest
from conftest import Secured

from fraudstream.cli import run
from fraudstream.ksqldb import Client, KsqlDbUnreachable
from fraudstream.registry import RegistryError, SchemaRegistry


@pytest.fixture
def credentials(secured: Secured, monkeypatch: pytest.MonkeyPatch) -> Secured:
    for name, value in {**secured.environment, **secured.addresses.environment()}.items():
        monkeypatch.setenv(name, value)
    return secured


def test_deploy_then_the_sidecar_can_start(credentials: Secured, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["deploy", "--wait", "20"]) == 0
    assert run(["score", "--check"]) == 0
    said = capfd.readouterr()
    assert "created      stream  TRANSACTIONS_ENRICHED" in said.out
    assert "the sidecar can start" in said.out
    assert "canary" not in said.out + said.err
    assert credentials.registry.refused == credentials.ksqldb.refused == 0


def test_queries_go_through(credentials: Secured) -> None:
    with Client(credentials.addresses.ksqldb) as client:
        assert client.healthy()
        assert client.pull("SELECT * FROM transactions EMIT CHANGES LIMIT 0;").rows == []


@pytest.mark.parametrize("variable, told", [
    ("SCHEMA_REGISTRY_BASIC_AUTH", "refuses the user or password"),
    ("KSQLDB_BASIC_AUTH", "refuses the user or password: look at KSQLDB_BASIC_AUTH"),
])
def test_a_wrong_password_is_said_at_once(credentials: Secured, monkeypatch: pytest.MonkeyPatch, variable: str,
                                          told: str, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv(f"{variable}_FILE")
    monkeypatch.setenv(variable, "someone:else-canary")
    assert run(["deploy", "--wait", "600"]) == 1
    said = capfd.readouterr().err
    assert told in said
    assert "canary" not in said


def test_an_unknown_authority_is_refused_and_named(credentials: Secured, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("SCHEMA_REGISTRY_CA_FILE", "KSQLDB_CA_FILE"):
        monkeypatch.delenv(variable)
    with pytest.raises(RegistryError, match="certificate is not trusted .SCHEMA_REGISTRY_CA_FILE"):
        SchemaRegistry(credentials.addresses.registry).subjects()
    with pytest.raises(KsqlDbUnreachable, match="certificate is not trusted .KSQLDB_CA_FILE"):
        Client(credentials.addresses.ksqldb).info()


def test_a_missing_file_of_secrets_is_one_line(credentials: Secured, monkeypatch: pytest.MonkeyPatch,
                                               capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("KSQLDB_BASIC_AUTH_FILE", "/nowhere/ksqldb")
    assert run(["deploy", "--wait", "1"]) == 1
    assert capfd.readouterr().err == "error: KSQLDB_BASIC_AUTH_FILE: /nowhere/ksqldb: No such file or directory\n"


def test_the_doctor_is_content(credentials: Secured, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["deploy", "--wait", "20", "--json"]) == 0
    assert run(["doctor"]) == 0
    said = capfd.readouterr().out
    assert "0 fail" not in said and "fail" not in said.splitlines()[-1]
    assert "canary" not in said
