"""schemas/ parse, name every subject once, and agree with the columns of sql/."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import fastavro
import pytest

from tests.sql.scripts import scripts

SCRIPTS = {s.object: s.statement for s in scripts()}


def schema(root: Path, name: str) -> dict[str, Any]:
    return json.loads((root / "schemas" / name).read_text())


def fields(root: Path, name: str) -> list[str]:
    return [f["name"] for f in schema(root, name)["fields"]]


def test_every_file_has_its_subject(root: Path) -> None:
    subjects = tomllib.loads((root / "schemas" / "subjects.toml").read_text())["subject"]
    assert {s["file"] for s in subjects} == {p.name for p in (root / "schemas").glob("*.avsc")}
    assert all(s["subject"] == f"{s['topic']}-value" for s in subjects)
    for s in subjects:
        fastavro.parse_schema(schema(root, s["file"]))


@pytest.mark.parametrize(("stream", "file"), [
    ("transactions_rejected", "transaction_rejected.avsc"),
    ("transactions_enriched", "transaction_enriched.avsc"),
    ("fraud_alerts", "fraud_alert.avsc"),
])
def test_sinks_have_the_columns_of_their_schema(root: Path, stream: str, file: str) -> None:
    statement = SCRIPTS[stream]
    columns = re.findall(r" AS (\w+)(?=,| FROM)", statement) if " AS account_id" in statement else columns_of(statement)
    key, *values = columns if stream != "transactions_enriched" else columns
    assert [c.upper() for c in values] == fields(root, file)
    full = schema(root, file)
    assert f"VALUE_AVRO_SCHEMA_FULL_NAME='{full['namespace']}.{full['name']}'" in statement
    assert full["connect.name"] == f"{full['namespace']}.{full['name']}"


def columns_of(statement: str) -> list[str]:
    """Plain columns between SELECT and FROM; an expression counts by its alias."""
    selected = re.sub(r"CASE .*? END AS ", "", statement.split(" AS SELECT ")[1].split(" FROM ")[0])
    return [c.strip() for c in selected.split(",")]


@pytest.mark.parametrize(("stream", "file"), [
    ("transactions", "transaction.avsc"),
    ("fraud_labels", "fraud_label.avsc"),
    ("fraud_flags", "fraud_flag.avsc"),
])
def test_sources_declare_columns_of_their_schema(root: Path, stream: str, file: str) -> None:
    declared = SCRIPTS[stream].split("(", 1)[1].split(") WITH")[0]
    flat = re.sub(r"<.*>", "", declared)
    names = [c.split()[0] for c in flat.split(",") if not c.endswith(" KEY")]
    assert set(names) <= set(fields(root, file))


def test_no_label_in_transactions(root: Path) -> None:
    assert not [f for f in fields(root, "transaction.avsc") if "fraud" in f or "label" in f]
    assert not [f for f in fields(root, "transaction_enriched.avsc") if f.startswith("NEW_BALANCE")]
