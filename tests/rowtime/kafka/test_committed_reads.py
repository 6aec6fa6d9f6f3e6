"""Any mix of transactions: a reader that filters as Kafka's clients do sees exactly what was committed."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kio.schema.errors import ErrorCode

from rowtime.log import batch

PRODUCERS, PARTITIONS = ("a", "b", "c"), (0, 1)
ACTIONS = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(PRODUCERS), st.sampled_from(PARTITIONS)),
    st.tuples(st.sampled_from(["commit", "abort", "fence"]), st.sampled_from(PRODUCERS), st.just(0)),
    st.tuples(st.sampled_from(["plain", "restart", "touch"]), st.sampled_from(PRODUCERS), st.sampled_from(PARTITIONS)),
)


@dataclass
class Model:
    """What each producer has open, and each partition's records as (offset, value, decided): None, True or False."""

    producers: dict[str, tuple[int, int]] = field(default_factory=dict)
    sequences: dict[tuple[str, int], int] = field(default_factory=dict)
    open: dict[str, set[int]] = field(default_factory=dict)
    rows: dict[int, list[list]] = field(default_factory=lambda: {0: [], 1: []})

    def decide(self, name: str, commit: bool) -> None:
        for rows in self.rows.values():
            for row in rows:
                if row[2] == name:
                    row[2] = commit
        self.open.pop(name, None)

    def visible(self, partition: int) -> list[tuple[int, str]]:
        """Up to the first record that is undecided."""
        found = []
        for offset, value, decided in self.rows[partition]:
            if decided not in (True, False):
                break
            if decided:
                found.append((offset, value))
        return found


async def fresh(broker, model, name):
    answer = await broker.init(name)
    model.decide(name, False)
    model.producers[name] = (answer.producer_id, answer.producer_epoch)
    for partition in PARTITIONS:
        model.sequences[name, partition] = 0


async def add(broker, model, name, partition):
    if name not in model.producers:
        await fresh(broker, model, name)
    if partition not in model.open.get(name, ()):
        assert await broker.add(model.producers[name], partition, tx=name) == ErrorCode.none
        model.open.setdefault(name, set()).add(partition)


async def act(kafka, broker, model, action, name, partition, value):
    if action == "plain":
        answer = await broker.produce(batch.encode(kafka.records(value)), partition=partition)
        model.rows[partition].append([answer.base_offset, value, True])
    elif action == "touch":
        await add(broker, model, name, partition)
    elif action == "write":
        await add(broker, model, name, partition)
        sequence = model.sequences[name, partition]
        data = kafka.sequenced(model.producers[name], sequence, value, transactional=True)
        answer = await broker.produce(data, partition=partition, transactional_id=name)
        assert answer.error_code == ErrorCode.none
        model.sequences[name, partition] += 1
        model.rows[partition].append([answer.base_offset, value, name])
    elif action == "fence":
        await fresh(broker, model, name)
    elif name in model.open:
        assert await broker.end(model.producers[name], action == "commit", tx=name) == ErrorCode.none
        model.decide(name, action == "commit")


def filtered(fetched, start):
    """(offset, value) of committed records from `start`, as a client filters them."""
    aborted = sorted(fetched.aborted_transactions, key=lambda entry: entry.first_offset)
    dropping, found = set(), []
    for part in batch.split(fetched.records or b""):
        header = batch.header_of(part)
        while aborted and aborted[0].first_offset <= header.base_offset + header.last_offset_delta:
            dropping.add(aborted.pop(0).producer_id)
        if header.control:
            dropping.discard(header.producer_id)
        elif not (header.transactional and header.producer_id in dropping):
            found += [(header.base_offset + n, record.value.decode()) for n, record in enumerate(batch.decode(part))]
    return [(offset, value) for offset, value in found if offset >= start]


async def compare(broker, model):
    for partition in PARTITIONS:
        visible = model.visible(partition)
        end = (await broker.latest(partition=partition, committed=True)).offset
        for start in range(end + 1):
            fetched = await broker.fetch(start, partition=partition, committed=True)
            assert filtered(fetched, start) == [row for row in visible if row[0] >= start]


@settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.lists(ACTIONS, max_size=25))
def test_committed_reads(kafka, actions):
    async def scenario(directory):
        broker, model = kafka.Asked(directory), Model()
        broker.topic(partitions=len(PARTITIONS))
        for number, (action, name, partition) in enumerate(actions):
            if action == "restart":
                broker.close()
                broker = kafka.Asked(directory, clock=broker.clock)
            else:
                await act(kafka, broker, model, action, name, partition, f"{name}{number}")
        await compare(broker, model)
        for name in list(model.open):
            await fresh(broker, model, name)
        await compare(broker, model)
        for partition in PARTITIONS:
            ends = [(await broker.latest(partition=partition, committed=flag)).offset for flag in (True, False)]
            assert ends[0] == ends[1]
        broker.close()

    with tempfile.TemporaryDirectory() as directory:
        kafka.run(lambda: scenario(Path(directory)))
