"""Statements: run in order, each once; what is there is compared by its recorded digest."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from fraudstream.deploy.ledger import Entry, Ledger
from fraudstream.deploy.report import Report
from fraudstream.deploy.script import Statement
from fraudstream.deploy.target import Target, replacing
from fraudstream.ksqldb import Client, KsqlDbError

SETTLE_SECONDS = 60.0


@dataclass(slots=True)
class Runner:
    """Runs statements against one server. Stops at the first that fails; the rest is reported as not run.

    A server that is starting or stopping lists objects without their queries: it is waited for, since an INSERT that
    looks absent would be started a second time.
    """

    client: Client
    ledger: Ledger
    properties: dict[str, str]
    report: Report
    dry_run: bool = False
    replace: bool = False
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep
    _entries: dict[str, Entry] = field(default_factory=dict)
    _there: set[str] = field(default_factory=set)
    _queries: set[str] = field(default_factory=set)

    def run(self, statements: list[tuple[Statement, Target]]) -> None:
        """One action a statement."""
        self._look()
        properties, numbers, file = dict(self.properties), 0, None
        for statement, target in statements:
            if statement.file != file:
                file, numbers, properties = statement.file, 0, dict(self.properties)
            if target.kind == "set":
                properties[target.name] = target.value
                continue
            numbers += 1
            name = target.name if target.is_object else f"{statement.file.name}#{numbers}"
            if not self.report.ok:
                self.report.add(target.kind, name, "not run")
                continue
            self._one(statement, target, name, properties)

    def _look(self) -> None:
        self._entries, until = self.ledger.load(), self.clock() + SETTLE_SECONDS
        while True:
            self._there = {source["name"] for kind in ("streams", "tables") for source in self.client.show(kind)}
            self._queries = {query["id"] for query in self.client.show("queries")}
            if not self._stalled() or self.clock() >= until:
                return
            self.sleep(0.5)

    def _stalled(self) -> dict[str, str]:
        """The query of each object that deploy made, is there, but has lost its query."""
        made = {key.partition(" ")[2]: str(entry["query_id"]) for key, entry in self._entries.items()
                if not key.startswith("insert ") and entry.get("query_id")}
        return {name: query for name, query in made.items() if name in self._there and query not in self._queries}

    def _one(self, statement: Statement, target: Target, name: str, properties: dict[str, str]) -> None:
        key = f"{target.kind} {name}"
        entry = self._entries.get(key)
        present = name in self._there if target.is_object else bool(entry and entry.get("query_id") in self._queries)
        if stalled := self._stalled():
            lost = name if name in stalled else next(iter(stalled))
            self.report.add(target.kind, name, "failed", f"{lost} is there without its query {stalled[lost]}: if "
                            "ksqlDB is starting, deploy again later; if it was terminated, DROP the object first")
        elif not present:
            self._execute(statement, statement.text, target, name, properties, "create")
        elif entry is None:
            self.report.add(target.kind, name, "unchanged", "there already, but not by deploy: not compared")
        elif entry["digest"] == statement.digest:
            self.report.add(target.kind, name, "unchanged")
        elif self.replace and target.is_object:
            self._execute(statement, replacing(statement), target, name, properties, "replace")
        else:
            self.report.add(target.kind, name, "differs", f"{statement.place()} is not what was deployed from "
                             f"{entry['file']}; use --replace where ksqlDB can, else teardown first")

    def _execute(self, statement: Statement, sql: str, target: Target, name: str, properties: dict[str, str],
                 action: str) -> None:
        if self.dry_run:
            self.report.add(target.kind, name, f"would {action}", statement.place())
            return
        try:
            entities = self.client.execute(sql, properties)
        except KsqlDbError as error:
            place = statement.place(error.line, error.column)
            self.report.add(target.kind, name, "failed", f"{place}: {error.message}")
            return
        query_id = _query_id(entities)
        self.ledger.record(f"{target.kind} {name}", {
            "digest": statement.digest, "file": statement.file.name, "query_id": query_id})
        self.report.add(target.kind, name, f"{action}d", query_id or "")


def _query_id(entities: list[dict]) -> str | None:
    for entity in entities:
        if query_id := (entity.get("commandStatus") or {}).get("queryId"):
            return str(query_id)
    return None
