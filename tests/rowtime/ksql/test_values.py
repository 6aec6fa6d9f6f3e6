"""Values as JSON text and back to literals; payloads of unknown format."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowtime.ksql.json_text import encoder, iso_date, iso_time, iso_timestamp, row_encoder
from rowtime.ksql.literals import literal_of
from rowtime.ksql.payloads import Payloads
from rowtime.sql import types as t
from rowtime.sql.format import format_expression
from rowtime.sql.parser import parse_type
from rowtime.sql.types import Column
from tests.rowtime.ksql.stub import StubSchemas

PLAIN = {
    t.BOOLEAN: st.booleans(), t.INTEGER: st.integers(-(2**31), 2**31 - 1), t.BIGINT: st.integers(-(2**63), 2**63 - 1),
    t.DOUBLE: st.floats(allow_nan=False, allow_infinity=False), t.STRING: st.text(),
}  # fmt: skip


@given(st.data())
def test_rows_are_json(data: st.DataObject) -> None:
    kinds = data.draw(st.lists(st.sampled_from(list(PLAIN)), min_size=1, max_size=4))
    row = tuple(data.draw(st.none() | PLAIN[k]) for k in kinds)
    columns = [Column(f"C{i}", k) for i, k in enumerate(kinds)]
    assert json.loads(row_encoder(columns)(row)) == list(row)


@pytest.mark.parametrize(
    ("type_text", "value", "text"),
    [
        ("DOUBLE", 1.0, "1.0"),
        ("DOUBLE", 1e10, "1.0E10"),
        ("DOUBLE", float("nan"), '"NaN"'),
        ("DECIMAL(4, 2)", Decimal("1.20"), "1.20"),
        ("DECIMAL(20, 0)", Decimal("1E+3"), "1000"),
        ("BYTES", b"\x00\xff", '"AP8="'),
        ("DATE", 18262, '"2020-01-01"'),
        ("TIME", 36_000_000, '"10:00"'),
        ("TIMESTAMP", -1, '"1969-12-31T23:59:59.999"'),
        ("ARRAY<DOUBLE>", [1.5, None], "[1.5,null]"),
        ("MAP<STRING, INT>", {"a": 1}, '{"a":1}'),
        ("STRUCT<a INT, `b` STRING>", (None, "é"), '{"A":null,"b":"é"}'),
    ],
)
def test_value_texts(type_text: str, value: object, text: str) -> None:
    assert encoder(parse_type(type_text))(value) == text


def test_times() -> None:
    assert [iso_time(ms) for ms in (0, 61_000, 1, 86_399_999)] == ["00:00", "00:01:01", "00:00:00.001", "23:59:59.999"]
    assert iso_date(-1) == "1969-12-31"
    assert iso_timestamp(1_600_000_000_123) == "2020-09-13T12:26:40.123"


def test_json_to_literals() -> None:
    t_ = parse_type("STRUCT<a ARRAY<INT>, m MAP<STRING, DECIMAL(4, 2)>>")
    made = literal_of({"a": [1, None], "M": {"k": 1.5}}, t_)
    assert format_expression(made) == "STRUCT(A:=ARRAY[1, null], M:=MAP('k':=1.5))"
    assert format_expression(literal_of(1 << 40, None)) == str(1 << 40)


def texts(key: bool, *payloads: bytes | None) -> tuple[list[str], list[str]]:
    async def read() -> tuple[list[str], list[str]]:
        side = Payloads(StubSchemas(), key=key)
        return [await side.text(p) for p in payloads], side.formats

    return asyncio.run(read())


def test_formats_are_told_by_trying() -> None:
    assert texts(False, b'{"a": 1}', b"[2]") == (['{"a":1}', "[2]"], ["JSON", "KAFKA_STRING"])
    assert texts(False, b'{"a": 1}', b"plain") == (['{"a":1}', "plain"], ["KAFKA_STRING"])
    assert texts(True, (5).to_bytes(4, "big")) == (["5"], ["KAFKA_INT", "KAFKA_STRING"])
    assert texts(True, b"key\0" + b"\xff") == (["key\0\ufffd"], ["KAFKA_STRING"])
    window = b"a1" + (1_600_000_000_000).to_bytes(8, "big")
    assert texts(True, window)[0] == ["[a1@1600000000000/-]"]
    assert texts(False, None) == (["<null>"], [])
