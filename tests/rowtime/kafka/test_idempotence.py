"""Idempotent producers: five batches are remembered, also over a restart."""

from __future__ import annotations

import pytest
from kio.schema.errors import ErrorCode

from rowtime.kafka.settings import Settings

P = (7, 0)


def test_a_repeated_batch_answers_its_first_offset(kafka):
    async def scenario():
        broker = kafka.Asked()
        offsets = [(await broker.produce(kafka.sequenced(P, n, f"v{n}"))).base_offset for n in range(5)]
        again = [(await broker.produce(kafka.sequenced(P, n, f"v{n}"))).base_offset for n in range(5)]
        assert offsets == again == [0, 1, 2, 3, 4]
        assert (await broker.latest()).offset == 5

    kafka.run(scenario)


def test_only_the_last_five_are_remembered(kafka):
    async def scenario():
        broker = kafka.Asked()
        for n in range(6):
            await broker.produce(kafka.sequenced(P, n, "v"))
        assert (await broker.produce(kafka.sequenced(P, 0, "v"))).error_code == ErrorCode.out_of_order_sequence_number
        assert (await broker.produce(kafka.sequenced(P, 1, "v"))).base_offset == 1

    kafka.run(scenario)


@pytest.mark.parametrize("sequence", [2, 7])
def test_a_gap_is_refused(kafka, sequence):
    async def scenario():
        broker = kafka.Asked()
        await broker.produce(kafka.sequenced(P, 0, "v"))
        answer = await broker.produce(kafka.sequenced(P, sequence, "v"))
        assert answer.error_code == ErrorCode.out_of_order_sequence_number

    kafka.run(scenario)


def test_a_new_epoch_starts_at_0_and_the_old_one_is_over(kafka):
    async def scenario():
        broker = kafka.Asked()
        await broker.produce(kafka.sequenced((7, 0), 0, "v"))
        assert (await broker.produce(kafka.sequenced((7, 1), 1, "v"))).error_code \
            == ErrorCode.out_of_order_sequence_number
        assert (await broker.produce(kafka.sequenced((7, 1), 0, "v"))).error_code == ErrorCode.none
        assert (await broker.produce(kafka.sequenced((7, 0), 1, "v"))).error_code == ErrorCode.invalid_producer_epoch

    kafka.run(scenario)


def test_an_unknown_producer_may_start_anywhere_and_numbers_wrap(kafka):
    async def scenario():
        broker = kafka.Asked()
        last = 2**31 - 1
        assert (await broker.produce(kafka.sequenced(P, last - 1, "a", "b", "c"))).error_code == ErrorCode.none
        assert (await broker.produce(kafka.sequenced(P, 0, "x"))).error_code == ErrorCode.out_of_order_sequence_number
        assert (await broker.produce(kafka.sequenced(P, 1, "d"))).base_offset == 3
        assert (await broker.produce(kafka.sequenced(P, last - 1, "a", "b", "c"))).base_offset == 0

    kafka.run(scenario)


def test_a_restart_remembers(kafka, tmp_path):
    async def scenario():
        broker = kafka.Asked(tmp_path)
        await broker.produce(kafka.sequenced(P, 0, "a", "b"))
        broker.close()
        broker = kafka.Asked(tmp_path)
        assert (await broker.produce(kafka.sequenced(P, 0, "a", "b"))).base_offset == 0
        assert (await broker.produce(kafka.sequenced(P, 2, "c"))).base_offset == 2
        broker.close()

    kafka.run(scenario)


def test_producer_ids_are_never_handed_out_twice(kafka, tmp_path):
    async def scenario():
        seen = []
        for _ in range(3):
            broker = kafka.Asked(tmp_path)
            seen += [(await broker.init(None)).producer_id for _ in range(3)]
            broker.close()
        assert len(set(seen)) == 9

    kafka.run(scenario)


def test_producers_are_forgotten_after_a_while(kafka):
    async def scenario():
        broker = kafka.Asked(settings=Settings(producer_id_expiration_ms=1000))
        await broker.produce(kafka.sequenced(P, 0, "v"))
        broker.clock.jump(86_400_000)
        assert broker.node.producers.of(broker.store.partition("t", 0))
        broker.clock.advance(120_000)
        assert not broker.node.producers.of(broker.store.partition("t", 0))

    kafka.run(scenario)


def test_a_deleted_topic_takes_its_producers_along(kafka):
    async def scenario():
        broker = kafka.Asked()
        await broker.produce(kafka.sequenced(P, 0, "v"))
        broker.store.delete_topic("t")
        answer = await broker.produce(kafka.sequenced(P, 5, "v"))
        assert (answer.error_code, answer.base_offset) == (ErrorCode.none, 0)

    kafka.run(scenario)
