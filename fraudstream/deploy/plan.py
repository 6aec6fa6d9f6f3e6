"""What the folders ask for: topics, schemas, statements and properties, read and checked before anything runs."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fraudstream.deploy.script import Statement, read
from fraudstream.deploy.target import Target, target
from fraudstream.errors import UserError


class PlanError(UserError):
    """A file that is missing or says something else than it should."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic to be there before sql/ runs."""

    name: str
    partitions: int
    replication: int
    config: dict[str, str]


@dataclass(frozen=True, slots=True)
class Subject:
    """A schema, the subject it goes under and that subject's compatibility mode."""

    name: str
    file: Path
    schema: dict[str, Any]
    compatibility: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything to deploy, in order."""

    topics: list[Topic]
    subjects: list[Subject]
    statements: list[tuple[Statement, Target]]
    properties: dict[str, str]
    windowed: dict[str, str]


def plan(schemas: Path, sql: Path, properties: Path, partitions: int | None = None,
         replication: int | None = None) -> Plan:
    """Read schemas/subjects.toml, sql/topics.toml, the scripts sql/NNN_name.sql and the table [properties] of a file.

    partitions and replication override the numbers in sql/topics.toml. Raises PlanError and ScriptError.
    """
    statements = [(statement, target(statement)) for script in numbered(sql) for statement in read(script)]
    table = _toml(properties).get("properties")
    if not isinstance(table, dict):
        raise PlanError(f"{properties}: no table [properties]")
    return Plan(topics(sql / "topics.toml", partitions, replication), subjects(schemas), statements,
                {name: str(value) for name, value in table.items()}, windowed(sql / "topics.toml"))


def numbered(folder: Path) -> list[Path]:
    """The scripts NNN_name.sql of a folder, in order."""
    found = sorted(folder.glob("[0-9]*_*.sql"))
    if not found:
        raise PlanError(f"{folder}: no scripts named NNN_name.sql")
    return found


def windowed(file: Path) -> dict[str, str]:
    """Settings of topics that ksqlDB makes for windowed tables and joins: the table [windowed]; none without it."""
    return {name: str(value) for name, value in (_toml(file) if file.exists() else {}).get("windowed", {}).items()}


def topics(file: Path, partitions: int | None = None, replication: int | None = None) -> list[Topic]:
    """The topics of a file such as sql/topics.toml; none without the file. replication -1: what the cluster does.

    A topic is a text about it, or a table with that text (about) and settings of its own; a number of partitions there
    stays whatever `partitions` says.
    """
    if not file.exists():
        return []
    content = _toml(file)
    defaults = {key: str(value) for key, value in content.get("defaults", {}).items()}
    if partitions:
        defaults["partitions"] = str(partitions)
    _topic(file, "any", defaults, {}, replication)
    return [_topic(file, name, defaults, entry if isinstance(entry, dict) else {}, replication)
            for name, entry in content.get("topics", {}).items()]


def _topic(file: Path, name: str, defaults: dict[str, str], own: dict[str, Any], replication: int | None) -> Topic:
    config = defaults | {key: str(value) for key, value in own.items() if key != "about"}
    number, copies = config.pop("partitions", "1"), config.pop("replication", "-1")
    if not number.isdigit() or not (copies.isdigit() or copies == "-1"):
        raise PlanError(f"{file}: topic {name}: partitions and replication are whole numbers")
    return Topic(name, int(number), replication or int(copies), config)


def subjects(folder: Path) -> list[Subject]:
    """The subjects of folder/subjects.toml with their schemas."""
    file = folder / "subjects.toml"
    found = []
    for table in _toml(file).get("subject", []):
        absent = {"file", "subject", "compatibility"} - set(table)
        if absent:
            raise PlanError(f"{file}: a [[subject]] lacks {', '.join(sorted(absent))}")
        path = folder / table["file"]
        found.append(Subject(table["subject"], path, _schema(path), table["compatibility"]))
    return found


def _schema(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PlanError(f"{path}: no such file, but subjects.toml names it") from None
    except ValueError as error:
        raise PlanError(f"{path}: not JSON: {error}") from None


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PlanError(f"{file}: no such file") from None
    except tomllib.TOMLDecodeError as error:
        raise PlanError(f"{file}: not TOML: {error}") from None
