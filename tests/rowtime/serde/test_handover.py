"""Rings and rows handed over: the same bytes and the same rows as without."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from rowtime.errors import SerdeError
from rowtime.functions import aggregate
from rowtime.serde import element_writer, handover, reader, value_schema, writer
from rowtime.serde import ring as ring_module
from rowtime.serde.api import Format
from rowtime.serde.ring import RINGS
from rowtime.sql.types import BIGINT, DOUBLE, STRING, Array, Column, Decimal, Field, Struct

AVRO = Format("AVRO")
ITEM = Struct((Field("TS", BIGINT), Field("ID", STRING)))
COLUMNS = [Column("N", BIGINT), Column("RECENT", Array(ITEM))]


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    before, readers = dict(handover.KNOWN), dict(handover.READERS)
    handover.KNOWN.clear()
    handover.READERS.clear()
    ring_module.switch(ITEM)[0] = False
    yield
    handover.KNOWN.clear()
    handover.KNOWN.update(before)
    handover.READERS.clear()
    handover.READERS.update(readers)


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


def test_a_reader_is_handed_the_rows_of_a_writer() -> None:
    schemas = {9: value_schema(COLUMNS)}
    read, write = reader(AVRO, COLUMNS, {"N"}, schemas.__getitem__), writer(AVRO, COLUMNS, 9)
    rows = [(i, ring) for i, ring in enumerate(rings(4))]
    assert [r[0] for r in read(write(rows)) if isinstance(r, tuple)] == [0, 1, 2, 3]
    handed = read(write(rows))
    assert handed == rows
    assert read([bytes(bytearray(b)) for b in write(rows) if isinstance(b, bytes)]) == rows


def test_rows_are_left_for_a_reader_that_has_not_read_yet() -> None:
    read = reader(AVRO, COLUMNS, {"N"}, {9: value_schema(COLUMNS)}.__getitem__)
    rows = [(1, [(2, "a")])]
    assert read(writer(AVRO, COLUMNS, 9)(rows))[0] is rows[0]


def test_what_one_reader_decoded_another_takes() -> None:
    schema = json.dumps({"type": "record", "name": "R", "fields": [
        {"name": "n", "type": "long"}, {"name": "text", "type": "string"}]})
    columns = [Column("N", BIGINT), Column("TEXT", STRING)]
    data = [b"\0\0\0\0\x09\x02\x02a"]
    alone = reader(AVRO, columns, {"N"}, {9: schema}.__getitem__)
    assert alone(data) == [(1, None)]
    other = reader(AVRO, columns, {"TEXT"}, {9: schema}.__getitem__)
    assert alone(data) == other(data) == [(1, "a")] and alone(data)[0] is other(data)[0]


def test_a_column_that_only_others_read_may_be_broken() -> None:
    columns = [Column("N", BIGINT), Column("TEXT", STRING)]
    schemas = {9: value_schema(columns)}
    one, other = (reader(AVRO, columns, {name}, schemas.__getitem__) for name in ("N", "TEXT"))
    cut = [b"\0\0\0\0\x09\x02\x02\x02\x08a"]
    assert isinstance(other(cut)[0], SerdeError) and one(cut) == [(1, None)]


def test_other_layouts_are_decoded() -> None:
    other = [Column("RECENT", Array(ITEM)), Column("N", BIGINT)]
    schemas = {9: value_schema(COLUMNS)}
    write = writer(AVRO, COLUMNS, 9)
    read = reader(AVRO, other, {"N", "RECENT"}, schemas.__getitem__)
    for _ in range(2):
        assert read(write([(1, [(2, "a")])])) == [([(2, "a")], 1)]


def test_values_that_change_on_the_way_are_not_handed_over() -> None:
    columns = [Column("D", Decimal(4, 2))]
    reader(AVRO, columns, {"D"}, {9: value_schema(columns)}.__getitem__)(writer(AVRO, columns, 9)([(None,)]))
    assert not handover.KNOWN
    assert handover.transferable(Struct((Field("A", DOUBLE),)))


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "LIMIT", 2000)
    here = handover.Handover()
    for i in range(100):
        here.offer(i.to_bytes(50, "big"), (i,))
    assert len(here.fresh) + len(here.stale) < 20
    assert here.take((99).to_bytes(50, "big")) == (99,) and here.take((0).to_bytes(50, "big")) is None
