"""A batch in, one output for every input; flags and dead letters as the schemas say."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import FakeMessage
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.harness.enriched import START, payload, read, row
from campaigns.harness.registry_stub import RegistryStub
from scoring.errors import RegistryError, SchemaError
from scoring.model import Model, Scorer, load_model
from scoring.sidecar.batch import BatchScorer, Schemas
from scoring.sidecar.config import SidecarConfig
from scoring.sidecar.registry import SchemaRegistry

NOW = START + 10_000_000
ROOT = Path(__file__).resolve().parents[2]
MODEL = load_model(ROOT / "tests" / "scoring" / "model_fixed.json")
CONFIG = SidecarConfig(model="m")
SCHEMAS = Schemas((2, (ROOT / "schemas" / "fraud_flag.avsc").read_text()),
                  (3, (ROOT / "schemas" / "dead_letter.avsc").read_text()))


class OneSchema(SchemaRegistry):
    """Knows the enriched schema as id 1, everything else is unknown."""

    def __init__(self) -> None:
        super().__init__("http://unused")
        self._by_id[1] = (ROOT / "schemas" / "transaction_enriched.avsc").read_text()

    def _get(self, path: str, what: str) -> dict[str, Any]:
        from scoring.errors import UnknownSchema

        raise UnknownSchema(f"no {what}")


def scorer(config: SidecarConfig = CONFIG, model: Model = MODEL) -> BatchScorer:
    return BatchScorer(config, model, OneSchema(), SCHEMAS)


def message(number: int, **changes: Any) -> FakeMessage:
    return FakeMessage(f"T{number}".encode(), payload(row(number, **changes)), number, headers=[("h", b"1")])


def test_a_flag_holds_what_the_model_says() -> None:
    result = scorer().process([message(n) for n in range(40)], NOW)
    assert result.scored == 40 and not result.rejected
    columns = {name: np.array([np.nan if row(n)[name] is None else row(n)[name] for n in range(40)],
                              dtype=object if name == "TYPE" else float) for name in MODEL.columns}
    scores = Scorer(MODEL).score(columns)
    for number, output in enumerate(result.outputs):
        flag = read(output.value, "fraud_flag.avsc")
        assert output.key == f"T{number}".encode() and output.timestamp == START + number == flag["event_time"]
        assert flag["score"] == scores.probability[number] and flag["log_odds"] == scores.logit[number]
        assert flag["is_fraud"] == bool(scores.decision[number]) and flag["threshold"] == 0.5
        assert (flag["account_id"], flag["amount"]) == (row(number)["ACCOUNT_ID"], row(number)["AMOUNT"])
        assert (flag["model_version"], flag["model_hash"], flag["scored_at"]) == ("fixed-1", MODEL.hash, NOW)
        assert output.headers == [("h", b"1"), ("source.position", f"enriched/0/{number}".encode())]
        expected = sorted((c for c in scores.contributions[number].tolist() if c > 0), reverse=True)[:3]
        assert [reason["contribution"] for reason in flag["reason_codes"]] == expected


def test_reasons_carry_value_and_phrase() -> None:
    result = scorer().process([message(1, AMOUNT=9e6, AMOUNT_ZSCORE_EVER=40.0)], NOW)
    reasons = read(result.outputs[0].value, "fraud_flag.avsc")["reason_codes"]
    assert reasons[0]["feature"] == "AMOUNT_ZSCORE_EVER" and reasons[0]["value"] == 40.0
    assert reasons[0]["phrase"] == "the amount is unusual for the account"


def test_the_feature_hash_is_that_of_the_stated_bytes() -> None:
    flag = read(scorer().process([message(3)], NOW).outputs[0].value, "fraud_flag.avsc")
    values = row(3)
    numbers = [np.nan if f.type == "category" or values[f.column] is None else float(values[f.column])
               for f in MODEL.features]
    content = struct.pack(f"<{len(numbers)}d", *numbers) + (values["TYPE"] or "").encode() + b"\0"
    assert flag["features_hash"] == hashlib.sha256(content).hexdigest()


def test_outputs_do_not_depend_on_the_batch() -> None:
    messages = [message(n, AMOUNT=None if n % 7 == 0 else 5.0 * n) for n in range(60)]
    whole = scorer().process(messages, NOW).outputs
    single = [output for m in messages for output in scorer().process([m], NOW).outputs]
    assert list(whole) == single


RECORD = st.tuples(st.binary(max_size=8) | st.none(), st.binary(max_size=300) | st.none())


@given(st.lists(RECORD, min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_any_bytes_give_one_output_each(records: list[tuple[bytes | None, bytes | None]]) -> None:
    framed = [FakeMessage(key, value and b"\0\0\0\0\x01" + value, at) for at, (key, value) in enumerate(records)]
    plain = [FakeMessage(key, value, at) for at, (key, value) in enumerate(records)]
    assert len(scorer().process([*framed, *plain], NOW).outputs) == 2 * len(records)


def test_texts_that_are_not_utf8_are_undecodable() -> None:
    broken = payload(row(1, ACCOUNT_ID="CACAO")).replace(b"CACAO", b"C\xff\xfeAO")
    result = scorer().process([FakeMessage(b"T", broken)], NOW)
    assert result.rejected == {"undecodable": 1}


@pytest.mark.parametrize("event_time", [-1, NOW + 3_600_001, 2**62])
def test_an_event_time_that_no_topic_takes_is_absurd(event_time: int) -> None:
    result = scorer().process([message(1, EVENT_TIME=event_time)], NOW)
    assert result.rejected == {"absurd value": 1} and result.outputs[0].topic == "fraud_dead_letters"


def test_clocks_may_differ_by_an_hour() -> None:
    assert scorer().process([message(1, EVENT_TIME=NOW + 3_600_000)], NOW).scored == 1


def test_a_dead_letter_that_would_be_too_long_is_cut_and_says_so() -> None:
    config = replace(CONFIG, dead_letter_max_bytes=2_000)
    value = b"\xff" * 50_000
    message = FakeMessage(b"k" * 9_000, value, 7, headers=[("big", b"x" * 9_000)])
    output = scorer(config).process([message], NOW).outputs[0]
    letter = read(output.value, "dead_letter.avsc")
    assert len(output.value) < 4_000 and letter["value"] == value[: len(letter["value"])]
    assert f"of 50000 bytes, SHA-256 of the whole is {hashlib.sha256(value).hexdigest()}" in letter["error"]
    assert "headers left out" in letter["error"]


def test_a_dead_letter_has_the_headers_of_kafka_streams() -> None:
    output = scorer().process([FakeMessage(b"k", b"junk", 9, 2, headers=[("trace", b"t")])], NOW).outputs[0]
    headers = dict(output.headers)
    assert headers["trace"] == b"t" and headers["source.position"] == b"enriched/2/9"
    assert headers["__streams.errors.topic"] == b"enriched" and headers["__streams.errors.offset"] == b"9"


def test_the_registry_failing_is_not_the_records_fault(registry: RegistryStub) -> None:
    registry.failing = True
    made = BatchScorer(CONFIG, MODEL, SchemaRegistry(registry.url), SCHEMAS)
    with pytest.raises(RegistryError, match="answers 500 for schema id 1"):
        made.process([message(1)], NOW)
    registry.failing = False
    assert made.process([message(1)], NOW).scored == 1
    asked = registry.requests
    made.process([message(2)], NOW)
    assert registry.requests == asked


def test_a_flag_schema_with_a_new_required_field_is_refused() -> None:
    schema = SCHEMAS.flag[1].replace('"fields": [', '"fields": [{"name": "region", "type": "string"},', 1)
    with pytest.raises(SchemaError, match="field region is required"):
        BatchScorer(CONFIG, MODEL, OneSchema(), Schemas((2, schema), SCHEMAS.dead_letter))


def test_a_flag_schema_with_a_new_optional_field_is_written() -> None:
    schema = SCHEMAS.flag[1].replace('"fields": [', '"fields": [{"name": "region", "type": ["null", "string"]},', 1)
    made = BatchScorer(CONFIG, MODEL, OneSchema(), Schemas((2, schema), SCHEMAS.dead_letter))
    result = made.process([message(1)], NOW)
    assert result.outputs[0].value[5:6] == b"\0"


class SensitiveSchema(OneSchema):
    """The enriched schema with the account and the counterparty marked sensitive."""

    def __init__(self) -> None:
        super().__init__()
        for name in ("ACCOUNT_ID", "COUNTERPARTY_ID"):
            self._by_id[1] = self._by_id[1].replace(f'"name": "{name}",', f'"name": "{name}", "sensitive": true,')


def test_sensitive_fields_are_masked_in_dead_letters_and_what_cannot_be_masked_is_withheld() -> None:
    registry = SensitiveSchema()
    made = BatchScorer(CONFIG, MODEL, registry, SCHEMAS, registry.schema(1))
    whole = payload(row(1, ACCOUNT_ID="4111111111111111", AMOUNT=-1.0))
    framed_garbage = b"\0\0\0\0\x01 4111111111111111"
    records = [whole, framed_garbage, b"garbage 4111111111111111", b"\0\0\0\0\x63 4111111111111111"]
    outputs = made.process([FakeMessage(b"T", value, at) for at, value in enumerate(records)], NOW).outputs
    letters = [read(output.value, "dead_letter.avsc") for output in outputs]
    assert not any(b"4111111111111111" in output.value for output in outputs)
    assert letters[0]["value"] == whole.replace(b"4111111111111111", b"*" * 16).replace(b"M1", b"**")
    assert [letter["value"] for letter in letters[1:]] == [None] * 3
    assert all("withheld, it may hold sensitive fields" in letter["error"] for letter in letters[1:])
