"""Credentials: from the environment, secrets from files, every problem told at once, never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from scoring.errors import ConfigError
from scoring.security import http_security, kafka_security
from scoring.sidecar.config import load_config


def test_managed_kafka_with_secrets_in_files(tmp_path: Path) -> None:
    (tmp_path / "user").write_text("KEY\n")
    (tmp_path / "password").write_text("SECRET\n")
    environment = {"KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_SASL_USERNAME_FILE": str(tmp_path / "user"),
                   "KAFKA_SASL_PASSWORD_FILE": str(tmp_path / "password")}
    assert kafka_security(environment) == {"security.protocol": "SASL_SSL", "sasl.mechanism": "PLAIN",
                                           "sasl.username": "KEY", "sasl.password": "SECRET"}


def test_nothing_set_is_no_setting() -> None:
    assert kafka_security({}) == {}
    assert (http_security("KSQLDB", {}).auth, http_security("KSQLDB", {}).verify) == (None, True)


def test_mutual_tls(tmp_path: Path) -> None:
    for name in ("ca", "certificate", "key"):
        (tmp_path / name).write_text("PEM")
    environment = {"KAFKA_SECURITY_PROTOCOL": "SSL", "KAFKA_SSL_CA_FILE": str(tmp_path / "ca"),
                   "KAFKA_SSL_CERTIFICATE_FILE": str(tmp_path / "certificate"),
                   "KAFKA_SSL_KEY_FILE": str(tmp_path / "key"), "KAFKA_SSL_KEY_PASSWORD": "x"}
    assert set(kafka_security(environment)) == {"security.protocol", "ssl.ca.location", "ssl.certificate.location",
                                                "ssl.key.location", "ssl.key.password"}


@pytest.mark.parametrize("environment, told", [
    ({"KAFKA_SECURITY_PROTOCOL": "SASL_SSL"}, ["KAFKA_SASL_USERNAME (or KAFKA_SASL_USERNAME_FILE): not set",
                                               "KAFKA_SASL_PASSWORD (or KAFKA_SASL_PASSWORD_FILE): not set"]),
    ({"KAFKA_SASL_PASSWORD": "hidden"}, ["KAFKA_SASL_PASSWORD: set, but KAFKA_SECURITY_PROTOCOL is PLAINTEXT"]),
    ({"KAFKA_SECURITY_PROTOCOL": "TLS"}, ["'TLS' is not one of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL"]),
    ({"KAFKA_SSL_CA_FILE": "/nowhere/ca.pem"}, ["KAFKA_SSL_CA_FILE: /nowhere/ca.pem is not there"]),
    ({"KAFKA_SASL_USERNAME_FILE": "/nowhere/user"}, ["KAFKA_SASL_USERNAME_FILE: /nowhere/user: No such file"]),
    ({"KAFKA_SASL_PASSWORD": "hidden", "KAFKA_SASL_PASSWORD_FILE": "/dev/null"}, ["both set", "/dev/null is empty"]),
])
def test_problems_of_kafka(environment: dict[str, str], told: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        kafka_security(environment)
    for part in told:
        assert part in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_basic_auth_needs_a_user_and_a_password() -> None:
    found = http_security("SCHEMA_REGISTRY", {"SCHEMA_REGISTRY_BASIC_AUTH": "key:a:b"})
    assert found.auth == ("key", "a:b")
    assert "a:b" not in repr(found)
    with pytest.raises(ConfigError, match="KSQLDB_BASIC_AUTH: expected user:password"):
        http_security("KSQLDB", {"KSQLDB_BASIC_AUTH": "nocolon"})


def test_sidecar_takes_them_and_explicit_settings_win() -> None:
    environment = {"FRAUDSTREAM_MODEL": "m.json", "KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_SASL_USERNAME": "key",
                   "KAFKA_SASL_PASSWORD": "kafka-canary", "SCHEMA_REGISTRY_BASIC_AUTH": "key:registry-canary"}
    config = load_config(None, environment, kafka=["sasl.mechanism=SCRAM-SHA-512"])
    assert config.kafka["sasl.mechanism"] == "SCRAM-SHA-512"
    assert config.kafka["sasl.password"] == "kafka-canary"
    assert config.schema_registry_auth == "key:registry-canary"
    assert "canary" not in repr(config)


def test_sidecar_tells_wrong_credentials_with_all_other_problems() -> None:
    environment = {"KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "SCHEMA_REGISTRY_CA_FILE": "/nowhere"}
    with pytest.raises(ConfigError) as caught:
        load_config(None, environment)
    told = "\n".join(caught.value.problems)
    for part in ("KAFKA_SASL_USERNAME", "KAFKA_SASL_PASSWORD", "SCHEMA_REGISTRY_CA_FILE: /nowhere", "model: no model"):
        assert part in told
