"""How Kafka, the registry and ksqlDB are asked with credentials: settings from the environment, secrets from files.

Each secret NAME may be given as NAME, or as NAME_FILE, the path of a file that holds it (a mounted secret).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scoring.errors import ConfigError

PLAIN_SETTINGS = {"KAFKA_SECURITY_PROTOCOL": "security.protocol", "KAFKA_SASL_MECHANISM": "sasl.mechanism"}
SECRETS = {
    "KAFKA_SASL_USERNAME": "sasl.username",
    "KAFKA_SASL_PASSWORD": "sasl.password",
    "KAFKA_SSL_KEY_PASSWORD": "ssl.key.password",
}
PATHS = {
    "KAFKA_SSL_CA_FILE": "ssl.ca.location",
    "KAFKA_SSL_CERTIFICATE_FILE": "ssl.certificate.location",
    "KAFKA_SSL_KEY_FILE": "ssl.key.location",
}
SERVICES = ("SCHEMA_REGISTRY", "KSQLDB")
AUTH, CA = "BASIC_AUTH", "CA_FILE"
PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
DEFAULT_MECHANISM = "PLAIN"

Environment = Mapping[str, str]


@dataclass(frozen=True)
class HttpSecurity:
    """auth: (user, password), None to ask without; ca: path of the PEM file to trust, empty for the usual ones."""

    auth: tuple[str, str] | None = field(default=None, repr=False)
    ca: str = ""

    @property
    def verify(self) -> str | bool:
        """What requests takes as `verify`."""
        return self.ca or True


def kafka_security(environment: Environment | None = None) -> dict[str, str]:
    """librdkafka settings of KAFKA_SECURITY_PROTOCOL, KAFKA_SASL_…, KAFKA_SSL_…; empty where none is set.

    Raises ConfigError with every problem: a file that cannot be read, a protocol that is none, a SASL protocol without
    user or password, or credentials that no SASL protocol would use.
    """
    environment = os.environ if environment is None else environment
    problems: list[str] = []
    settings = {key: environment[name] for name, key in PLAIN_SETTINGS.items() if environment.get(name)}
    for name, key in SECRETS.items():
        if value := _secret(name, environment, problems):
            settings[key] = value
    settings |= {key: path for name, key in PATHS.items() if (path := _path(name, environment, problems))}
    _check(settings, problems)
    if problems:
        raise ConfigError(problems)
    return settings


def http_security(service: str, environment: Environment | None = None) -> HttpSecurity:
    """Of SCHEMA_REGISTRY or KSQLDB: SERVICE_BASIC_AUTH (user:password, or its _FILE) and SERVICE_CA_FILE.

    Raises ConfigError with every problem.
    """
    environment = os.environ if environment is None else environment
    problems: list[str] = []
    text = _secret(f"{service}_{AUTH}", environment, problems)
    user, colon, password = text.partition(":")
    if text and not colon:
        problems.append(f"{service}_{AUTH}: expected user:password")
    ca = _path(f"{service}_{CA}", environment, problems)
    if problems:
        raise ConfigError(problems)
    return HttpSecurity((user, password) if text else None, ca)


def variables() -> list[str]:
    """Every variable that is looked at."""
    secrets = [*SECRETS, *(f"{service}_{AUTH}" for service in SERVICES)]
    return [*PLAIN_SETTINGS, *secrets, *(f"{name}_FILE" for name in secrets), *PATHS,
            *(f"{service}_{CA}" for service in SERVICES)]


def _secret(name: str, environment: Environment, problems: list[str]) -> str:
    value, file = environment.get(name, ""), environment.get(f"{name}_FILE", "")
    if value and file:
        problems.append(f"{name} and {name}_FILE are both set: which one?")
    if not file:
        return value
    try:
        value = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{name}_FILE: {file}: {getattr(error, 'strerror', None) or 'not UTF-8 text'}")
        return ""
    if not value:
        problems.append(f"{name}_FILE: {file} is empty")
    return value


def _path(name: str, environment: Environment, problems: list[str]) -> str:
    path = environment.get(name, "")
    if path and not os.access(path, os.R_OK):
        problems.append(f"{name}: {path} is not there or cannot be read")
    return path


def _check(settings: dict[str, str], problems: list[str]) -> None:
    protocol = settings.get("security.protocol", "PLAINTEXT").upper()
    if protocol not in PROTOCOLS:
        problems.append(f"KAFKA_SECURITY_PROTOCOL: '{protocol}' is not one of {', '.join(PROTOCOLS)}")
    if protocol.startswith("SASL"):
        mechanism = settings.setdefault("sasl.mechanism", DEFAULT_MECHANISM).upper()
        if mechanism == "PLAIN" or mechanism.startswith("SCRAM"):
            problems += [f"{name} (or {name}_FILE): not set, but KAFKA_SECURITY_PROTOCOL is {protocol}"
                         for name, key in SECRETS.items() if key.startswith("sasl.") and key not in settings]
    elif unused := [name for name, key in (PLAIN_SETTINGS | SECRETS).items()
                    if key.startswith("sasl.") and key in settings]:
        problems.append(f"{', '.join(unused)}: set, but KAFKA_SECURITY_PROTOCOL is {protocol}, which does not use it; "
                        "set SASL_SSL or SASL_PLAINTEXT")
