"""fraudstream deploy: schemas/ and sql/ onto a stack."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fraudstream.commands._options import Json, Kafka, Ksqldb, Registry


def register(app: typer.Typer) -> None:
    app.command(epilog="Example: fraudstream deploy --ksqldb http://127.0.0.1:8088")(deploy)


def deploy(
    kafka: Kafka = None, registry: Registry = None, ksqldb: Ksqldb = None,
    sql: Annotated[Path | None, typer.Option(metavar="DIR", help="Scripts [the ones that ship]",
                                             show_default=False)] = None,
    schemas: Annotated[Path | None, typer.Option(metavar="DIR", help="Avro schemas [the ones that ship]",
                                                 show_default=False)] = None,
    properties: Annotated[Path | None, typer.Option(metavar="FILE", help="streamsProperties [config/ksql.toml]",
                                                    show_default=False)] = None,
    partitions: Annotated[int | None, typer.Option(min=1, help="Partitions of every topic [sql/topics.toml]",
                                                   show_default=False)] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, do nothing")] = False,
    remove: Annotated[bool, typer.Option("--teardown", help="Remove everything, data included, instead")] = False,
    json: Json = False,
) -> int:
    """Apply schemas/ and sql/ in order to any stack. Run again, it changes nothing. Exit 1 when something failed."""
    import json as text

    from fraudstream import deploy as deployment
    from fraudstream.addresses import resolve

    addresses = resolve({"kafka": kafka, "registry": registry, "ksqldb": ksqldb})
    if remove:
        deployment.teardown(addresses, sql=sql, schemas=schemas, say=print)
        return 0
    report = deployment.deploy(addresses, sql=sql, schemas=schemas, properties=properties, partitions=partitions,
                               dry_run=dry_run, say=lambda action: None if json else _show(action))
    if json:
        print(text.dumps(report.to_json()))
    return 0 if report.ok else 1


def _show(action: object) -> None:
    from fraudstream.deploy import Action

    assert isinstance(action, Action)
    print(f"{action.outcome:12} {action.kind:7} {action.name}" + (f"  {action.detail}" if action.detail else ""))
