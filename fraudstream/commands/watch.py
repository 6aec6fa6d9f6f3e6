"""fraudstream watch: live flags."""

from __future__ import annotations

from typing import Annotated

import typer

from fraudstream.commands._options import Json, Ksqldb


def register(app: typer.Typer) -> None:
    app.command(epilog="Example: fraudstream watch --from-start --limit 20")(watch)


def watch(
    ksqldb: Ksqldb = None,
    account: Annotated[str | None, typer.Option(metavar="ID", help="Only flags of this account",
                                                show_default=False)] = None,
    from_start: Annotated[bool, typer.Option("--from-start", help="All flags so far first")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="End after so many", show_default=False)] = None,
    json: Json = False,
) -> int:
    """Show flags as they are raised, until Ctrl-C. Reconnects by itself."""
    from fraudstream.addresses import resolve
    from fraudstream.watch import watch as show

    show(resolve({"ksqldb": ksqldb}).ksqldb, account=account, from_start=from_start, limit=limit, as_json=json)
    return 0
