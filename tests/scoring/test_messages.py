"""Positions, offsets and headers of a poll's messages, read a stretch at a time, are those of each message."""

from __future__ import annotations

from fakes import FakeMessage
from hypothesis import given
from hypothesis import strategies as st

from scoring.sidecar.messages import SOURCE_HEADER, Messages, position_header

HEADERS = st.none() | st.just([]) | st.just([("trace", b"t")])


@st.composite
def polls(draw: st.DrawFn) -> list[FakeMessage]:
    """Messages of up to three partitions, their offsets ascending with gaps."""
    nexts, found = [0, 5, 2**40], []
    for partition in draw(st.lists(st.integers(0, 2), max_size=30)):
        nexts[partition] += draw(st.integers(1, 3))
        found.append(FakeMessage(b"k", b"v", nexts[partition], partition, headers=draw(HEADERS)))
    return found


@given(polls())
def test_stretches_say_the_same_as_each_message(poll: list[FakeMessage]) -> None:
    messages = Messages(poll)
    each = [((m.topic(), m.partition()), m.offset()) for m in poll]
    assert messages.ends == {position: offset + 1 for position, offset in each}
    assert messages.begins == dict(reversed(each))
    assert messages.positions == {position for position, _ in each}


@given(polls())
def test_headers_are_the_inputs_own_and_its_position(poll: list[FakeMessage]) -> None:
    expected = [[*(m.headers() or []), (SOURCE_HEADER, position_header(m))] for m in poll]
    assert Messages(poll).headers() == expected


@given(polls(), st.data())
def test_some_of_them_are_messages_again(poll: list[FakeMessage], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.sampled_from(range(len(poll))), unique=True) if poll else st.just([]))
    rows.sort()
    assert list(Messages(poll).take(rows)) == [poll[row] for row in rows]
