"""JSON as ksqlDB reads and writes it."""

from __future__ import annotations

from decimal import Decimal as Number
from typing import Any

import pytest

from rowtime.errors import KsqlError, SerdeError
from rowtime.serde import reader, writer
from rowtime.serde.api import Format
from rowtime.sql.types import (
    BIGINT,
    BOOLEAN,
    BYTES,
    DOUBLE,
    INTEGER,
    STRING,
    TIME,
    TIMESTAMP,
    Array,
    Column,
    Decimal,
    Field,
    Map,
    SqlType,
    Struct,
)

JSON = Format("JSON")


def read(t: SqlType, text: str, name: str = "F") -> Any:
    (row,) = reader(JSON, [Column(name, t)], {name}, {}.__getitem__)([text.encode()])
    return row


def write(t: SqlType, value: Any) -> str:
    (data,) = writer(JSON, [Column("F", t)])([(value,)])
    assert isinstance(data, bytes)
    return data.decode()


@pytest.mark.parametrize(("t", "text", "expected"), [
    (INTEGER, '{"F":1}', 1), (INTEGER, '{"f":"12"}', 12), (INTEGER, '{"F":1.9}', 1),
    (INTEGER, '{"F":2147483648}', -(2**31)),
    (BIGINT, '{"F":1e3}', 1000), (DOUBLE, '{"F":1}', 1.0), (DOUBLE, '{"F":"1.5"}', 1.5),
    (STRING, '{"F":1.50}', "1.50"),
    (STRING, '{"F":true}', "true"), (STRING, '{"F":{"b":[1,2.0]}}', '{"b":[1,2.0]}'),
    (STRING, '{"F":[1,null,"x"]}', "[1, null, x]"),
    (BOOLEAN, '{"F":false}', False), (Decimal(4, 2), '{"F":1.2}', Number("1.20")),
    (Decimal(4, 2), '{"F":"1.2"}', Number("1.20")),
    (BYTES, '{"F":"YWJj"}', b"abc"), (TIMESTAMP, '{"F":"5"}', 5), (TIME, '{"F":1}', 1),
    (Array(INTEGER), '{"F":[1,"2",null]}', [1, 2, None]), (Map(STRING, INTEGER), '{"F":{"a":1}}', {"a": 1}),
    (Struct((Field("A", INTEGER), Field("b", INTEGER))), '{"F":{"a":1,"B":2}}', (1, None)),
    (INTEGER, '{"F":null}', None), (INTEGER, "{}", None), (INTEGER, '{"F":1} trailing', 1),
])
def test_coercions(t: SqlType, text: str, expected: Any) -> None:
    assert read(t, text) == (expected,)


def test_an_exact_name_wins_over_another_case() -> None:
    assert read(INTEGER, '{"f":1,"F":2}') == (2,)
    assert read(INTEGER, '{"F":1,"f":2}', name="f") == (2,)


@pytest.mark.parametrize(("t", "text", "message"), [
    (INTEGER, '{"F":"x"}', "Can't coerce string to type. targetType: INTEGER, path: $.F"),
    (BOOLEAN, '{"F":1}', "Can't convert type. sourceType: IntNode, requiredType: BOOLEAN, path: $.F"),
    (Array(INTEGER), '{"F":[1,true]}',
     "Can't convert type. sourceType: BooleanNode, requiredType: INTEGER, path: $.F[1]"),
    (Decimal(4, 2), '{"F":1.234}', "without rounding"), (TIME, '{"F":-1}', "greater than 0"),
    (INTEGER, "[1]", "sourceType: ArrayNode"), (INTEGER, "{", "not JSON"), (DOUBLE, '{"F":NaN}', "not JSON"),
])
def test_what_is_not_coerced(t: SqlType, text: str, message: str) -> None:
    error = read(t, text)
    assert isinstance(error, SerdeError) and message in str(error)


@pytest.mark.parametrize(("t", "value", "expected"), [
    (DOUBLE, 1.0, "1.0"), (DOUBLE, 1e10, "1.0E10"), (DOUBLE, float("nan"), '"NaN"'), (BIGINT, 1, "1"),
    (Decimal(12, 10), Number("0.0000000010"), "0.0000000010"), (STRING, 'a"\n\x1f', '"a\\"\\n\\u001F"'),
    (BYTES, b"abc", '"YWJj"'), (Array(BOOLEAN), [True, None], "[true,null]"),
    (Map(STRING, BIGINT), {"a": 1}, '{"a":1}'),
    (Struct((Field("A", INTEGER), Field("b", INTEGER))), (1, None), '{"A":1,"b":null}'), (STRING, None, "null"),
])
def test_text_of_values(t: SqlType, value: Any, expected: str) -> None:
    assert write(t, value) == f'{{"F":{expected}}}'


def test_single_values_without_a_record() -> None:
    alone = Format("JSON", wrap=False)
    columns = [Column("K", STRING)]
    assert writer(alone, columns)([("x",), (None,), None]) == [b'"x"', None, None]
    assert reader(alone, columns, {"K"}, {}.__getitem__)([b'"x"', b"null", b"5"]) == [("x",), None, ("5",)]


def test_maps_need_text_keys() -> None:
    with pytest.raises(KsqlError, match="JSON only supports MAP types with STRING keys"):
        writer(JSON, [Column("M", Map(INTEGER, INTEGER))])


def test_null_and_bad_records_keep_their_places() -> None:
    rows = reader(JSON, [Column("F", INTEGER)], {"F"}, {}.__getitem__)([None, b"", b'{"F":1}', b"null"])
    assert rows[0] is None and isinstance(rows[1], SerdeError) and rows[2:] == [(1,), None]
