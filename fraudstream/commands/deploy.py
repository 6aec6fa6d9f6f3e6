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
    replication: Annotated[int | None, typer.Option(min=1, help="Copies of every topic [what the cluster does]",
                                                    show_default=False)] = None,
    replace: Annotated[bool, typer.Option("--replace", help="CREATE OR REPLACE what differs from what was "
                                                            "deployed")] = False,
    wait: Annotated[float, typer.Option(metavar="SECONDS", min=0, help="How long to wait for an address")] = 60.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, do nothing")] = False,
    remove: Annotated[bool, typer.Option("--teardown", help="Remove everything, data included, instead")] = False,
    json: Json = False,
) -> int:
    """Apply schemas/ and sql/ in order to any stack. Run again, it changes nothing. Exit 1 when something failed."""
    import json as text

    from fraudstream import deploy as deployment
    from fraudstream.addresses import resolve

    addresses = resolve({"kafka": kafka, "registry": registry, "ksqldb": ksqldb})

    def say(action: deployment.Action) -> None:
        if not json:
            print(action, flush=True)

    if remove:
        report = deployment.teardown(addresses, sql=sql, schemas=schemas, dry_run=dry_run, wait=wait, say=say)
    else:
        report = deployment.deploy(addresses, sql=sql, schemas=schemas, properties=properties, partitions=partitions,
                                   replication=replication, dry_run=dry_run, replace=replace, wait=wait, say=say)
    if json:
        print(text.dumps(report.to_json()))
    return 0 if report.ok else 1
