"""Handing outputs to a producer: each once and in order, however often its queue is full."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scoring.sidecar.outputs import Outputs, send
from scoring.sidecar.records import Output


class FullQueue:
    """A producer whose queue takes so many records before it is full, each time."""

    def __init__(self, rooms: list[int]) -> None:
        self.rooms, self.room = rooms, 0
        self.sent: list[Output] = []

    def produce(self, topic: str, value: bytes, key: bytes | None, partition: int, *rest: Any) -> None:
        if self.rooms and self.room == self.rooms[0]:
            raise BufferError
        callback, on_delivery, timestamp, headers = rest
        assert partition == -1 and callback is None and on_delivery is None
        self.room += 1
        self.sent.append(Output(topic, key, value, timestamp, headers))

    def poll(self, seconds: float) -> None:
        self.rooms.pop(0)
        self.room = 0


OUTPUT = st.builds(Output, st.sampled_from(["flags", "dead"]), st.none() | st.binary(max_size=2), st.binary(max_size=2),
                   st.integers(0, 9), st.just([("h", b"1")]))


@given(st.lists(OUTPUT, max_size=12), st.lists(st.integers(0, 4), max_size=8))
def test_each_is_sent_once_and_in_order(outputs: list[Output], rooms: list[int]) -> None:
    producer = FullQueue(rooms)
    send(producer, Outputs.of(outputs))
    assert producer.sent == outputs


@given(st.lists(OUTPUT, max_size=5), st.lists(OUTPUT, max_size=5))
def test_columns_hold_the_records_that_were_given(first: list[Output], second: list[Output]) -> None:
    whole = Outputs.of(first) + Outputs.of(second)
    assert list(whole) == first + second and len(whole) == len(first) + len(second)
    assert [whole[row] for row in range(len(whole))] == first + second
