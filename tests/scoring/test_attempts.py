"""An input that ends the process is isolated at the third attempt, wherever in a batch it is."""

from __future__ import annotations

import random

from confluent_kafka import TopicPartition
from fakes import FakeMessage
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.sidecar.attempts import Attempts
from scoring.sidecar.messages import Messages
from scoring.sidecar.note import OffsetNote, read_note

POSITION = ("enriched", 0)


class Broker:
    """The committed offset of one partition and what was written beside it."""

    def __init__(self) -> None:
        self.offset, self.metadata = 0, ""

    def commit(self, offsets: list[TopicPartition]) -> None:
        self.offset, self.metadata = offsets[0].offset, offsets[0].metadata


def run_until_crash(broker: Broker, count: int, guilty: set[int], batch_size: int, dead: list[int]) -> bool:
    """One life of a process; True where it reached the end."""
    attempts = Attempts(batch_size, broker.commit)
    attempts.assigned(POSITION, broker.offset, read_note(broker.metadata).attempts)
    while broker.offset < count:
        end = min(broker.offset + attempts.limit(batch_size), count)
        messages = Messages([FakeMessage(b"k", b"v", n) for n in range(broker.offset, end)])
        attempts.begin(messages, {POSITION: broker.offset})
        if attempts.refused(messages):
            dead.append(messages[0].offset())
        elif any(message.offset() in guilty for message in messages):
            return False
        broker.commit([TopicPartition(*POSITION, messages[-1].offset() + 1, metadata=str(OffsetNote()))])
        attempts.ended([POSITION], len(messages))
    return True


@given(st.integers(1, 60), st.sets(st.integers(0, 59), max_size=3), st.integers(1, 20))
@settings(deadline=None)
def test_only_guilty_records_are_given_up_and_soon(count: int, guilty: set[int], batch_size: int) -> None:
    broker, dead, crashes = Broker(), [], 0
    while not run_until_crash(broker, count, guilty, batch_size, dead):
        crashes += 1
        assert crashes <= 6 * (len(guilty) + 1)
    assert dead == sorted(n for n in guilty if n < count)


def test_leaving_in_good_order_counts_as_no_attempt() -> None:
    broker = Broker()
    attempts = Attempts(10, broker.commit)
    attempts.assigned(POSITION, 0, 2)
    attempts.begin(Messages([FakeMessage(b"k", b"v", 0)]), {POSITION: 0})
    assert read_note(broker.metadata).attempts == 3
    attempts.given_up({POSITION: 0})
    assert read_note(broker.metadata).attempts == 0


def test_other_metadata_is_taken_for_no_note() -> None:
    assert read_note(None) == read_note("") == read_note("something else") == OffsetNote()
    assert read_note(str(OffsetNote("abc", 2))) == OffsetNote("abc", 2)


class Partitions:
    """Committed offsets, and what was written beside them, of several partitions."""

    def __init__(self, count: int) -> None:
        self.offsets, self.metadata = dict.fromkeys(range(count), 0), dict.fromkeys(range(count), "")

    def commit(self, offsets: list[TopicPartition]) -> None:
        for found in offsets:
            self.offsets[found.partition], self.metadata[found.partition] = found.offset, found.metadata


def live_until_crash(broker: Partitions, records: int, guilty: tuple[int, int], batch_size: int, choose: random.Random,
                     dead: list[tuple[int, int]]) -> bool:
    """One life over several partitions, whose records come in any order; True where it reached the end."""
    attempts = Attempts(batch_size, broker.commit)
    at = dict(broker.offsets)
    for partition, offset in at.items():
        attempts.assigned(("enriched", partition), offset, read_note(broker.metadata[partition]).attempts)
    while left := [partition for partition, offset in at.items() if offset < records]:
        taken = choose.choices(left, k=attempts.limit(batch_size))
        found = {p: range(at[p], min(at[p] + taken.count(p), records)) for p in sorted(set(taken))}
        messages = Messages([FakeMessage(b"k", b"v", n, partition=p) for p, offsets in found.items() for n in offsets])
        attempts.begin(messages, {("enriched", p): at[p] for p in found})
        if attempts.refused(messages):
            dead.append((messages[0].partition(), messages[0].offset()))
        elif any((message.partition(), message.offset()) == guilty for message in messages):
            return False
        at |= {p: offsets.stop for p, offsets in found.items()}
        broker.commit([TopicPartition("enriched", p, at[p], metadata=str(OffsetNote())) for p in found])
        attempts.ended([("enriched", p) for p in found], len(messages))
    return True


@given(st.integers(2, 4), st.integers(1, 30), st.integers(1, 12), st.integers(0, 2**32), st.data())
@settings(deadline=None)
def test_records_of_other_partitions_are_not_given_up(
    partitions: int, records: int, batch_size: int, seed: int, data: st.DataObject
) -> None:
    guilty = data.draw(st.tuples(st.integers(0, partitions - 1), st.integers(0, records - 1)))
    broker, choose, lives = Partitions(partitions), random.Random(seed), 1
    dead: list[tuple[int, int]] = []
    while not live_until_crash(broker, records, guilty, batch_size, choose, dead):
        lives += 1
        assert lives <= 4 + partitions * records
    assert dead == [guilty]
