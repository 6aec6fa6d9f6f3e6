"""fraudstream reconcile: do the books balance?"""

from __future__ import annotations

import typer

from fraudstream.commands._options import Json, Kafka, Ksqldb, Registry


def register(app: typer.Typer) -> None:
    app.command(epilog="Example: fraudstream reconcile --kafka 127.0.0.1:9092")(reconcile)


def reconcile(kafka: Kafka = None, registry: Registry = None, ksqldb: Ksqldb = None, json: Json = False) -> int:
    """Count every transaction on its way: produced = undecodable + rejected + enriched, and so on. Exit 1 if not."""
    import json as text

    from fraudstream.addresses import resolve
    from fraudstream.reconcile import reconcile as count

    books = count(resolve({"kafka": kafka, "registry": registry, "ksqldb": ksqldb}))
    if json:
        print(text.dumps({**books.to_json(), "balanced": books.balanced}))
    else:
        for name, value in books.to_json().items():
            print(f"{name:14} {value}")
        print("\n".join(books.problems()) or "the books balance")
    return 0 if books.balanced else 1
