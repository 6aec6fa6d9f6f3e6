"""fraudstream doctor: is the stack well, and if not, what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fraudstream.commands._options import Json, Kafka, Ksqldb, Registry


def register(app: typer.Typer) -> None:
    app.command(epilog="Example: fraudstream doctor --json")(doctor)


def doctor(
    kafka: Kafka = None, registry: Registry = None, ksqldb: Ksqldb = None,
    group: Annotated[str, typer.Option(help="The sidecars' consumer group")] = "fraud-scoring",
    model: Annotated[Path | None, typer.Option(envvar="FRAUDSTREAM_MODEL", metavar="FILE|DIR", show_default=False,
                                               help="Model file, or a folder whose newest is used "
                                                    "[the model that ships]")] = None,
    sql: Annotated[Path | None, typer.Option(metavar="DIR", help="Scripts [the ones that ship]",
                                             show_default=False)] = None,
    schemas: Annotated[Path | None, typer.Option(metavar="DIR", help="Avro schemas [the ones that ship]",
                                                 show_default=False)] = None,
    partitions: Annotated[int | None, typer.Option(min=1, help="Partitions of every topic [sql/topics.toml]",
                                                   show_default=False)] = None,
    max_lag: Annotated[int, typer.Option(min=0, help="Records that may wait without a warning")] = 100_000,
    max_skew: Annotated[float, typer.Option(min=0, help="Seconds that clocks may differ")] = 2.0,
    timeout: Annotated[float, typer.Option(metavar="SECONDS", min=0.1, help="How long to wait for an answer")] = 10.0,
    json: Json = False,
) -> int:
    """Look at Kafka, registry, ksqlDB, topics, schemas, queries, lag, model and clocks; change nothing.

    Each finding is pass, warn, fail or skip, with what to do. Exit 0 when nothing failed, 1 when something did.
    """
    import json as text

    from fraudstream.addresses import resolve
    from fraudstream.assets import asset
    from fraudstream.deploy.plan import plan
    from fraudstream.doctor import Finding, Visit, examine

    def say(finding: Finding) -> None:
        if not json:
            print(finding, flush=True)

    wanted = plan(schemas or asset("schemas"), sql or asset("sql"), asset("config/ksql.toml"), partitions)
    visit = Visit(resolve({"kafka": kafka, "registry": registry, "ksqldb": ksqldb}), wanted, group,
                  model or asset("config/model.json"), timeout, max_lag, max_skew)
    findings = examine(visit, say)
    if json:
        print(text.dumps(findings.to_json()))
    else:
        print(", ".join(f"{number} {outcome}" for outcome, number in findings.to_json()["counts"].items() if number))
    return 0 if findings.ok else 1
