"""Fetch: limits, long polls, only durable data."""

from __future__ import annotations

import asyncio

import pytest
from kio.schema.errors import ErrorCode

from rowtime.log import batch


def wanted(offset=0, max_bytes=1 << 20, partition=0, topic="t", **fields):
    row = {"partition": partition, "fetch_offset": offset, "partition_max_bytes": max_bytes, **fields}
    return {"topic": topic, "partitions": [row]}


@pytest.mark.parametrize("version", range(4, 13))
@pytest.mark.parametrize("committed", [False, True])
def test_every_version(kafka, version, committed):
    async def scenario():
        broker = kafka.Asked()
        await broker.produce(batch.encode(kafka.records("a", "b")))
        got = await broker.fetch(1, version=version, committed=committed)
        assert kafka.values(got.records) == ["a", "b"]
        assert (got.high_watermark, got.last_stable_offset) == (2, 2)

    kafka.run(scenario)


def test_offsets_out_of_range(kafka):
    async def scenario():
        broker = kafka.Asked()
        for text in "abc":
            await broker.produce(batch.encode(kafka.records(text)))
        await broker.ask("delete_records", topics=[{"name": "t", "partitions": [{"partition_index": 0, "offset": 2}]}])
        assert (await broker.fetch(1)).error_code == ErrorCode.offset_out_of_range
        assert (await broker.fetch(4)).error_code == ErrorCode.offset_out_of_range
        assert (await broker.fetch(3)).error_code == ErrorCode.none
        assert kafka.values((await broker.fetch(2)).records) == ["c"]
        assert (await broker.fetch(0, topic="no")).error_code == ErrorCode.unknown_topic_or_partition

    kafka.run(scenario)


def test_the_first_batch_comes_whole_and_the_rest_within_limits(kafka):
    async def scenario():
        broker = kafka.Asked()
        broker.topic(partitions=2)
        for partition in (0, 1):
            for text in ("x" * 300, "y" * 300):
                await broker.produce(batch.encode(kafka.records(text)), partition=partition)
        assert len(kafka.values((await broker.fetch(max_bytes=10)).records)) == 1
        answer = await broker.ask("fetch", max_wait=0, min_bytes=1, max_bytes=400, isolation_level=0,
                                  topics=[wanted(), wanted(partition=1)])
        sizes = [len(kafka.values(topic.partitions[0].records)) for topic in answer.responses]
        assert sizes == [1, 0]

    kafka.run(scenario)


def test_a_long_poll_ends_with_data_or_time(kafka):
    async def scenario():
        broker = kafka.Asked()
        broker.topic()
        ask = {"max_wait": 500, "min_bytes": 1, "max_bytes": 1 << 20, "isolation_level": 0, "topics": [wanted()]}
        waiting = broker.start("fetch", **ask)
        await asyncio.sleep(0)
        broker.clock.advance(499)
        await asyncio.sleep(0)
        assert not waiting.done()
        await broker.produce(batch.encode(kafka.records("a")))
        assert kafka.values((await waiting).responses[0].partitions[0].records) == ["a"]
        ask["topics"] = [wanted(1)]
        waiting = broker.start("fetch", **ask)
        await asyncio.sleep(0)
        broker.clock.advance(500)
        assert (await waiting).responses[0].partitions[0].records in (b"", None)

    kafka.run(scenario)


def test_min_bytes_are_waited_for(kafka):
    async def scenario():
        broker = kafka.Asked()
        broker.topic()
        waiting = broker.start("fetch", max_wait=500, min_bytes=150, max_bytes=1 << 20, isolation_level=0,
                               topics=[wanted()])
        await asyncio.sleep(0)
        await broker.produce(batch.encode(kafka.records("a")))
        await asyncio.sleep(0)
        assert not waiting.done()
        await broker.produce(batch.encode(kafka.records("b")))
        await broker.produce(batch.encode(kafka.records("c")))
        assert kafka.values((await waiting).responses[0].partitions[0].records)[:2] == ["a", "b"]

    kafka.run(scenario)


def test_sessions_are_not_kept(kafka):
    async def scenario():
        broker = kafka.Asked()
        broker.topic()
        ask = {"max_wait": 0, "min_bytes": 1, "max_bytes": 100, "isolation_level": 0, "topics": [wanted()]}
        assert (await broker.ask("fetch", session_id=0, session_epoch=0, **ask)).session_id == 0
        answer = await broker.ask("fetch", session_id=5, session_epoch=1, **ask)
        assert answer.error_code == ErrorCode.fetch_session_id_not_found

    kafka.run(scenario)


def test_nothing_is_shown_before_it_is_on_disk(kafka, tmp_path):
    async def scenario():
        broker = kafka.Asked(tmp_path)
        broker.topic()
        await broker.store.durable()
        settle, broker.store._settle = broker.store._settle, lambda seq: None
        unanswered = asyncio.ensure_future(broker.produce(batch.encode(kafka.records("a"))))
        for _ in range(50):
            await asyncio.sleep(0.001)
        assert not unanswered.done()
        assert (await broker.fetch()).high_watermark == 0
        assert (await broker.latest()).offset == 0
        assert (await broker.fetch(1)).error_code == ErrorCode.offset_out_of_range
        broker.store._settle = settle
        settle(broker.store.seq)
        assert (await unanswered).base_offset == 0
        assert kafka.values((await broker.fetch()).records) == ["a"]
        broker.close()

    kafka.run(scenario)


def test_list_offsets(kafka):
    async def scenario():
        broker = kafka.Asked()
        await broker.produce(batch.encode(kafka.records("a", "b", timestamp=1000)))
        await broker.produce(batch.encode(kafka.records("c", timestamp=500)))
        assert (await broker.latest()).offset == 3
        assert (await broker.latest(timestamp=-2)).offset == 0
        found = await broker.latest(timestamp=1001)
        assert (found.offset, found.timestamp) == (1, 1001)
        assert (await broker.latest(timestamp=1002)).offset == -1
        largest = await broker.latest(timestamp=-3)
        assert (largest.offset, largest.timestamp) == (1, 1001)
        assert (await broker.latest(topic="no")).error_code == ErrorCode.unknown_topic_or_partition

    kafka.run(scenario)
