"""Transactions: what readers see, fencing, time-outs, retries, restarts."""

from __future__ import annotations

import pytest
from kio.schema.errors import ErrorCode

from rowtime.kafka.routing import Disconnect
from rowtime.kafka.transactions import MAX_EPOCH
from rowtime.log import batch


async def begin(kafka, broker, tx="tx", topic="t", partitions=1):
    """A transactional id with its partition added: (producer id, epoch)."""
    if topic not in broker.store.topics:
        broker.topic(topic, partitions)
    answer = await broker.init(tx)
    producer = (answer.producer_id, answer.producer_epoch)
    assert await broker.add(producer, *range(partitions), topic=topic, tx=tx) == ErrorCode.none
    return producer


async def write(kafka, broker, producer, sequence, *texts, topic="t", partition=0):
    data = kafka.sequenced(producer, sequence, *texts, transactional=True)
    return await broker.produce(data, topic, partition, transactional_id="tx")


def test_readers_of_committed_data_wait_for_the_end(kafka):
    async def scenario():
        broker = kafka.Asked()
        producer = await begin(kafka, broker)
        await write(kafka, broker, producer, 0, "a", "b")
        assert kafka.values((await broker.fetch()).records) == ["a", "b"]
        held = await broker.fetch(committed=True)
        assert (held.records, held.last_stable_offset, held.high_watermark) == (b"", 0, 2)
        assert (await broker.latest(committed=True)).offset == 0
        assert await broker.end(producer) == ErrorCode.none
        free = await broker.fetch(committed=True)
        assert kafka.values(free.records) == ["a", "b"]
        assert (free.last_stable_offset, free.aborted_transactions) == (3, ())

    kafka.run(scenario)


def test_aborted_transactions_are_listed_and_marked(kafka):
    async def scenario():
        broker = kafka.Asked()
        producer = await begin(kafka, broker)
        await write(kafka, broker, producer, 0, "a")
        await broker.end(producer, commit=False)
        got = await broker.fetch(committed=True)
        (entry,) = got.aborted_transactions
        assert (entry.producer_id, entry.first_offset) == (producer[0], 0)
        *_, marker = batch.split(got.records)
        assert batch.header_of(marker).control and not batch.is_commit(marker)
        assert (await broker.fetch()).aborted_transactions is None

    kafka.run(scenario)


def test_overlapping_and_empty_transactions(kafka):
    async def scenario():
        broker = kafka.Asked()
        one = await begin(kafka, broker, "one")
        two = await begin(kafka, broker, "two")
        empty = await begin(kafka, broker, "empty")
        await write(kafka, broker, one, 0, "a")
        await write(kafka, broker, two, 0, "b")
        await broker.end(empty, commit=False, tx="empty")
        await broker.end(two, commit=True, tx="two")
        assert (await broker.fetch(committed=True)).last_stable_offset == 0
        await broker.end(one, commit=False, tx="one")
        got = await broker.fetch(committed=True)
        assert [entry.producer_id for entry in got.aborted_transactions] == [one[0]]
        assert (await broker.fetch(3, committed=True)).aborted_transactions[0].first_offset == 0
        assert got.last_stable_offset == got.high_watermark == 5

    kafka.run(scenario)


def test_init_aborts_the_open_transaction_and_fences_the_zombie(kafka):
    async def scenario():
        broker = kafka.Asked()
        old = await begin(kafka, broker)
        await write(kafka, broker, old, 0, "zombie")
        fresh = await broker.init("tx")
        assert (fresh.producer_id, fresh.producer_epoch) == (old[0], old[1] + 1)
        assert (await broker.fetch(committed=True)).aborted_transactions
        assert (await broker.latest(committed=True)).offset == 2
        assert (await write(kafka, broker, old, 1, "late")).error_code == ErrorCode.invalid_producer_epoch
        assert await broker.end(old) == ErrorCode.producer_fenced
        assert await broker.add(old, 0) == ErrorCode.producer_fenced
        new = (fresh.producer_id, fresh.producer_epoch)
        assert await broker.add(new, 0) == ErrorCode.none
        assert (await write(kafka, broker, new, 0, "new")).error_code == ErrorCode.none

    kafka.run(scenario)


