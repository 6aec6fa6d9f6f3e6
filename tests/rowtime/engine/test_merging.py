"""Several inboxes in one order: the smallest head first, by timestamp, input and partition."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rowtime.engine.inbox import Inbox
from rowtime.engine.merging import merged
from rowtime.engine.stretch import Stretch

times = st.lists(st.integers(0, 9), min_size=1, max_size=8)
inboxes = st.dictionaries(st.tuples(st.integers(0, 1), st.integers(0, 2)), st.lists(times, min_size=1, max_size=3),
                          min_size=2, max_size=4)
Place = tuple[int, int, int]


def filled(place: tuple[int, int], stretches: list[list[int]]) -> Inbox:
    """An inbox whose records' rows say where they come from."""
    box = Inbox(*place[:1], "t", place[1], "", None)  # type: ignore[arg-type]
    first = 0
    for given_times in stretches:
        offsets = range(first, first + len(given_times))
        rows = [(*place, offset) for offset in offsets]
        box.ready.append(Stretch(box, offsets, given_times, rows, rows, problems={0: "broken"} if first else None))
        first = offsets.stop
    return box


def by_heads(stretches: dict[tuple[int, int], list[list[int]]]) -> list[Place]:
    """One record after the other."""
    left = {place: [t for part in parts for t in part] for place, parts in stretches.items()}
    size = {place: len(given_times) for place, given_times in left.items()}
    found: list[Place] = []
    while any(left.values()):
        _, place = min((given_times[0], place) for place, given_times in left.items() if given_times)
        found.append((*place, size[place] - len(left[place])))
        left[place].pop(0)
    return found


@given(stretches=inboxes, limit=st.integers(1, 12))
def test_the_order_is_that_of_taking_one_head_after_the_other(stretches: Any, limit: int) -> None:
    boxes = [filled(place, parts) for place, parts in stretches.items()]
    taken: list[Stretch] = []
    while ready := [box for box in boxes if box.ready]:
        taken.append(merged(ready, limit) if len(ready) > 1 else ready[0].take(limit))
        assert 0 < len(taken[-1]) <= limit
    places = [place for s in taken for place in s.rows]
    assert places == by_heads(stretches)
    assert [(s.box_at(i).input, s.box_at(i).partition, s.offsets[i]) for s in taken for i in range(len(s))] == places
    assert [run[2] + i for s in taken for run in s.runs() for i in range(run[3])] == [offset for *_, offset in places]
    broken = [s.rows[i] for s in taken for i in s.problems or ()]
    first = {(*place, len(parts[0])) for place, parts in stretches.items() if len(parts) > 1}
    assert {place for place in broken if place in first} == first
