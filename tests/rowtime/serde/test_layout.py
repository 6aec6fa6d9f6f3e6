"""Which rows another query may take as they are."""

from __future__ import annotations

from rowtime.serde.layout import layout, transferable
from rowtime.sql.types import BIGINT, DOUBLE, STRING, Array, Column, Decimal, Field, Map, Struct


def test_values_that_change_on_their_way_through_bytes_are_not_handed_over() -> None:
    assert transferable(Struct((Field("A", DOUBLE), Field("B", Array(STRING)))))
    one, other = Decimal(4, 2), Map(STRING, BIGINT)
    for changed in (one, other, Array(one), Struct((Field("A", other),))):
        assert not transferable(changed)


def test_rows_are_anothers_where_names_types_and_order_are_the_same() -> None:
    one, two = Column("A", BIGINT), Column("B", STRING)
    assert layout([one, two]) == layout([Column("A", BIGINT), two])
    assert layout([one, two]) != layout([two, one]) != layout([one, Column("B", DOUBLE)])
