"""What a real Schema Registry 7.9.5 answered, asked of ours."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from rowtime.registry.app import create_app
from rowtime.registry.avro import parse
from rowtime.registry.compatibility import MODES, Version, explain
from rowtime.registry.store import SchemaStore

TYPES = '["JSON","PROTOBUF","AVRO"]'
OTHER_SUBJECT = re.compile(r'"c\d+",?|\{"subject":"c\d+","version":1\},?')


def test_compatibility_verdicts_and_messages(shared: Path) -> None:
    lines = (shared / "golden/registry/compatibility.jsonl").read_text(encoding="utf-8").splitlines()
    wrong = []
    for case in map(json.loads, lines):
        existing = [Version(number, parse(json.dumps(text))) for number, text in enumerate(case["existing"], 1)]
        new = parse(json.dumps(case["new"]))
        assert set(case["verdict"]) == set(MODES)
        for mode, verdict in case["verdict"].items():
            found = explain(mode, new, existing)
            if (not found, found) != (verdict["is_compatible"], verdict["messages"]):
                wrong.append((case["name"], mode, found, verdict["messages"]))
    assert len(lines) == 216
    assert wrong == []


@pytest.mark.anyio
async def test_calls(shared: Path, call: Any) -> None:
    """Ids are compared by order of first appearance; subjects of other recordings on that server are left out."""
    app = create_app(SchemaStore())
    ids = {9: 1, 111: 2, 112: 3}
    calls = json.loads((shared / "golden/registry/calls.json").read_text(encoding="utf-8"))
    wrong = []
    for step in calls:
        path = re.sub(r"/ids/(\d+)", lambda found: f"/ids/{ids.get(int(found[1]), found[1])}", step["path"])
        answer = await call(app, step["method"], path, step["body"])
        expected = re.sub(r'"(id|maxId)":(\d+)', lambda found: f'"{found[1]}":{ids[int(found[2])]}', step["answer"])
        expected = OTHER_SUBJECT.sub("", expected)
        if expected == TYPES:
            expected = '["AVRO"]'
        if (answer.status, answer.text) != (step["status"], expected):
            wrong.append((step["method"], path, answer, expected))
        assert step["content_type"] in (None, answer.content_type)
    assert len(calls) == 60
    assert wrong == []
