"""Take down what deploy put up: queries, streams and tables, and on request topics and schemas."""

from __future__ import annotations

from collections.abc import Sequence

from fraudstream.deploy.ledger import Ledger
from fraudstream.deploy.report import Report
from fraudstream.deploy.target import Target
from fraudstream.ksqldb import Client, KsqlDbError, quote_identifier


def drop(client: Client, ledger: Ledger, targets: Sequence[Target], report: Report,
         dry_run: bool = False) -> list[str]:
    """Terminate the queries that read from or write to the targets, then drop these, last one first.

    Topics stay; returned are the topics of what was dropped.
    """
    names = {target.name for target in targets if target.is_object}
    there = {source["name"]: source for kind in ("streams", "tables") for source in client.show(kind)}
    topics = sorted({there[name]["topic"] for name in names if name in there})
    for query in client.show("queries"):
        if query.get("queryType") == "PERSISTENT" and names & set(query.get("sinks") or ()):
            _run(client, f"TERMINATE {query['id']};", "query", query["id"], report, dry_run)
    for target in reversed([t for t in targets if t.is_object]):
        if target.name not in there:
            report.add(target.kind, target.name, "absent")
            continue
        statement = f"DROP {target.kind.upper()} {quote_identifier(target.name)};"
        _run(client, statement, target.kind, target.name, report, dry_run)
    if not dry_run:
        for key in ledger.load():
            ledger.record(key, None)
    return topics


def _run(client: Client, statement: str, kind: str, name: str, report: Report, dry_run: bool) -> None:
    if dry_run:
        report.add(kind, name, "would delete")
        return
    try:
        client.execute(statement)
        report.add(kind, name, "deleted")
    except KsqlDbError as error:
        report.add(kind, name, "failed", error.message)
