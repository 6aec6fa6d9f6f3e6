from __future__ import annotations

import pytest
from aiokafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rowtime.log import batch
from rowtime.log.api import Record
from rowtime.log.errors import InvalidBatch, UnsupportedCodec

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
_bytes = st.none() | st.binary(max_size=20)
_headers = st.lists(st.tuples(st.text(max_size=5), _bytes), max_size=2).map(tuple)
records = st.builds(Record, _bytes, _bytes, st.integers(0, 2**53), _headers)


@UNHURRIED
@given(st.lists(records, min_size=1, max_size=20), st.integers(0, 2**50), st.booleans())
def test_records_survive_encoding(given_records: list[Record], base: int, transactional: bool) -> None:
    data = batch.encode(given_records, producer_id=7, producer_epoch=2, base_sequence=3, transactional=transactional)
    header = batch.check(data)
    assert (header.producer_id, header.producer_epoch, header.base_sequence) == (7, 2, 3)
    assert (header.transactional, header.control, header.codec) == (transactional, False, "none")
    assert (header.record_count, header.max_timestamp) == (len(given_records), max(r.timestamp for r in given_records))
    moved = batch.with_offset(data, base, 4)
    found = batch.check(moved)
    assert (found.base_offset, found.leader_epoch, found.next_offset) == (base, 4, base + len(given_records))
    assert batch.decode(moved) == given_records
    assert list(batch.split(data + moved)) == [data, moved]


@pytest.mark.parametrize("commit", [True, False])
def test_control_batches(commit: bool) -> None:
    data = batch.control_batch(9, 4, commit, 1234)
    header = batch.check(data)
    assert header.control and header.transactional and DefaultRecordBatch(data).is_control_batch
    assert (header.producer_id, header.producer_epoch, header.max_timestamp) == (9, 4, 1234)
    assert batch.is_commit(data) is commit


def test_negative_timestamps_are_refused() -> None:
    with pytest.raises(InvalidBatch, match="timestamp -1"):
        batch.encode([Record(None, None, 0), Record(None, None, -1)])


def test_damaged_batches_are_refused() -> None:
    good = batch.encode([Record(b"k", b"v", 1)] * 3)
    wrong_count = bytearray(good)
    wrong_count[60] = 9
    for data, reason in (
        (good[:40], "a header alone has 61"),
        (good[:-1], "says"),
        (good[:16] + b"\1" + good[17:], "magic 1"),
        (good[:-1] + b"x", "wrong CRC"),
        (bytes(wrong_count), "ends at offset delta 2"),
    ):
        with pytest.raises(InvalidBatch, match=reason):
            batch.check(data)
    with pytest.raises(InvalidBatch, match="does not fit"):
        list(batch.split(good + good[:-5]))


def compressed(codec: int) -> bytes:
    builder = DefaultRecordBatchBuilder(2, codec, 0, -1, -1, -1, 1 << 20)
    for offset in range(50):
        builder.append(offset, offset, b"k", b"v" * 50, [])
    return bytes(builder.build())


def test_compressed_batches_are_read() -> None:
    assert batch.decode(compressed(1)) == [Record(b"k", b"v" * 50, offset) for offset in range(50)]


def test_a_codec_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiokafka.codec.cramjam", None)
    data = batch.encode([Record(None, b"v", 1)] * 2)
    with pytest.raises(UnsupportedCodec, match="zstd: install cramjam"):
        batch.decode(data[:22] + b"\x04" + data[23:])
