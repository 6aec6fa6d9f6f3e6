"""Settings of the sidecar: file, then environment, then explicit values; all problems are told at once."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from scoring.errors import ConfigError
from scoring.security import http_security, kafka_security

ENVIRONMENT = {"KAFKA_BOOTSTRAP_SERVERS": "bootstrap_servers", "SCHEMA_REGISTRY_URL": "schema_registry_url"}
PREFIX = "FRAUDSTREAM_"
REPLAYED = "_replayed"
CHOICES = {
    "delivery": ("exactly_once", "at_least_once"),
    "start": ("auto", "earliest", "latest"),
    "on_missing_feature": ("dead_letter", "stop"),
    "log_format": ("json", "text"),
}
LIMITS = {
    "batch_size": (1, 100_000),
    "transaction_timeout_ms": (1_000, 900_000),
    "session_timeout_ms": (1_000, 1_800_000),
    "reasons": (0, 20),
    "dead_letter_max_bytes": (1_024, 100_000_000),
    "reload_seconds": (0, 86_400),
}


@dataclass(frozen=True)
class SidecarConfig:
    """All settings.

    instance_id: stable name of this instance; transactional.id is group_id + "-" + instance_id, so no two running
    instances of a group may share it.
    start: where a partition without a committed offset begins. auto: at the earliest record, but only while this
    group has never written anything; earliest, latest: there, whatever was written.
    delivery: exactly_once, or at_least_once: without transactions, faster to be seen, a failure may write flags twice.
    on_missing_feature: what happens to records whose schema lacks a column of the model.
    model: model file, or a directory whose newest *.json is used (and those in its folder challengers/, in the shadow);
    reload_seconds: how often it is looked at (0: once).
    model_topic: topic of models and their roles; empty for none. Its champion goes before `model`.
    shadow_topic: where challengers' flags go.
    http: HOST:PORT of /healthz, /readyz and /metrics; empty for none.
    schema_registry_auth: user:password; schema_registry_ca: PEM file to trust instead of the usual authorities.
    kafka: settings handed to librdkafka as they are, after those of the environment (scoring/security.py).
    """

    model: str = ""
    bootstrap_servers: str = "127.0.0.1:9092"
    schema_registry_url: str = "http://127.0.0.1:8081"
    schema_registry_auth: str = field(default="", repr=False)
    schema_registry_ca: str = ""
    input_topic: str = "transactions_enriched"
    flag_topic: str = "fraud_flags"
    dead_letter_topic: str = "fraud_dead_letters"
    shadow_topic: str = "fraud_flags_shadow"
    model_topic: str = ""
    group_id: str = "fraud-scoring"
    instance_id: str = "0"
    start: str = "auto"
    delivery: str = "exactly_once"
    on_missing_feature: str = "dead_letter"
    batch_size: int = 10_000
    reasons: int = 3
    transaction_timeout_ms: int = 10_000
    session_timeout_ms: int = 6_000
    dead_letter_max_bytes: int = 900_000
    reload_seconds: int = 10
    http: str = ""
    log_format: str = "json"
    kafka: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def transactional_id(self) -> str:
        return f"{self.group_id}-{self.instance_id}"


def replayed_topic(topic: str) -> str:
    """Where dead letters about records of a topic are replayed into; itself, for such a topic."""
    return topic if topic.endswith(REPLAYED) else topic + REPLAYED


def load_config(
    path: str | Path | None = None,
    environment: Mapping[str, str] | None = None,
    overrides: Mapping[str, Any] | None = None,
    kafka: list[str] | None = None,
) -> SidecarConfig:
    """Settings from a TOML file (table [sidecar], or the top level), the environment, explicit values, -X key=value.

    Raises ConfigError that lists every problem.
    """
    config, problems, _ = read_config(path, environment, overrides, kafka)
    if problems:
        raise ConfigError(problems)
    return config


def read_config(
    path: str | Path | None = None,
    environment: Mapping[str, str] | None = None,
    overrides: Mapping[str, Any] | None = None,
    kafka: list[str] | None = None,
) -> tuple[SidecarConfig, list[str], set[str]]:
    """As load_config, but with every problem beside the settings; the third value names the settings that are wrong,
    which have their default."""
    problems: list[str] = []
    raw = _from_file(path, problems)
    environment = os.environ if environment is None else environment
    raw |= _from_environment(environment) | _registry_security(environment, problems)
    raw |= {key: value for key, value in (overrides or {}).items() if value is not None}
    raw["kafka"] = {**_kafka_security(environment, problems), **_table(raw.get("kafka", {}), problems),
                    **_pairs(kafka or [], problems)}
    values = {key: _typed(key, value, problems) for key, value in raw.items()}
    _check(values, problems)
    wrong = {problem.partition(":")[0] for problem in problems}
    if any(problem.startswith("KAFKA_") for problem in problems):
        wrong.add("kafka")
    names = {f.name for f in fields(SidecarConfig)} - wrong
    return SidecarConfig(**{key: value for key, value in values.items() if key in names}), problems, wrong


def _from_file(path: str | Path | None, problems: list[str]) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        with open(path, "rb") as file:
            document = tomllib.load(file)
    except OSError as error:
        problems.append(f"{path}: {error.strerror or error}")
        return {}
    except tomllib.TOMLDecodeError as error:
        problems.append(f"{path}: not TOML ({error})")
        return {}
    section = document.get("sidecar", document)
    return dict(section) if isinstance(section, dict) else {}


def _from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    names = {f.name for f in fields(SidecarConfig)} - {"kafka"}
    own = {name: environment[PREFIX + name.upper()] for name in names if environment.get(PREFIX + name.upper())}
    return {key: environment[name] for name, key in ENVIRONMENT.items() if environment.get(name)} | own


def _registry_security(environment: Mapping[str, str], problems: list[str]) -> dict[str, str]:
    try:
        found = http_security("SCHEMA_REGISTRY", environment)
    except ConfigError as error:
        problems += error.problems
        return {}
    values = {"schema_registry_auth": ":".join(found.auth or ()), "schema_registry_ca": found.ca}
    return {key: value for key, value in values.items() if value}


def _kafka_security(environment: Mapping[str, str], problems: list[str]) -> dict[str, str]:
    try:
        return kafka_security(environment)
    except ConfigError as error:
        problems += error.problems
        return {}


def _table(value: Any, problems: list[str]) -> dict[str, str]:
    if not isinstance(value, Mapping):
        problems.append("kafka: expected a table of librdkafka settings")
        return {}
    return {key: str(item).lower() if isinstance(item, bool) else str(item) for key, item in value.items()}


def _pairs(pairs: list[str], problems: list[str]) -> dict[str, str]:
    split = [pair.partition("=") for pair in pairs]
    problems += [f"-X argument {n}: expected key=value" for n, (key, equals, _) in enumerate(split, 1)
                 if not equals or not key]
    return {key: value for key, equals, value in split if equals and key}


def _typed(key: str, value: Any, problems: list[str]) -> Any:
    types = {f.name: f.type for f in fields(SidecarConfig)}
    if key not in types:
        problems.append(f"{key}: unknown setting; known are {', '.join(sorted(types))}")
    elif types[key] == "int":
        return _whole(key, value, problems)
    elif key != "kafka" and not isinstance(value, str | Path | int):
        problems.append(f"{key}: expected a text, found a {type(value).__name__}")
    return value if key == "kafka" else str(value)


def _whole(key: str, value: Any, problems: list[str]) -> int:
    try:
        number = int(value) if not isinstance(value, bool | float) else None
    except ValueError:
        number = None
    low, high = LIMITS[key]
    if number is None or not low <= number <= high:
        problems.append(f"{key}: expected a whole number from {low} to {high}, found {value!r}")
        return low
    return number


def _check(values: dict[str, Any], problems: list[str]) -> None:
    for key, allowed in CHOICES.items():
        if key in values and values[key] not in allowed:
            problems.append(f"{key}: '{values[key]}' is not one of {', '.join(allowed)}")
    for key in ("bootstrap_servers", "input_topic", "flag_topic", "dead_letter_topic", "shadow_topic", "group_id",
                "instance_id"):
        if not values.get(key, "default"):
            problems.append(f"{key}: must not be empty")
    if not values.get("model") and not values.get("model_topic"):
        problems.append("model: no model file given (setting model, environment FRAUDSTREAM_MODEL), and no model_topic")
    url = values.get("schema_registry_url", "http://")
    if "@" in url:
        problems.append("schema_registry_url: user and password do not belong there, where logs show them; set "
                        "schema_registry_auth or SCHEMA_REGISTRY_BASIC_AUTH_FILE")
    elif not url.startswith(("http://", "https://")):
        problems.append(f"schema_registry_url: '{url}' does not start with http:// or https://")
    _check_http(values.get("http", ""), problems)


def _check_http(address: str, problems: list[str]) -> None:
    host, colon, port = address.rpartition(":")
    if address and not (colon and host and port.isdigit() and int(port) < 65_536):
        problems.append(f"http: expected HOST:PORT, found '{address}'")
