"""Several inboxes in one order: always the smallest head first, by timestamp, input and partition."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, chain

from rowtime.engine.inbox import Inbox
from rowtime.engine.stretch import Stretch


def merged(boxes: Sequence[Inbox], limit: int) -> Stretch:
    """Takes records, `limit` at most, up to where one of the boxes has to be looked at again: each is looked into twice
    as far as its share.

    A record comes no earlier than those before it in its inbox: what counts is the largest timestamp so far. With that
    in the place of its own, the order is that of a sort.
    """
    boxes = sorted(boxes, key=lambda box: (box.input, box.partition))
    ahead = 2 * limit // len(boxes) + 1
    heads = [box.ready[0][box.at:box.at + ahead] for box in boxes]
    times = [list(accumulate(head.times, max)) for head in heads]
    bound, last = min((head[-1], rank) for rank, head in enumerate(times))
    counts = [bisect_right(t, bound) if rank <= last else bisect_left(t, bound) for rank, t in enumerate(times)]
    ranks = [rank for rank, count in enumerate(counts) for _ in range(count)]
    sorted_by = list(chain.from_iterable(t[:n] for t, n in zip(times, counts, strict=True)))
    order = sorted(range(len(ranks)), key=sorted_by.__getitem__)[:limit]
    taken = Counter(ranks[i] for i in order)
    for rank, count in taken.items():
        boxes[rank].take(count)
    return _joined([boxes[rank] for rank in ranks], [h[:n] for h, n in zip(heads, counts, strict=True)], order)


def earliest_partition(boxes: Sequence[Inbox]) -> list[Inbox]:
    """Those of the partition whose next record is the earliest."""
    first = min(boxes, key=lambda box: (box.ready[0].times[box.at], box.partition))
    return [box for box in boxes if box.partition == first.partition]


def _joined(boxes: Sequence[Inbox], heads: Sequence[Stretch], order: Sequence[int]) -> Stretch:
    """Records of all heads, one head behind the other, in another order."""
    offsets, times = [o for h in heads for o in h.offsets], [t for h in heads for t in h.times]
    keys, rows = [k for h in heads for k in h.keys], [r for h in heads for r in h.rows]
    olds = None
    if any(h.olds is not None for h in heads):
        was = [o for h in heads for o in h.olds or [None] * len(h)]
        olds = [was[i] for i in order]
    problems, first = {}, 0
    for head in heads:
        problems.update({first + i: text for i, text in (head.problems or {}).items()})
        first += len(head)
    wrong = {place: problems[i] for place, i in enumerate(order) if i in problems} if problems else None
    return Stretch(None, [offsets[i] for i in order], [times[i] for i in order], [keys[i] for i in order],
                   [rows[i] for i in order], olds, wrong, [boxes[i] for i in order])
