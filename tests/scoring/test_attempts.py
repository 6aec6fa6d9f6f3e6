"""An input that ends the process is isolated at the third attempt, wherever in a batch it is."""

from __future__ import annotations

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
