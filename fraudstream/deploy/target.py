"""What a statement makes: the object whose presence says whether it has been run."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fraudstream.deploy.script import ScriptError, Statement

_NAME = r"(?P<name>`(?:[^`]|``)+`|[A-Za-z_][A-Za-z0-9_]*)"
_CREATE = re.compile(r"CREATE (?P<replace>OR REPLACE )?(?:SOURCE )?(?P<kind>STREAM|TABLE) (?:IF NOT EXISTS )?" + _NAME,
                     re.IGNORECASE)
_INSERT = re.compile(r"INSERT INTO " + _NAME + r" SELECT\b", re.IGNORECASE)
_SET = re.compile(r"SET '(?P<key>[^']+)' ?= ?'(?P<value>(?:[^']|'')*)'$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Target:
    """kind is stream, table, insert or set; name is the object's as ksqlDB stores it, and for `insert` the sink's."""

    kind: str
    name: str
    value: str = ""

    @property
    def is_object(self) -> bool:
        return self.kind in ("stream", "table")


def target(statement: Statement) -> Target:
    """What the statement makes. Raises ScriptError for statements that deploy cannot run more than once safely."""
    if found := _CREATE.match(statement.normal):
        return Target(found["kind"].lower(), _stored(found["name"]))
    if found := _INSERT.match(statement.normal):
        return Target("insert", _stored(found["name"]))
    if found := _SET.match(statement.normal):
        return Target("set", found["key"], found["value"].replace("''", "'"))
    words = " ".join(statement.normal.split()[:2])
    raise ScriptError(f"{statement.place()}: deploy does not run {words!r}, only CREATE STREAM or TABLE, "
                      "INSERT INTO … SELECT and SET")


def replacing(statement: Statement) -> str:
    """The statement as CREATE OR REPLACE."""
    return re.sub(r"^CREATE\s+(OR\s+REPLACE\s+)?", "CREATE OR REPLACE ", statement.text, count=1, flags=re.IGNORECASE)


def _stored(name: str) -> str:
    return name[1:-1].replace("``", "`") if name.startswith("`") else name.upper()
