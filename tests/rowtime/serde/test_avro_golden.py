"""Schemas and records of a real ksqlDB: the same text, the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rowtime.serde import columns_from_schema, reader, value_schema, writer
from rowtime.serde.api import Format

AVRO = Format("AVRO")
OWN = '"connect.name":"io.confluent.ksql.avro_schemas.KsqlDataSourceSchema"}'
RECORDINGS = ["enrichment", "chain", "features", "windows", "joins", "partitions"]


def recording(shared: Path, name: str) -> list[dict[str, Any]]:
    return json.loads((shared / "golden" / name / "recording.json").read_text())


def schemas(steps: list[dict[str, Any]]) -> dict[int, str]:
    found = [s for step in steps if "subjects" in step["result"] for s in step["result"]["subjects"].values()]
    return {s["id"]: s["schema"] for s in found}


def values(steps: list[dict[str, Any]]) -> Iterator[bytes]:
    for step in steps:
        for records in step["result"].get("topics", {}).values():
            yield from (bytes.fromhex(record[4]) for record in records if record[4])


@pytest.mark.parametrize("name", RECORDINGS)
def test_schemas_are_the_same_text(shared: Path, name: str) -> None:
    own = [text for text in schemas(recording(shared, name)).values() if text.endswith(OWN)]
    assert own
    for text in own:
        assert value_schema(columns_from_schema(text)) == text


@pytest.mark.parametrize("name", RECORDINGS)
def test_records_are_the_same_bytes(shared: Path, name: str) -> None:
    steps = recording(shared, name)
    known = schemas(steps)
    for schema_id, text in known.items():
        if not text.endswith(OWN):
            continue
        columns = columns_from_schema(text)
        read = reader(AVRO, columns, {c.name for c in columns}, known.__getitem__)
        data = [v for v in values(steps) if v[:5] == schema_id.to_bytes(5, "big")]
        assert writer(AVRO, columns, schema_id)(read(data)) == data


def test_registered_schemas_of_the_conformance_cases(shared: Path) -> None:
    checked = 0
    for line in (shared / "conformance" / "specs.jsonl").read_text().splitlines():
        for topic in json.loads(line)["topics"]:
            for side in ("valueSchema", "keySchema"):
                schema = topic.get(side)
                if not isinstance(schema, dict) or topic[side[:-6] + "Format"]["format"] != "AVRO":
                    continue
                text = json.dumps(schema, separators=(",", ":"), ensure_ascii=False)
                full_name = schema.get("connect.name", "")
                if not full_name.startswith("io.confluent.ksql.avro_schemas.") or schema["type"] != "record":
                    continue
                assert value_schema(columns_from_schema(text, upper=False), full_name) == text
                checked += 1
    assert checked > 300
