"""fraudstream explain: why was this transaction flagged, or not?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fraudstream.commands._options import Json, Kafka, Registry


def register(app: typer.Typer) -> None:
    app.command(epilog="Example: fraudstream explain t-000123 --model config/model.json")(explain)


def explain(
    transaction: Annotated[str, typer.Argument(metavar="TRANSACTION", help="A transaction's id")],
    model: Annotated[Path | None, typer.Option(metavar="FILE", help="The model that scored it "
                                               "[the one that ships]", show_default=False)] = None,
    all_features: Annotated[bool, typer.Option("--all", help="Every feature, not the ten largest shares")] = False,
    kafka: Kafka = None, registry: Registry = None, json: Json = False,
) -> int:
    """What became of a transaction, with each feature's exact share in its score. Exit 1 when nobody knows it."""
    import json as as_json

    from fraudstream.addresses import resolve
    from fraudstream.assets import asset
    from fraudstream.explain import explain as look
    from fraudstream.explain import text

    found = look(transaction, resolve({"kafka": kafka, "registry": registry}), model or asset("config/model.json"))
    print(as_json.dumps(found.to_json(), default=str) if json else text(found, None if all_features else 10))
    return 1 if found.outcome == "unknown" else 0
