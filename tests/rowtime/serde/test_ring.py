"""Rings: the same bytes as without."""

from __future__ import annotations

from typing import Any

import pytest

from rowtime.errors import SerdeError
from rowtime.functions import aggregate
from rowtime.serde import element_writer, writer
from rowtime.serde import ring as ring_module
from rowtime.serde.api import Format
from rowtime.serde.ring import RINGS
from rowtime.sql.types import BIGINT, STRING, Array, Column, Field, Struct

AVRO = Format("AVRO")
ITEM = Struct((Field("TS", BIGINT), Field("ID", STRING)))
COLUMNS = [Column("N", BIGINT), Column("RECENT", Array(ITEM))]


@pytest.fixture(autouse=True)
def nothing_known() -> None:
    ring_module.switch(ITEM)[0] = False


def rings(count: int) -> list[Any]:
    """Results of LATEST_BY_OFFSET(item, 3) after each row."""
    call = aggregate("LATEST_BY_OFFSET", [ITEM], [3])
    scope: dict[str, Any] = dict(call.globals)
    state, results = eval(call.init, scope), []
    for i in range(count):
        scope |= {"s": state, "v": None if i == 2 else (i, f"t{i}")}
        exec(call.add.format("v", s="s"), scope)
        state = scope["s"]
        results.append(eval(call.result.format(s="s"), scope))
    return results


def test_rings_are_written_as_lists_are() -> None:
    rows = [(i, ring) for i, ring in enumerate(rings(6))]
    assert [len(ring) for _, ring in rows] == [1, 2, 2, 3, 3, 3]
    plain = [(n, list(ring)) for n, ring in rows]
    assert writer(AVRO, COLUMNS, 1)(rows) == writer(AVRO, COLUMNS, 1)(plain)
    assert writer(AVRO, COLUMNS, 1)(rows[-1:]) == writer(AVRO, COLUMNS, 1)(plain[-1:])


def test_bytes_of_items_are_kept_while_somebody_writes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [RINGS.parts(ring) for ring in rings(2)] == [None, None]
    writer(AVRO, COLUMNS, 1)
    encode = element_writer(ITEM)
    for ring in rings(6):
        assert RINGS.parts(ring) == [encode(item) for item in ring]
        assert RINGS.parts(list(ring)) is None
    monkeypatch.setattr(ring_module, "KEPT", 2)
    made = rings(20)
    assert RINGS.parts(made[-1]) is not None and RINGS.parts(made[0]) is None


def test_an_item_that_cannot_be_encoded_spoils_its_record_only() -> None:
    spoilt, fine = writer(AVRO, COLUMNS, 1)([(1, [(2, "\ud800")]), (1, [(2, "a")])])
    assert isinstance(spoilt, SerdeError) and isinstance(fine, bytes)
    push = ring_module.pusher(ITEM, 2, element_writer(ITEM))
    state = push(push(([], None), (1, "\ud800")), (2, "a"))
    assert state == ([(1, "\ud800"), (2, "a")], None)
    assert push(state, (3, "b"))[1] == [element_writer(ITEM)(v) for v in [(2, "a"), (3, "b")]]
