"""Committed offsets: plain, in transactions, expiring, deleted."""

from __future__ import annotations

import pytest
from kio.schema.errors import ErrorCode

from rowtime.kafka.settings import Settings


async def commit(broker, offset, group="g", topic="t", version=8, metadata=""):
    row = {"partition_index": 0, "committed_offset": offset, "committed_metadata": metadata}
    answer = await broker.ask("offset_commit", version, group_id=group, generation_id_or_member_epoch=-1,
                              member_id="", topics=[{"name": topic, "partitions": [row]}])
    return answer.topics[0].partitions[0].error_code


async def committed(broker, group="g", topic="t", stable=False):
    answer = await broker.ask("offset_fetch", 7, group_id=group, require_stable=stable,
                              topics=[{"name": topic, "partition_indexes": [0]}])
    row = answer.topics[0].partitions[0]
    return row.committed_offset if row.error_code == ErrorCode.none else row.error_code


async def transactional(broker, offset, group="g", tx="tx", add=True):
    known = await broker.init(tx)
    producer = (known.producer_id, known.producer_epoch)
    if add:
        await broker.ask("add_offsets_to_txn", transactional_id=tx, producer_id=producer[0],
                         producer_epoch=producer[1], group_id=group)
    return producer, await send(broker, producer, offset, group, tx)


async def send(broker, producer, offset, group="g", tx="tx", **member):
    answer = await broker.ask(
        "txn_offset_commit", transactional_id=tx, group_id=group, producer_id=producer[0],
        producer_epoch=producer[1], **{"generation_id": -1, "member_id": "", **member},
        topics=[{"name": "t", "partitions": [{"partition_index": 0, "committed_offset": offset}]}])
    return answer.topics[0].partitions[0].error_code


@pytest.mark.parametrize("version", range(2, 9))
def test_every_version_commits(kafka, version):
    async def scenario():
        broker = kafka.Asked()
        broker.topic()
        assert await committed(broker) == -1
        assert await commit(broker, 5, version=version) == ErrorCode.none
        assert await committed(broker) == 5

    kafka.run(scenario)


@pytest.mark.parametrize("version", range(1, 9))
def test_every_version_fetches(kafka, version):
    async def scenario():
        broker = kafka.Asked()
        broker.topic()
        await commit(broker, 5, metadata="m")
        topics = [{"name": "t", "partition_indexes": [0]}]
        asked = {"groups": [{"group_id": "g", "topics": topics}]} if version == 8 else \
            {"group_id": "g", "topics": topics}
        answer = await broker.ask("offset_fetch", version, **asked)
        row = (answer.groups[0] if version == 8 else answer).topics[0].partitions[0]
        assert (row.committed_offset, row.metadata) == (5, "m")

    kafka.run(scenario)


def test_unknown_topics_and_long_metadata_are_refused(kafka):
    async def scenario():
        broker = kafka.Asked()
        broker.topic()
        assert await commit(broker, 1, topic="no") == ErrorCode.unknown_topic_or_partition
        assert await commit(broker, 1, metadata="x" * 5000) == ErrorCode.offset_metadata_too_large

    kafka.run(scenario)


@pytest.mark.parametrize("ends_well", [True, False])
def test_offsets_in_a_transaction(kafka, tmp_path, ends_well):
    async def scenario():
        broker = kafka.Asked(tmp_path)
        broker.topic()
        await commit(broker, 1)
        producer, code = await transactional(broker, 9)
        assert code == ErrorCode.none
        assert await committed(broker) == 1
        assert await committed(broker, stable=True) == ErrorCode.unstable_offset_commit
        broker.close()
        broker = kafka.Asked(tmp_path, clock=broker.clock)
        assert await committed(broker, stable=True) == ErrorCode.unstable_offset_commit
        assert await broker.end(producer, commit=ends_well) == ErrorCode.none
        broker.close()
        broker = kafka.Asked(tmp_path, clock=broker.clock)
        assert await committed(broker, stable=True) == (9 if ends_well else 1)
        broker.close()

    kafka.run(scenario)


def test_a_later_plain_commit_wins_over_the_transaction(kafka):
    async def scenario():
        broker = kafka.Asked()
        broker.topic()
        producer, _ = await transactional(broker, 9)
        await commit(broker, 20)
        await broker.end(producer)
        assert await committed(broker) == 20

    kafka.run(scenario)


def test_zombies_and_strangers_commit_nothing(kafka):
    async def scenario():
        broker = kafka.Asked()
        broker.topic()
        old, _ = await transactional(broker, 5)
        await broker.init("tx")
        assert await send(broker, old, 6) == ErrorCode.invalid_producer_epoch
        assert await send(broker, (99, 0), 6) == ErrorCode.invalid_producer_id_mapping
        _, code = await transactional(broker, 6, add=False)
        assert code == ErrorCode.invalid_txn_state
        live, _ = await transactional(broker, 7)
        assert await send(broker, live, 7, generation_id=4, member_id="gone") == ErrorCode.illegal_generation
        assert await committed(broker) == -1

    kafka.run(scenario)


def test_offsets_of_an_empty_group_expire(kafka):
    async def scenario():
        broker = kafka.Asked(settings=Settings(offsets_retention_minutes=10))
        broker.topic()
        await commit(broker, 5)
        broker.clock.advance(9 * 60_000)
        assert await committed(broker) == 5
        broker.clock.advance(3 * 60_000)
        assert await committed(broker) == -1

    kafka.run(scenario)


def test_a_deleted_topic_takes_its_offsets_along(kafka):
    async def scenario():
        broker = kafka.Asked()
        broker.topic()
        await commit(broker, 5)
        await broker.ask("delete_topics", topics=[{"name": "t"}])
        broker.topic()
        assert await committed(broker) == -1

    kafka.run(scenario)


def test_groups_and_offsets_are_deleted(kafka):
    async def scenario():
        broker = kafka.Asked()
        broker.topic()
        await commit(broker, 5)
        await commit(broker, 6, group="h")
        assert [row.group_id for row in (await broker.ask("list_groups")).groups] == ["g", "h"]
        await broker.ask("offset_delete", group_id="h",
                         topics=[{"name": "t", "partitions": [{"partition_index": 0}]}])
        assert await committed(broker, "h") == -1
        results = (await broker.ask("delete_groups", groups_names=["g", "no"])).results
        assert [row.error_code for row in results] == [ErrorCode.none, ErrorCode.group_id_not_found]
        assert await committed(broker) == -1

    kafka.run(scenario)
