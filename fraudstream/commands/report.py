"""fraudstream report: the report tables as an HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fraudstream.commands._options import Json, Kafka, Ksqldb, Registry


def register(app: typer.Typer) -> None:
    app.command(epilog="Example: fraudstream report --out report.html")(report)


def report(
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to write the page")] = Path("report.html"),
    kafka: Kafka = None, registry: Registry = None, ksqldb: Ksqldb = None,
    books: Annotated[bool, typer.Option("--books/--no-books", help="Count the topics, too")] = True,
    json: Json = False,
) -> int:
    """Read the report tables by pull queries and write one HTML page with plots, which opens without a network."""
    import json as text

    from fraudstream.addresses import resolve
    from fraudstream.reconcile import reconcile
    from fraudstream.report import report as make

    addresses = resolve({"kafka": kafka, "registry": registry, "ksqldb": ksqldb})
    tables = make(addresses, out, books=reconcile(addresses).to_json() if books else None)
    if json:
        print(text.dumps(tables.as_dict() | {"report": str(out)}))
    else:
        print(f"{tables.scored:,} transactions scored, {tables.flagged:,} flagged: {out}")
    return 0
