"""Values become literals that cannot end early."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudstream.ksqldb import literal, quote_identifier


@given(st.text())
def test_a_string_literal_has_only_doubled_quotes_inside(text: str) -> None:
    quoted = literal(text)
    assert quoted[0] == quoted[-1] == "'"
    assert quoted[1:-1].replace("''", "'") == text
    assert "'" not in quoted[1:-1].replace("''", "")


@given(st.text(st.characters(exclude_characters="\x00"), min_size=1))
def test_an_identifier_has_only_doubled_backticks_inside(name: str) -> None:
    quoted = quote_identifier(name)
    assert "`" not in quoted[1:-1].replace("``", "")
    assert quoted[1:-1].replace("``", "`") == name


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_keep_their_value(value: float) -> None:
    assert float(literal(value)) == value


def test_other_values() -> None:
    noon = dt.datetime(2025, 9, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    assert literal(None) == "NULL"
    assert literal(True) == "TRUE"
    assert literal(Decimal("1.50")) == "1.50"
    assert literal(noon) == "'2025-09-01T10:00:00.000'"
    assert literal([1, "a'b"]) == "ARRAY[1, 'a''b']"
    assert literal({"k": 1}) == "MAP('k' := 1)"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), b"x"])
def test_what_has_no_literal_is_refused(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        literal(value)


def test_an_empty_identifier_is_refused() -> None:
    with pytest.raises(ValueError):
        quote_identifier("")