def test_init_of_a_producer_that_knows_its_epoch(kafka):
    async def scenario():
        broker = kafka.Asked()
        first = await broker.init("tx")
        mine = (first.producer_id, first.producer_epoch)
        second = await broker.init("tx", producer=mine)
        assert second.producer_epoch == 1
        assert (await broker.init("tx", producer=mine)).producer_epoch == 1
        await broker.init("tx")
        assert (await broker.init("tx", producer=mine)).error_code == ErrorCode.producer_fenced
        assert (await broker.init("new", producer=mine)).error_code == ErrorCode.invalid_producer_id_mapping

    kafka.run(scenario)


def test_a_worn_out_epoch_gives_a_new_producer_id(kafka):
    async def scenario():
        broker = kafka.Asked()
        first = await broker.init("tx")
        for _ in range(MAX_EPOCH - 1):
            pid, epoch = broker.node.transactions.init("tx", 60_000, -1, -1)
            assert (pid, 0 < epoch < MAX_EPOCH) == (first.producer_id, True)
            if epoch == MAX_EPOCH - 1:
                break
        last = (pid, epoch)
        broker.topic()
        assert await broker.add(last, 0) == ErrorCode.none
        fresh = await broker.init("tx")
        assert (fresh.producer_id != first.producer_id, fresh.producer_epoch) == (True, 0)
        assert await broker.end(last) == ErrorCode.invalid_producer_id_mapping

    kafka.run(scenario)


def test_a_transaction_that_takes_too_long_is_aborted(kafka):
    async def scenario():
        broker = kafka.Asked()
        broker.topic()
        answer = await broker.init("tx", timeout=5000)
        producer = (answer.producer_id, answer.producer_epoch)
        await broker.add(producer, 0)
        await write(kafka, broker, producer, 0, "slow")
        broker.clock.advance(4999)
        assert (await broker.latest(committed=True)).offset == 0
        broker.clock.advance(1)
        assert (await broker.latest(committed=True)).offset == 2
        assert await broker.end(producer) == ErrorCode.producer_fenced
        assert (await write(kafka, broker, producer, 1, "late")).error_code == ErrorCode.invalid_producer_epoch

    kafka.run(scenario)


def test_the_deadline_runs_on_through_a_restart(kafka, tmp_path):
    async def scenario():
        broker = kafka.Asked(tmp_path)
        producer = await begin(kafka, broker)
        await write(kafka, broker, producer, 0, "slow")
        broker.clock.advance(40_000)
        broker.close()
        again = kafka.Asked(tmp_path, clock=broker.clock)
        again.clock.advance(19_999)
        assert (await again.latest(committed=True)).offset == 0
        again.clock.advance(1)
        await again.store.durable()
        assert (await again.latest(committed=True)).offset == 2
        again.close()

    kafka.run(scenario)


def test_an_open_transaction_goes_on_after_a_restart(kafka, tmp_path):
    async def scenario():
        broker = kafka.Asked(tmp_path)
        producer = await begin(kafka, broker)
        await write(kafka, broker, producer, 0, "before")
        broker.close()
        broker = kafka.Asked(tmp_path, clock=broker.clock)
        assert (await broker.latest(committed=True)).offset == 0
        assert (await write(kafka, broker, producer, 1, "after")).error_code == ErrorCode.none
        assert await broker.end(producer) == ErrorCode.none
        broker.close()
        broker = kafka.Asked(tmp_path, clock=broker.clock)
        assert kafka.values((await broker.fetch(committed=True)).records) == ["before", "after"]
        assert await broker.end(producer) == ErrorCode.none
        assert (await broker.init("tx")).producer_epoch == 1
        broker.close()

    kafka.run(scenario)


@pytest.mark.parametrize("timeout", [0, -1, 900_001])
def test_time_outs_out_of_range_are_refused(kafka, timeout):
    async def scenario():
        assert (await kafka.Asked().init("tx", timeout=timeout)).error_code == ErrorCode.invalid_transaction_timeout

    kafka.run(scenario)


