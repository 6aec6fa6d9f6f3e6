"""One deployment: wait for the three addresses, topics, schemas, scripts."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fraudstream.addresses import Addresses
from fraudstream.assets import asset
from fraudstream.deploy import ledger as ledgers
from fraudstream.deploy.report import Action, Report
from fraudstream.deploy.schemas import delete_subjects, register_schemas
from fraudstream.deploy.script import read_script
from fraudstream.deploy.scripts import Runner, numbered
from fraudstream.deploy.topics import TopicPlan, create_topics, delete_topics, read_plan
from fraudstream.errors import UserError
from fraudstream.ksqldb import Client

Say = Callable[[Action], None]


def deploy(addresses: Addresses, *, sql: Path | None = None, schemas: Path | None = None,
           properties: Path | None = None, partitions: int | None = None, dry_run: bool = False,
           wait: float = 60.0, say: Say = lambda action: None) -> Report:
    """Apply schemas/ and sql/ to a stack. Folders default to those that ship; `partitions` to sql/topics.toml's.

    Running it again changes nothing. Raises UserError when an address does not answer within `wait` seconds.
    """
    sql, schemas = sql or asset("sql"), schemas or asset("schemas")
    report = Report()
    with Client(addresses.ksqldb) as client:
        client.wait_ready(wait)
        _add(report, say, create_topics(addresses.kafka, _plan(sql, partitions), dry_run))
        _add(report, say, register_schemas(addresses.registry, schemas, dry_run) if report.ok else [])
        if report.ok:
            runner = Runner(client, ledgers.Ledger(addresses.kafka), read_properties(properties), dry_run)
            for file in numbered(sql):
                _add(report, say, runner.run([file]))
                if not report.ok:
                    break
    return report


def _plan(sql: Path, partitions: int | None) -> TopicPlan:
    file = sql / "topics.toml"
    return read_plan(file if file.exists() else asset("sql/topics.toml"), partitions)


def _add(report: Report, say: Say, actions: list[Action]) -> None:
    for action in actions:
        report.actions.append(action)
        say(action)


def read_properties(file: Path | None = None) -> dict[str, Any]:
    """The table [properties] of config/ksql.toml or of another file."""
    file = file or asset("config/ksql.toml")
    try:
        return dict(tomllib.loads(file.read_text(encoding="utf-8"))["properties"])
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise UserError(f"{file}: no table [properties]: {error}") from None


def teardown(addresses: Addresses, *, sql: Path | None = None, schemas: Path | None = None,
             say: Callable[[str], None] = lambda text: None) -> None:
    """Remove everything deploy made, data included: queries first, then sources in reverse, topics, subjects."""
    sql, schemas = sql or asset("sql"), schemas or asset("schemas")
    with Client(addresses.ksqldb) as client:
        for query in client.show("queries"):
            if query.get("queryType", "PERSISTENT") == "PERSISTENT":
                client.execute(f"TERMINATE {query['id']};")
        there = {s["name"]: s for kind in ("streams", "tables") for s in client.show(kind)}
        names = [s.creates for f in numbered(sql) for s in read_script(f) if s.creates]
        for kind, name in reversed(names):
            if name in there:
                client.execute(f"DROP {kind} IF EXISTS `{name}`;")
                say(f"dropped {kind.lower()} {name.lower()}")
    topics = sorted({str(there[name]["topic"]) for _, name in names if name in there})
    plan = _plan(sql, None)
    delete_topics(addresses.kafka, [*topics, *(n for n in plan.names if n not in topics), ledgers.TOPIC])
    delete_subjects(addresses.registry, [f"{t}-value" for t in {*topics, *plan.names}])
