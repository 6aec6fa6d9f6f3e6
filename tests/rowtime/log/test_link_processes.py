"""Several processes of one engine on one log: each has its own readers, rows and acknowledgements."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rowtime.log.api import Step
from rowtime.log.columns import Columns
from rowtime.log.errors import LogError
from rowtime.log.link import LinkClient
from tests.rowtime.log.contract import arrives, record
from tests.rowtime.log.test_link import TOKEN, LinkWorld, stretch

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[LinkWorld]:
    made = LinkWorld(tmp_path / "data")
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def other(world: LinkWorld) -> AsyncIterator[LinkClient]:
    made = await LinkClient.connect("127.0.0.1", world.port, TOKEN, 1)
    yield made
    await made.close()


async def test_each_number_connects_once(world: LinkWorld, other: LinkClient) -> None:
    for number in (0, 1):
        with pytest.raises(LogError, match="an engine is connected already"):
            await LinkClient.connect("127.0.0.1", world.port, TOKEN, number)
    await other.close()
    await (await LinkClient.connect("127.0.0.1", world.port, TOKEN, 2)).close()


async def test_topics_made_by_one_are_the_others(world: LinkWorld, other: LinkClient) -> None:
    made = await world.log.create_topic("t", 3)
    await other.settled()
    assert other.topics()["t"] == made
    await other.delete_topic("t")
    await world.log.settled()
    assert "t" not in world.log.topics()


async def test_the_writer_has_its_rows_and_the_other_the_records(world: LinkWorld, other: LinkClient) -> None:
    await world.log.create_topic("t", 2)
    await other.settled()
    world.log.subscribe("mine", "t", 0, 0)
    other.subscribe("theirs", "t", 1, 0)
    made = stretch("t", 0, 8)
    world.log.commit(Step("q", [], [made]))
    ends = [end for _, end in await world.log.offsets("t")]
    assert sum(ends) == 8
    assert all(ends)
    mine = await arrives(world.log, "mine", ends[0])
    theirs = await arrives(other, "theirs", ends[1])
    assert [type(run.records) for run in theirs] == [Columns]
    elsewhere = {r.timestamp for run in theirs for r in run.records}
    assert [row for run in mine for row in run.records] == [
        row for row in made.rows or () if row.timestamp not in elsewhere]


async def test_frames_of_both_come_in_one_order(world: LinkWorld, other: LinkClient) -> None:
    await world.log.create_topic("t", 1)
    await other.settled()
    for number in range(20):
        writer = (world.log, other)[number % 2]
        await writer.durable(writer.commit(Step("q", [], [stretch("t", number, 1)])))
    for log in (world.log, other):
        log.subscribe("r", "t", 0, 0)
        assert [r.value for run in await arrives(log, "r", 20) for r in run.records] == [
            record(f"{number}.0").value for number in range(20)]


async def test_settled_covers_what_the_other_has_written(world: LinkWorld, other: LinkClient) -> None:
    await world.log.create_topic("t", 1)
    await other.settled()
    other.commit(Step("q", [("x", 0, 0, 1)], [stretch("t", 0)]))
    world.log.subscribe("r", "t", 0, 0)
    await arrives(world.log, "r", 4)
    await world.log.settled()
    assert world.store.durable_seq == world.store.seq