def test_a_repeated_end_is_fine_and_the_opposite_is_not(kafka):
    async def scenario():
        broker = kafka.Asked()
        producer = await begin(kafka, broker)
        await write(kafka, broker, producer, 0, "a")
        assert [await broker.end(producer), await broker.end(producer)] == [ErrorCode.none] * 2
        assert await broker.end(producer, commit=False) == ErrorCode.invalid_txn_state
        assert (await broker.latest()).offset == 2
        assert await broker.end((producer[0], 9)) == ErrorCode.producer_fenced
        assert await broker.end((99, 0)) == ErrorCode.invalid_producer_id_mapping
        assert await broker.end(producer, tx="other") == ErrorCode.invalid_producer_id_mapping

    kafka.run(scenario)


def test_writes_outside_a_transaction_are_refused(kafka):
    async def scenario():
        broker = kafka.Asked()
        producer = await begin(kafka, broker)
        broker.topic("other")
        assert (await write(kafka, broker, producer, 0, "a", topic="other")).error_code == ErrorCode.invalid_txn_state
        await broker.end(producer)
        assert (await write(kafka, broker, producer, 0, "a")).error_code == ErrorCode.invalid_txn_state
        await broker.add(producer, 0)
        plain = kafka.sequenced(producer, 0, "a")
        assert (await broker.produce(plain)).error_code == ErrorCode.invalid_txn_state
        stranger = kafka.sequenced((12345, 0), 0, "a", transactional=True)
        assert (await broker.produce(stranger)).error_code == ErrorCode.invalid_producer_id_mapping
        assert (await broker.latest()).offset == 1

    kafka.run(scenario)


def test_partitions_are_added_all_or_none(kafka):
    async def scenario():
        broker = kafka.Asked()
        producer = await begin(kafka, broker)
        await broker.end(producer)
        answer = await broker.ask(
            "add_partitions_to_txn", 3, v3_and_below_transactional_id="tx", v3_and_below_producer_id=producer[0],
            v3_and_below_producer_epoch=producer[1], v3_and_below_topics=[{"name": "t", "partitions": [0, 5]}])
        codes = [row.partition_error_code for row in answer.results_by_topic_v3_and_below[0].results_by_partition]
        assert codes == [ErrorCode.operation_not_attempted, ErrorCode.unknown_topic_or_partition]
        assert (await write(kafka, broker, producer, 0, "a")).error_code == ErrorCode.invalid_txn_state

    kafka.run(scenario)


def test_delayed_requests_of_an_older_connection_are_not_executed(kafka):
    async def scenario():
        broker = kafka.Asked()
        broker.topic()
        answer = await broker.init("tx", serial=1)
        producer = (answer.producer_id, answer.producer_epoch)
        await broker.add(producer, 0, serial=1)
        await broker.end(producer, serial=2)
        await broker.add(producer, 0, serial=2)
        with pytest.raises(Disconnect):
            await broker.end(producer, serial=1)
        assert broker.node.transactions.of("tx").status == "Ongoing"

    kafka.run(scenario)


def test_a_deleted_topic_does_not_stop_the_end(kafka):
    async def scenario():
        broker = kafka.Asked()
        producer = await begin(kafka, broker)
        await write(kafka, broker, producer, 0, "a")
        broker.store.delete_topic("t")
        assert await broker.end(producer) == ErrorCode.none

    kafka.run(scenario)


def test_transactions_are_described(kafka):
    async def scenario():
        broker = kafka.Asked()
        producer = await begin(kafka, broker)
        await write(kafka, broker, producer, 0, "a")
        listed = await broker.ask("list_transactions")
        assert [(row.transactional_id, row.transaction_state) for row in listed.transaction_states] \
            == [("tx", "Ongoing")]
        described = (await broker.ask("describe_transactions", transactional_ids=["tx", "no"])).transaction_states
        assert (described[0].producer_id, described[0].topics[0].topic) == (producer[0], "t")
        assert described[1].error_code == ErrorCode.transactional_id_not_found
        answer = await broker.ask("describe_producers", topics=[{"name": "t", "partition_indexes": [0, 3]}])
        known, unknown = answer.topics[0].partitions
        assert known.active_producers[0].current_txn_start_offset == 0
        assert unknown.error_code == ErrorCode.unknown_topic_or_partition

    kafka.run(scenario)
