"""DELIMITED, KAFKA and NONE."""

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
    DATE,
    DOUBLE,
    INTEGER,
    STRING,
    Array,
    Column,
    Decimal,
    SqlType,
)

COLUMNS = [Column("D", DATE), Column("S", STRING), Column("N", Decimal(6, 2)), Column("B", BYTES), Column("T", BOOLEAN)]
DELIMITED = Format("DELIMITED")


def test_minimal_quoting() -> None:
    rows = [(-10, "a,b", Number("1.50"), b"abc", True), (1, ' x"', None, None, False), (None, "", None, None, None)]
    assert writer(DELIMITED, COLUMNS)(rows) == [b'"-10","a,b",1.50,YWJj,true', b'1," x""",,,false', b",,,,"]


def test_reading() -> None:
    read = reader(DELIMITED, COLUMNS, set(), {}.__getitem__)
    assert read([None, b'"-10","a,""b",1.5,YWJj,TRUE', b"1,,,,x"]) == [
        None, (-10, 'a,"b', Number("1.50"), b"abc", True), (1, None, None, None, False)]


@pytest.mark.parametrize("data", [b"", b"1,2", b"x,,,,", b"1,,1.234,,", b"1,,,?,"])
def test_bad_lines_are_errors(data: bytes) -> None:
    (error,) = reader(DELIMITED, COLUMNS, set(), {}.__getitem__)([data])
    assert isinstance(error, SerdeError)


@pytest.mark.parametrize(("option", "text"), [("|", b"1|x"), ("TAB", b"1\tx"), ("SPACE", b"1 x")])
def test_delimiters(option: str, text: bytes) -> None:
    columns = [Column("I", INTEGER), Column("S", STRING)]
    fmt = Format("DELIMITED", options=(("delimiter", option),))
    assert writer(fmt, columns)([(1, "x")]) == [text]
    assert reader(fmt, columns, set(), {}.__getitem__)([text]) == [(1, "x")]


def test_nested_types_are_refused() -> None:
    with pytest.raises(KsqlError, match="The 'DELIMITED' format does not support type 'ARRAY', column: `A`"):
        reader(DELIMITED, [Column("A", Array(INTEGER))], set(), {}.__getitem__)


@pytest.mark.parametrize(("t", "value", "data"), [
    (INTEGER, -2, b"\xff\xff\xff\xfe"), (BIGINT, 1, b"\0\0\0\0\0\0\0\1"), (DOUBLE, 1.0, b"\x3f\xf0\0\0\0\0\0\0"),
    (STRING, "é", "é".encode()), (BYTES, b"ab", b"ab"),
])
def test_kafka(t: SqlType, value: Any, data: bytes) -> None:
    columns = [Column("K", t)]
    assert writer(Format("KAFKA"), columns)([(value,), (None,), None]) == [data, None, None]
    assert reader(Format("KAFKA"), columns, {"K"}, {}.__getitem__)([data, None]) == [(value,), None]


def test_kafka_checks_sizes_and_types() -> None:
    (error,) = reader(Format("KAFKA"), [Column("K", INTEGER)], {"K"}, {}.__getitem__)([b"123"])
    assert isinstance(error, SerdeError) and "is not 4" in str(error)
    with pytest.raises(KsqlError, match="The 'KAFKA' format does not support type 'BOOLEAN'"):
        writer(Format("KAFKA"), [Column("K", BOOLEAN)])
    with pytest.raises(KsqlError, match="only supports a single field"):
        writer(Format("KAFKA"), [Column("K", INTEGER), Column("L", INTEGER)])


def test_none_is_nothing() -> None:
    assert writer(Format("NONE"), [])([(), None]) == [None, None]
    assert reader(Format("NONE"), [], set(), {}.__getitem__)([b"x", None]) == [None, None]


def test_unknown_formats_are_refused() -> None:
    with pytest.raises(KsqlError, match="Unknown format: XML"):
        reader(Format("XML"), [], set(), {}.__getitem__)
