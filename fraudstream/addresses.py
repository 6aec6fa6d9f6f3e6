"""The three addresses that everything here knows: Kafka, Schema Registry, ksqlDB.

Precedence: command line flag, then environment, then the file config/fraudstream.toml, then the defaults.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Addresses:
    """kafka is host:port (several with commas), registry and ksqldb are URLs."""

    kafka: str = "127.0.0.1:9092"
    registry: str = "http://127.0.0.1:8081"
    ksqldb: str = "http://127.0.0.1:8088"

    def environment(self) -> dict[str, str]:
        """The same as environment variables, for a child process."""
        return {variable: getattr(self, name) for name, variable in VARIABLES.items()}


VARIABLES = {
    "kafka": "KAFKA_BOOTSTRAP_SERVERS",
    "registry": "SCHEMA_REGISTRY_URL",
    "ksqldb": "KSQLDB_URL",
}


def resolve(
    flags: Mapping[str, str | None] | None = None,
    environment: Mapping[str, str] | None = None,
    file: Path | None = None,
) -> Addresses:
    """Addresses from flags, environment and a TOML file with a table [addresses]; ValueError names a bad file."""
    environment = os.environ if environment is None else environment
    values = _from_file(file) if file else {}
    values |= {name: environment[v] for name, v in VARIABLES.items() if environment.get(v)}
    values |= {name: value for name, value in (flags or {}).items() if value}
    for name in ("registry", "ksqldb"):
        if "@" in values.get(name, ""):
            raise ValueError(f"{name}: user and password do not belong into the URL, where messages show them; set "
                             f"{VARIABLES[name].removesuffix('_URL')}_BASIC_AUTH_FILE")
    return Addresses(**values)


def _from_file(file: Path) -> dict[str, str]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8")).get("addresses", {})
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{file}: not TOML: {error}") from None
    unknown = set(table) - {f.name for f in fields(Addresses)}
    if unknown:
        raise ValueError(f"{file}: [addresses] has no {', '.join(sorted(unknown))}; it takes {', '.join(VARIABLES)}")
    return dict(table)
