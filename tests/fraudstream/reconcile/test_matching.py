"""What is missing and what is doubled, in whatever order inputs and outputs are read."""

from __future__ import annotations

from collections import Counter
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fraudstream.reconcile.matching import SIDECAR, SQL, Ids, Positions

COUNTS = st.lists(st.integers(0, 3), max_size=12)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(COUNTS, st.integers())
def test_positions_find_exactly_what_is_missing_and_doubled(counts: list[int], seed: int) -> None:
    """counts: outputs of the record at each offset."""
    random = Random(seed)
    events = [(n, offset) for offset, many in enumerate(counts) for n in range(many + 1)]
    outputs = [offset for n, offset in events if n]
    random.shuffle(outputs)
    positions, wants = Positions(SIDECAR, lambda: 0.0), iter(range(len(counts)))
    while outputs or wants is not None:
        offset = next(wants, None) if not outputs or random.random() < 0.5 else None
        if offset is not None:
            positions.want("t", 0, offset, f"T{offset}", 1)
        elif outputs:
            done = outputs.pop()
            positions.got("t", 0, done, f"T{done}", 1)
        else:
            break
    assert {item.id for item in positions.missing()} == {f"T{o}" for o, many in enumerate(counts) if many == 0}
    assert Counter(item.id for item in positions.doubled()) == Counter(
        {f"T{o}": many - 1 for o, many in enumerate(counts) if many > 1})


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(COUNTS, COUNTS, st.integers())
def test_ids_find_exactly_what_is_missing_and_doubled(inn: list[int], out: list[int], seed: int) -> None:
    random = Random(seed)
    events = [(1, i) for i, many in enumerate(inn) for _ in range(many)]
    events += [(-1, i) for i, many in enumerate(out) for _ in range(many)]
    random.shuffle(events)
    ids = Ids(SQL, lambda: 0.0)
    for by, i in events:
        (ids.want if by > 0 else ids.got)(f"T{i}", 1, "t/0/0")
    net = Counter({f"T{i}": many for i, many in enumerate(inn)})
    net.subtract({f"T{i}": many for i, many in enumerate(out)})
    assert Counter(item.id for item in ids.missing()) == +net
    assert Counter(item.id for item in ids.doubled()) == -net


def test_nothing_is_kept_of_what_arrived() -> None:
    positions, ids = Positions(SIDECAR, lambda: 0.0), Ids(SQL, lambda: 0.0)
    for offset in range(1_000):
        positions.want("t", 0, offset, "x", 0)
        positions.got("t", 0, offset, "x", 0)
        ids.want(str(offset), 0, "")
        ids.got(str(offset), 0, "")
    assert not positions.waiting and not positions._early and not ids._open
