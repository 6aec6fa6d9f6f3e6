"""Neighbouring records as columns: the same records, in the same order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowtime.log import batch, link_reader
from rowtime.log.columns import Columns, Record, Rows, all_of, columns_of, joined
from rowtime.log.link_reader import Decoder

texts = st.none() | st.binary(max_size=4)
headers = st.lists(st.tuples(st.text(max_size=2), texts), max_size=2).map(tuple)
records = st.lists(st.builds(Record, texts, texts, st.integers(0, 1 << 40), st.just(()) | headers), max_size=9)


@given(records, st.integers(0, 9), st.integers(0, 9))
def test_columns_are_a_sequence_of_their_records(given_records: list[Record], first: int, end: int) -> None:
    columns = Columns.of(given_records)
    assert columns == given_records and len(columns) == len(given_records)
    assert columns[first:end] == given_records[first:end]
    assert [columns[i] for i in range(len(columns))] == given_records
    places = list(range(len(columns)))[::-2]
    assert columns.chosen(places) == [given_records[i] for i in places]
    assert all_of([columns[:first], columns[first:]]) == columns
    if given_records:
        assert batch.decode(batch.encode(columns)) == columns


def test_decoded_batches_are_kept_for_other_readers_up_to_a_number_of_records(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_reader, "DECODED", 10)
    decoder = Decoder()
    batches = [batch.with_offset(batch.encode([Record(b"k", b"v", 1)] * 4), base) for base in (0, 4, 8)]
    first, second, third = (decoder.records("t", 0, data)[1] for data in batches)
    assert decoder.held == 8 and decoder.records("t", 0, batches[2])[1] is third
    assert decoder.records("t", 0, batches[1])[1] is second
    again = decoder.records("t", 0, batches[0])
    assert again == (0, first) and again[1] is not first


class Writer:
    """Writes what it is given as texts, and counts how often."""

    layout = "l"

    def __init__(self) -> None:
        self.calls = 0

    def write(self, keys: Any, rows: Any, times: Any) -> Columns:
        self.calls += 1
        return Columns([repr(k).encode() for k in keys], [repr(r).encode() for r in rows], times)


def test_rows_are_written_once_and_only_when_asked_for() -> None:
    writer = Writer()
    rows = Rows([(1,), (2,), (3,)], [("a",), ("b",), None], [5, 6, 7], writer)
    whole = joined([rows[:1], rows[1:]])
    assert isinstance(whole, Rows) and list(whole) == list(rows) and writer.calls == 0
    assert columns_of(rows) is rows.written() and writer.calls == 1
    assert rows[1:].written() == rows.written()[1:] and rows.chosen([2, 0]).written() == rows.written().chosen([2, 0])
    assert writer.calls == 1
