from __future__ import annotations

from collections.abc import Sequence

import pytest

from rowtime.log.api import Record, Step
from rowtime.log.memory import MemoryLog
from tests.rowtime.log.contract import LogContract, record, texts

pytestmark = pytest.mark.anyio


class MemoryWorld:
    def __init__(self) -> None:
        self.log = MemoryLog()

    async def produce(self, topic: str, partition: int, records: Sequence[Record]) -> None:
        self.log.append(topic, partition, records)


class TestMemoryLog(LogContract):
    @pytest.fixture
    def world(self) -> MemoryWorld:
        return MemoryWorld()


def test_append_places_by_key_and_keeps_the_order_across_partitions() -> None:
    log = MemoryLog()
    log.add_topic("t", 3)
    log.append("t", None, [record(f"{i}", key=f"{i % 5}") for i in range(50)])
    for partition in range(3):
        log.subscribe("r", "t", partition, 0)
    assert texts(log.poll("r", 100)) == [f"{i}" for i in range(50)]


@pytest.mark.parametrize("below", [1, 4999, 5000, 9000])
async def test_forgetting_moves_the_log_start(below: int) -> None:
    log = MemoryLog()
    log.add_topic("t")
    log.subscribe("r", "t", 0, 0)
    for i in range(100):
        log.append("t", 0, [record(f"{i * 100 + j}") for j in range(100)])
    log.forget("t", 0, below)
    assert await log.offsets("t") == [(below, 10_000)]
    (delivered,) = log.poll("r", 1)
    assert (delivered.offset, texts([delivered])) == (below, [f"{below}"])
    assert [one.value for one in await log.read("t", 0, 9_500, 1)] == [b"9500"]


async def test_steps_can_be_left_out() -> None:
    log = MemoryLog(keep_steps=False)
    log.commit(Step("q", []))
    assert await log.steps("q") == []
