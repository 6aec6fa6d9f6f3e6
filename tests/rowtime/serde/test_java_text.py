"""Java's texts and HashMap's order."""

from __future__ import annotations

import struct
from decimal import Decimal as Number

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowtime.serde.hash_map import hash_map, string_hash
from rowtime.serde.java_text import java_double, java_float, java_string
from rowtime.sql.types import BOOLEAN, DOUBLE, INTEGER, STRING, TIMESTAMP, Array, Decimal, Field, Map, Struct


@pytest.mark.parametrize(("x", "text"), [
    (1.0, "1.0"), (0.001, "0.001"), (0.00012, "1.2E-4"), (1e7, "1.0E7"), (9999999.0, "9999999.0"), (-0.0, "-0.0"),
    (123456789.25, "1.2345678925E8"), (1e23, "9.999999999999999E22"), (float("inf"), "Infinity"),
    (float("nan"), "NaN"),
    (5e-324, "4.9E-324"), (2.0**62, "4.6116860184273879E18"), (2.2250738585072014e-308, "2.2250738585072014E-308"),
    (1e-323, "1.0E-323"), (7.3879e20, "7.387900000000001E20"), (8.41e21, "8.409999999999999E21"), (100.0, "100.0"),
    (1.7976931348623157e308, "1.7976931348623157E308"), (2.0**63, "9.223372036854776E18"),
])
def test_double_text(x: float, text: str) -> None:
    assert java_double(x) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_double_text_reads_back(x: float) -> None:
    text = java_double(x)
    assert float(text) == x and "." in text


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_float_text_reads_back_as_a_float(x: float) -> None:
    assert struct.unpack("f", struct.pack("f", float(java_float(x))))[0] == x


def test_texts_of_nested_values() -> None:
    assert java_string(Array(DOUBLE))([1.0, None]) == "[1.0, null]"
    assert java_string(Map(STRING, INTEGER))({"a": 1, "b": None}) == "{a=1, b=null}"
    assert java_string(Struct((Field("A", INTEGER), Field("B", BOOLEAN))))((None, True)) == "Struct{B=true}"
    assert java_string(Decimal(5, 2))(Number("1.20")) == "1.20"
    assert java_string(TIMESTAMP)(0) == "1970-01-01 00:00:00.0"


def test_hash_map_order() -> None:
    assert string_hash("hello") == 99162322 ^ 99162322 >> 16
    assert list(hash_map({"zz": 1, "TRANSFER": 2, "a": 3, "PAYMENT": 4})) == sorted(
        ["zz", "TRANSFER", "a", "PAYMENT"], key=lambda k: string_hash(k) & 15)
