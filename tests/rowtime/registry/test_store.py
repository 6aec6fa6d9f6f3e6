from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from rowtime.log.store import LogStore
from rowtime.registry.app import create_app
from rowtime.registry.errors import RegistryError
from rowtime.registry.store import SchemaStore

pytestmark = pytest.mark.anyio


def record(*fields: str, name: str = "R") -> str:
    listed = [{"name": field, "type": "int", "default": 0} for field in fields]
    return json.dumps({"type": "record", "name": name, "fields": listed})


def opened(directory: Path) -> tuple[SchemaStore, LogStore]:
    store = SchemaStore()
    return store, LogStore.open(directory, store.setup)


async def test_everything_recovers_and_ids_are_never_given_twice(tmp_path: Path) -> None:
    store, log = opened(tmp_path)
    first = await store.register("a", record("x"))
    second = await store.register("a", record("x", "y"))
    await store.register("b", record("x"))
    await store.set_level("b", "none")
    await store.set_level(None, "full")
    await store.set_mode("b", "readonly")
    await store.delete_version("a", 1)
    await store.delete_subject("a")
    await store.delete_subject("a", permanent=True)
    before = store.state
    log.close()

    store, log = opened(tmp_path)
    assert store.state.__dict__ == before.__dict__
    assert (store.state.level("b"), store.state.level("c"), store.state.mode("b")) == ("NONE", "FULL", "READONLY")
    assert await store.by_id(second) == record("x", "y").replace(" ", "")
    assert await store.register("c", record("z")) not in (first, second)
    assert await store.register("d", record("x")) == first
    log.close()


async def test_fifty_clients_at_once_get_one_id(tmp_path: Path) -> None:
    store, log = opened(tmp_path)
    found = await asyncio.gather(*(store.register(f"s{i % 5}", record("x")) for i in range(50)))
    assert set(found) == {1}
    assert [len(store.state.versions(f"s{i}")) for i in range(5)] == [1] * 5
    log.close()


async def test_the_same_schema_written_otherwise_has_the_same_id() -> None:
    store = SchemaStore()
    short = '{"type":"record","name":"n.R","fields":[{"name":"a","type":"n.R"}]}'
    long = '{"namespace":"n", "fields":[{"type":"R","name":"a"}], "name":"R", "type":"record"}'
    assert await store.register("s", short) == await store.register("t", long)
    expected = '{"type":"record","name":"R","namespace":"n","fields":[{"name":"a","type":"R"}]}'
    assert await store.by_id(1) == expected


async def test_a_readonly_subject_takes_nothing() -> None:
    store = SchemaStore()
    await store.register("s", '"int"')
    await store.set_mode("s", "READONLY")
    for attempt in (store.register("s", '"long"'), store.delete_subject("s")):
        with pytest.raises(RegistryError, match="read-only mode"):
            await attempt


@pytest.mark.parametrize(("schema", "reason"), [
    ('{"type":"record","name":"R","fields":[{"name":"a","type":"X"}]}', 'Undefined name: "X"'),
    ('{"type":"record","name":"1R","fields":[]}', "Illegal initial character: 1R"),
    ('{"type":"record","name":"R","fields":[{"name":"a","type":"int","default":"x"}]}',
     'Invalid default for field a: "x" not a "int"'),
    ('{"type":"record","name":"R","fields":[{"name":"a","type":["int","null"],"default":null}]}',
     'Invalid default for field a: null not a ["int","null"]'),
    ('{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"a","type":"int"}]}',
     "Duplicate field a in record R"),
    ('{"type":"enum","name":"E","symbols":["A","A"]}', "Duplicate enum symbol: A"),
    ('{"type":"fixed","name":"F"}', "Invalid or no size"),
    ('["int","int"]', "Duplicate in union:int"),
    ('["int",["null"]]', "Nested union"),
    ('{"type":"array"}', "No items type"),
    ("7", "Schema not yet supported: 7"),
    ("", "Unexpected end-of-input"),
    ('{"type":"array","items":' * 5000 + '"int"' + "}" * 5000, "nested too deeply"),
    ("[" * 100_000, "nested too deeply"),
])
async def test_what_is_not_avro_is_refused_with_the_reason(schema: str, reason: str) -> None:
    with pytest.raises(RegistryError) as refused:
        await SchemaStore().register("s", schema)
    assert refused.value.code == 42201
    assert reason in refused.value.message


async def test_http_refuses_what_it_does_not_serve(call: Any) -> None:
    app = create_app(SchemaStore())
    schema = {"schema": '"int"'}
    for body, message in (
        ({**schema, "schemaType": "JSON"}, "Invalid schema type JSON"),
        ({**schema, "references": [{"name": "r", "subject": "s", "version": 1}]}, "references are not supported"),
        ({**schema, "id": 7}, "IMPORT is not supported"),
    ):
        answer = await call(app, "POST", "/subjects/s/versions", body)
        assert (answer.status, message in answer.json["message"]) == (422, True)
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        assert (await call(app, "POST", "/subjects/s/versions", schema, kind)).status == 415
    assert (await call(app, "POST", "/subjects/s/versions", b"{")).json == {
        "error_code": 400, "message": "HTTP 400 Bad Request"}
    assert (await call(app, "PATCH", "/subjects")).status == 405
    assert (await call(app, "PUT", "/mode", {"mode": "IMPORT"})).json["message"].startswith("Mode IMPORT")


async def test_deleting_a_subject_forgets_its_settings(call: Any) -> None:
    app = create_app(SchemaStore())
    await call(app, "POST", "/subjects/s/versions", {"schema": '"int"'})
    await call(app, "PUT", "/config/s", {"compatibility": "NONE"})
    assert (await call(app, "DELETE", "/subjects/s")).json == [1]
    assert (await call(app, "GET", "/config/s")).json["error_code"] == 40408
    assert (await call(app, "GET", "/subjects")).json == []
    assert (await call(app, "GET", "/subjects?deleted=true")).json == ["s"]
    assert (await call(app, "GET", "/schemas/ids/1")).json == {"schema": '"int"'}
