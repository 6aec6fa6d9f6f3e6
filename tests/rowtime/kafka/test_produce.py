"""Produce: what is taken, what is refused and how."""

from __future__ import annotations

import struct

import pytest
from kio.schema.errors import ErrorCode

from rowtime.log import batch
from rowtime.log.api import Record


@pytest.mark.parametrize("version", range(3, 10))
def test_every_version_stores_a_batch_and_says_where(kafka, version):
    async def scenario():
        broker = kafka.Asked()
        first = await broker.produce(batch.encode(kafka.records("a", "b")), version=version)
        second = await broker.produce(batch.encode(kafka.records("c")), version=version)
        assert (first.error_code, first.base_offset, second.base_offset) == (ErrorCode.none, 0, 2)
        got = await broker.fetch(1)
        assert kafka.values(got.records) == ["a", "b", "c"]
        assert [part[:8] for part in batch.split(got.records)] == [(0).to_bytes(8, "big"), (2).to_bytes(8, "big")]
        broker.close()

    kafka.run(scenario)


def test_a_topic_is_made_on_the_first_record_unless_that_is_off(kafka):
    async def scenario():
        from rowtime.kafka.settings import Settings

        on, off = kafka.Asked(), kafka.Asked(settings=Settings(auto_create_topics_enable=False))
        assert (await on.produce(batch.encode(kafka.records("a")))).error_code == ErrorCode.none
        refused = await off.produce(batch.encode(kafka.records("a")))
        assert refused.error_code == ErrorCode.unknown_topic_or_partition
        invalid = await on.produce(batch.encode(kafka.records("a")), topic="bad name")
        assert invalid.error_code == ErrorCode.invalid_topic_exception

    kafka.run(scenario)


def _old_format() -> bytes:
    body = struct.pack(">bbq", 1, 0, 1) + b"\xff\xff\xff\xff" + struct.pack(">i", 1) + b"v"
    message = struct.pack(">I", 0) + body
    return struct.pack(">qi", 0, len(message)) + message


REFUSED = {
    "wrong CRC": (lambda good: good[:-1] + bytes([good[-1] ^ 1]), ErrorCode.corrupt_message),
    "cut off": (lambda good: good[:-3], ErrorCode.corrupt_message),
    "two batches": (lambda good: good + good, ErrorCode.invalid_record),
    "old message format": (lambda good: _old_format(), ErrorCode.unsupported_for_message_format),
    "nothing": (lambda good: b"", ErrorCode.invalid_record),
    "control batch": (lambda good: batch.control_batch(1, 0, True, 0), ErrorCode.invalid_record),
    "too large": (lambda good: batch.encode([Record(None, bytes(2_000_000), 0)]), ErrorCode.message_too_large),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_batches_leave_no_trace(kafka, name):
    spoil, code = REFUSED[name]

    async def scenario():
        broker = kafka.Asked()
        broker.topic()
        answer = await broker.produce(spoil(batch.encode(kafka.records("a"))))
        assert answer.error_code == code
        assert answer.error_message
        assert (await broker.latest()).offset == 0

    kafka.run(scenario)


def test_max_message_bytes_of_the_topic(kafka):
    async def scenario():
        broker = kafka.Asked()
        broker.topic(max_message_bytes="200")
        assert (await broker.produce(batch.encode([Record(None, bytes(50), 0)]))).error_code == ErrorCode.none
        answer = await broker.produce(batch.encode([Record(None, bytes(500), 0)]))
        assert answer.error_code == ErrorCode.message_too_large
        assert "max.message.bytes is 200" in answer.error_message

    kafka.run(scenario)


def test_a_compacted_topic_wants_keys(kafka):
    async def scenario():
        broker = kafka.Asked()
        broker.topic(cleanup_policy="compact")
        assert (await broker.produce(batch.encode([Record(b"k", b"v", 0)]))).error_code == ErrorCode.none
        assert (await broker.produce(batch.encode([Record(None, b"v", 0)]))).error_code == ErrorCode.invalid_record

    kafka.run(scenario)


def test_log_append_time(kafka):
    async def scenario():
        broker = kafka.Asked()
        broker.topic(message_timestamp_type="LogAppendTime")
        answer = await broker.produce(batch.encode(kafka.records("a", "b", timestamp=5)))
        assert round(answer.log_append_time.timestamp() * 1000) == broker.clock.wall()
        stored = (await broker.fetch()).records
        assert batch.check(stored).log_append_time
        assert batch.header_of(stored).max_timestamp == broker.clock.wall()
        found = await broker.latest(timestamp=broker.clock.wall())
        assert found.offset == 0

    kafka.run(scenario)


def test_timestamps_too_far_ahead(kafka):
    async def scenario():
        broker = kafka.Asked()
        broker.topic(message_timestamp_after_max_ms="1000")
        now = broker.clock.wall()
        assert (await broker.produce(batch.encode([Record(None, b"", now + 1000)]))).error_code == ErrorCode.none
        answer = await broker.produce(batch.encode([Record(None, b"", now + 1001)]))
        assert answer.error_code == ErrorCode.invalid_timestamp

    kafka.run(scenario)


def test_acks_0_is_stored_and_not_answered_and_other_acks_refused(kafka):
    async def scenario():
        broker = kafka.Asked()
        assert await broker.produce(batch.encode(kafka.records("a")), acks=0) is None
        assert (await broker.latest()).offset == 1
        answer = await broker.produce(batch.encode(kafka.records("a")), acks=2)
        assert answer.error_code == ErrorCode.invalid_required_acks

    kafka.run(scenario)
