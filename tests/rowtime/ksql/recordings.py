"""Replays a recording of a real ksqlDB and tells what is answered differently.

    python -m tests.rowtime.ksql.recordings ../shared/golden/admin/recording.json
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Set
from pathlib import Path
from typing import Any, NamedTuple

import requests

from tests.rowtime.ksql.stack import Stack

OWN = {"topology", "executionPlan"}
"""What EXPLAIN shows is how the query runs here: other steps than those of Kafka Streams, and their Python source."""
VOLATILE = OWN | {"statistics", "clusterStatistics", "tasksMetadata", "kafkaClusterId"}
"""Counted by JMX beans, once a while; offsets at the time of asking; an id."""
PROSE = {"description"}
"""What a function does, said in other words."""
RECORDED = "127.0.0.1:8088"


class Difference(NamedTuple):
    step: int
    what: str
    expected: Any
    actual: Any


def replay(path: Path, stack: Stack) -> Iterator[Difference]:
    recording = json.loads(path.read_text())
    places = _null_key_places(recording)
    for number, recorded in enumerate(recording):
        step = recorded["step"]
        if "produce" in step:
            at = places.get(step["produce"], {})
            stack.produce_avro(step["produce"], step["schema"], step["records"], step.get("partitions", 1),
                               lambda r, at=at: at.get(_without_id(r.value and r.value.hex())))  # fmt: skip
        else:
            yield from _step(number, step, recorded["result"], stack)


def _null_key_places(recording: list[Any]) -> dict[str, dict[str | None, int]]:
    """Where the recorded producer put records without a key: topic → value → partition."""
    places: dict[str, dict[str | None, int]] = {}
    for recorded in recording:
        for topic, records in recorded["result"].get("topics", {}).items():
            places[topic] = {_without_id(r[4]): r[0] for r in records if r[3] is None}
    return places


def _step(number: int, step: dict[str, Any], result: dict[str, Any], stack: Stack) -> Iterator[Difference]:
    if "settle" in step:
        stack.settle()
    elif "dump" in step:
        for topic in step["dump"]:
            yield from _compare_topic(number, topic, result["topics"][topic], stack.dump(topic))
    elif "schemas" in step:
        yield from _compare_schemas(number, result["subjects"], stack)
    else:
        text = next(step[kind] for kind in ("ksql", "query", "get") if kind in step)
        yield from _compare_answer(number, text, result, _ask(result["request"], stack), str(stack.server.address))


def _ask(request: dict[str, Any], stack: Stack) -> requests.Response:
    if request["method"] == "GET":
        return requests.get(stack.url + request["path"], timeout=60)
    return stack.post(request["path"], request["body"], request["accept"])


def _compare_answer(
    number: int, text: str, result: dict[str, Any], got: requests.Response, address: str
) -> Iterator[Difference]:
    if got.status_code != result["status"]:
        expected = (result["status"], result["body"])
        yield Difference(number, f"{text[:80]}: status", expected, (got.status_code, got.text))
        return
    expected, actual = normal(result["body"]), normal(got.content.decode().replace(address, RECORDED))
    if '"status":"EXECUTING"' in result["body"]:  # the recorded server was not done within its five seconds
        expected, actual = _without_status(expected), _without_status(actual)
    if expected != actual:
        yield Difference(number, text[:120], expected, actual)
    kind = (result["content_type"] or "").partition(";")[0]
    if kind and got.headers["content-type"].partition(";")[0] != kind:
        yield Difference(number, f"{text[:80]}: content type", kind, got.headers["content-type"])


def normal(body: str) -> Any:
    """The answer without what differs from run to run; rows of a table in any order."""
    body = re.sub(r"(transient_\w+?_)\d{10,}(_\d{10,})?", r"\1N", body)
    body = re.sub(r"query_\d{10,}", "query_N", body)
    lines = body.splitlines()
    if len(lines) > 1 and lines[0].startswith('{"queryId"'):
        return [lines[0], *sorted(lines[1:])]
    return _strip(json.loads(body)) if body else body


def _without_status(answer: Any) -> Any:
    return [{**entity, "commandStatus": None} for entity in answer]


def _strip(value: Any, hidden: Set[str] = VOLATILE) -> Any:
    if isinstance(value, dict):
        hidden = hidden | PROSE if value.get("@type") == "describe_function" else hidden
        stripped = {k: None if k in hidden else _strip(v, hidden) for k, v in value.items()}
        if stripped.get("@type") == "function_names":
            stripped["functions"].sort(key=lambda f: f["name"])
        return stripped
    return [_strip(v, hidden) for v in value] if isinstance(value, list) else value


def _compare_topic(number: int, topic: str, expected: list[Any], actual: list[Any]) -> Iterator[Difference]:
    ours, theirs = sorted(map(_record, actual)), sorted(map(_record, expected))
    if any(r[0] for r in theirs):
        ours, theirs = _by_key(ours), _by_key(theirs)
    if ours == theirs:
        return
    pairs = enumerate(zip(ours, theirs, strict=False))
    first = next((i for i, (a, b) in pairs if a != b), min(len(ours), len(theirs)))
    what = f"{topic}: {len(theirs)} records expected, {len(ours)} found, the first difference at {first}"
    yield Difference(number, what, theirs[first : first + 1], ours[first : first + 1])


def _record(r: list[Any]) -> tuple[Any, ...]:
    """Places first, so that sorting gives each partition in its order.

    Schema ids and the wall clock (timestamps after the recording's data) differ from run to run.
    """
    partition, offset, timestamp, key, value, _ = r
    recent = timestamp if timestamp < 1_780_000_000_000 else 0
    return partition, offset, recent, _without_id(key), _without_id(value)


def _by_key(records: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """With several partitions upstream, the order between keys is the server's choice, and so is what
    depends on it: each key's number of records and last value remain."""
    counts = Counter((partition, key) for partition, _, _, key, _ in records)
    last = {(partition, key): value for partition, _, _, key, value in records}
    return [(*place, counts[place], last[place]) for place in sorted(counts, key=lambda p: (p[0], p[1] or ""))]


def _without_id(data: str | None) -> str | None:
    if data is None or not data.startswith("00000000"):
        return data
    return data[:2] + data[10:]


def _compare_schemas(number: int, expected: dict[str, Any], stack: Stack) -> Iterator[Difference]:
    for subject, info in expected.items():
        found = stack.call(stack.schemas.latest, subject)
        actual = json.loads(found[1]) if found else None
        if actual != json.loads(info["schema"]):
            yield Difference(number, f"schema of {subject}", info["schema"], found and found[1])


def main(paths: list[str]) -> None:
    for path in paths:
        with Stack({"ksql.schema.registry.url": "http://registry"}) as stack:
            for d in replay(Path(path), stack):
                print(f"--- {path} step {d.step}: {d.what}\n  expected {str(d.expected)[:1500]}\n  actual   "
                      f"{str(d.actual)[:1500]}")  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
