"""Runs the numbered scripts in order; what is there already is left, what differs is said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fraudstream.deploy.ledger import Ledger, fingerprint
from fraudstream.deploy.report import CREATED, FAILED, UNCHANGED, WOULD, Action
from fraudstream.deploy.script import ScriptStatement, read_script
from fraudstream.errors import UserError
from fraudstream.ksqldb import Client, KsqlDbError

_NUMBERED = re.compile(r"\d+_\w+\.sql")


def numbered(folder: Path) -> list[Path]:
    """The scripts NNN_name.sql of a folder, in order. Raises UserError when there are none."""
    found = sorted(f for f in folder.iterdir() if _NUMBERED.fullmatch(f.name)) if folder.is_dir() else []
    if not found:
        raise UserError(f"{folder}: no scripts named NNN_name.sql")
    return found


class Runner:
    """Applies scripts through one client; stops at the first that fails, because the later ones stand on it."""

    def __init__(self, client: Client, ledger: Ledger, properties: Mapping[str, Any], dry_run: bool):
        self.client, self.ledger, self.properties, self.dry_run = client, ledger, properties, dry_run
        self.sources = {s["name"] for kind in ("streams", "tables") for s in client.show(kind)}
        self.inserts = [q for q in client.show("queries") if q["id"].startswith("INSERTQUERY")]

    def run(self, files: list[Path]) -> list[Action]:
        actions: list[Action] = []
        for file in files:
            actions.append(self._apply(file, read_script(file)))
            if actions[-1].outcome == FAILED:
                break
        return actions

    def _apply(self, file: Path, statements: list[ScriptStatement]) -> Action:
        mark, known = fingerprint(statements), self.ledger.entries.get(file.name)
        missing = [s for s in statements if not self._is_there(s)]
        if not missing:
            return self._compare(file, mark, known)
        if self.dry_run:
            return Action("script", file.name, WOULD)
        for statement in missing:
            try:
                self.client.execute(statement.text, self.properties)
            except KsqlDbError as error:
                return Action("script", file.name, FAILED, _place(statement, error))
        self.ledger.record(file.name, mark)
        return Action("script", file.name, CREATED)

    def _is_there(self, statement: ScriptStatement) -> bool:
        if statement.creates:
            return statement.creates[1] in self.sources
        target = statement.inserts_into
        return target is not None and any(target in q["sinks"] for q in self.inserts)

    def _compare(self, file: Path, mark: str, known: str | None) -> Action:
        if known in (None, mark):
            return Action("script", file.name, UNCHANGED, "" if known else "was there before this tool's first run")
        return Action("script", file.name, FAILED, "is deployed with other text: `fraudstream deploy --teardown` "
                                                   "removes what is there, then deploy again")


def _place(statement: ScriptStatement, error: KsqlDbError) -> str:
    line = statement.line + (error.line or 1) - 1
    column = f":{error.column}" if error.column is not None else ""
    return f"{statement.file}:{line}{column}: {error.message}"
