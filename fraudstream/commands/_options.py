"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Kafka = Annotated[str | None, typer.Option("--kafka", metavar="HOST:PORT", envvar="KAFKA_BOOTSTRAP_SERVERS",
                                           help="Kafka bootstrap servers [127.0.0.1:9092]", show_default=False)]
Registry = Annotated[str | None, typer.Option("--registry", metavar="URL", envvar="SCHEMA_REGISTRY_URL",
                                              help="Schema Registry [http://127.0.0.1:8081]", show_default=False)]
Ksqldb = Annotated[str | None, typer.Option("--ksqldb", metavar="URL", envvar="KSQLDB_URL",
                                            help="ksqlDB server [http://127.0.0.1:8088]", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable output")]
ConfigFile = Annotated[Path | None, typer.Option("--config", metavar="FILE", help="Settings file (TOML)")]
Who = Annotated[str, typer.Option("--who", envvar="FRAUDSTREAM_WHO", help="Recorded with the change [the user's name]",
                                  show_default=False)]
Client = Annotated[list[str] | None, typer.Option("-X", metavar="KEY=VALUE", help="A librdkafka setting; repeatable")]


def user(who: str) -> str:
    """Who is recorded: the name given, or the one this runs under."""
    import getpass

    try:
        return who or getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"
