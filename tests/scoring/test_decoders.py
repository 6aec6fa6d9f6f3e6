"""Decoders by schema id: asked for once, unknown ids again after a while."""

from __future__ import annotations

from campaigns.harness.enriched import SCHEMA_TEXT, payload, row
from campaigns.harness.registry_stub import RegistryStub
from scoring.sidecar.decode import ASK_AGAIN_SECONDS, Decoders
from scoring.sidecar.records import Rejection
from scoring.sidecar.registry import SchemaRegistry


def test_an_unknown_id_is_asked_for_again_after_a_while(registry: RegistryStub) -> None:
    now = [0.0]
    decoders = Decoders(SchemaRegistry(registry.url), ["AMOUNT"], clock=lambda: now[0])
    data = [payload(row(1), 4)]
    first = decoders.decode(4, data)
    assert isinstance(first, Rejection) and first.reason == "unknown schema"
    registry.register("later", SCHEMA_TEXT)
    assert isinstance(decoders.decode(4, data), Rejection)
    now[0] += ASK_AGAIN_SECONDS + 1
    assert not isinstance(decoders.decode(4, data), Rejection)


def test_reordered_and_added_fields_decode_to_the_same_columns(registry: RegistryStub) -> None:
    import json

    import fastavro

    schema = json.loads(SCHEMA_TEXT)
    schema["fields"] = [{"name": "NEW", "type": ["null", "string"], "default": None}, *reversed(schema["fields"])]
    identity = registry.register("reordered", json.dumps(schema))
    values = row(5, AMOUNT=12.5)
    data = payload({**values, "NEW": "x"}, identity, fastavro.parse_schema(schema))
    batch = Decoders(SchemaRegistry(registry.url), ["AMOUNT", "TYPE"]).decode(identity, [data])
    assert not isinstance(batch, Rejection) and not batch.bad.any()
    assert batch.columns["AMOUNT"].values[0] == 12.5 and batch.columns["TYPE"].values[0] == values["TYPE"].encode()
