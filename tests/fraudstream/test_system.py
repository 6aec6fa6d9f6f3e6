"""The embedded system asks for no credentials, whatever the environment holds for another stack."""

from __future__ import annotations

from pathlib import Path

import pytest

from fraudstream.system import System


def test_credentials_of_another_stack_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_SASL_USERNAME": "key",
                        "KAFKA_SASL_PASSWORD": "secret", "KSQLDB_CA_FILE": "/nowhere",
                        "SCHEMA_REGISTRY_BASIC_AUTH_FILE": "/nowhere"}.items():
        monkeypatch.setenv(name, value)
    with System(tmp_path) as system:
        assert system.failure() is None
