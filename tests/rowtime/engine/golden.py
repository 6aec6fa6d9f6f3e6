"""Plays a recording's steps into a LocalEngine and compares what came out."""

from __future__ import annotations

import io
import json
import struct
from pathlib import Path
from typing import Any

import fastavro

from rowtime.engine.local import LocalEngine, drive
from rowtime.log.api import Record

SETTINGS = {"auto.offset.reset": "earliest"}


def load(shared: Path, name: str) -> list[dict[str, Any]]:
    return json.loads((shared / "golden" / name / "recording.json").read_text())


def encode(schema_id: int, parsed: Any, value: Any) -> bytes | None:
    if value is None:
        return None
    out = io.BytesIO()
    fastavro.schemaless_writer(out, parsed, value)
    return struct.pack(">bi", 0, schema_id) + out.getvalue()


class Player:
    """Runs produce and ksql steps; keeps the answers of the statements."""

    def __init__(self, **options: Any):
        self.engine = LocalEngine(**options)
        self.done: list[Any] = []
        self.expected: list[Any] = []

    def play(self, recording: list[dict[str, Any]]) -> None:
        for entry in recording:
            step = entry["step"]
            if "produce" in step:
                self.produce(step)
            elif "ksql" in step and entry["result"]["status"] == 200 and is_command(step["ksql"]):
                done = self.engine.execute(step["ksql"], step.get("props") or {})
                self.done += done
                self.expected += json.loads(entry["result"]["body"])
            elif "settle" in step:
                self.engine.run()

    def produce(self, step: dict[str, Any]) -> None:
        topic = step["produce"]
        if topic not in self.engine.log.topics():
            self.engine.create_topic(topic, step.get("partitions", 1))
        schema_id = self.engine.register(f"{topic}-value", json.dumps(step["schema"], separators=(",", ":")))
        parsed = fastavro.parse_schema(step["schema"])
        self.engine.append(topic, [Record(None if key is None else key.encode(), encode(schema_id, parsed, value), ts)
                                   for key, value, ts in step["records"]])

    def entities(self) -> list[dict[str, Any]]:
        """The answers as REST shows them."""
        return [entity(d) for d in self.done]

    def subjects(self) -> dict[str, Any]:
        names = list(self.engine.schemas.state.subjects)
        return {name: json.loads(drive(self.engine.schemas.latest(name))[1]) for name in names}


def entity(done: Any) -> dict[str, Any]:
    kind, name = done.text.split()[1:3]
    return {"@type": "currentStatus", "statementText": done.text, "commandId": f"{kind.lower()}/`{name}`/create",
            "commandStatus": {"status": "SUCCESS", "message": done.message, "queryId": done.query_id},
            "commandSequenceNumber": done.sequence, "warnings": []}


def is_command(text: str) -> bool:
    return text.lstrip().upper().startswith(("CREATE", "INSERT", "DROP", "TERMINATE"))


def expected_records(recording: list[dict[str, Any]]) -> dict[str, dict[int, list[tuple]]]:
    """topic → partition → [(timestamp, key, value)] of the last dump."""
    found: dict[str, dict[int, list[tuple]]] = {}
    for entry in recording:
        if "dump" in entry["step"]:
            for topic, records in entry["result"]["topics"].items():
                parts: dict[int, list[tuple]] = {}
                for partition, _, ts, key, value, _ in records:
                    parts.setdefault(partition, []).append((ts, unhex(key), unhex(value)))
                found[topic] = parts
    return found


def unhex(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text)


def expected_subjects(recording: list[dict[str, Any]]) -> dict[str, Any]:
    for entry in recording:
        if "schemas" in entry["step"]:
            return {n: json.loads(s["schema"]) for n, s in entry["result"]["subjects"].items()}
    return {}


def body(value: bytes | None) -> bytes | None:
    """Without the schema's id, which differs from run to run."""
    return value[5:] if value is not None and value[:1] == b"\0" else value


__all__ = ["Player", "body", "expected_records", "expected_subjects", "load"]
