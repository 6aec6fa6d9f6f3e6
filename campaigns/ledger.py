"""The books of a fuzz run: what was sent, what came out, and some of it recomputed."""

from __future__ import annotations

import time
from collections import Counter

from campaigns.checker import WHEN
from campaigns.mutate import Fuzzed
from campaigns.observed import DEAD, FLAG, Input, Output, Position
from campaigns.recompute import Recomputation

SHOWN = 10
DUE = {FLAG: 1, DEAD: 2, None: 3}


class Ledger:
    """total: inputs that have an output. kinds, reasons: outputs by kind, dead letters by reason.

    A byte for each position: what is due (1 flag, 2 dead letter, 3 either), or that it has come.
    """

    def __init__(self) -> None:
        self._due: dict[Position, int] = {}
        self._early: list[Output] = []
        self._whole: dict[Position, tuple[Fuzzed, int]] = {}
        self._done: set[Position] = set()
        self.kinds: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.recomputed = 0
        self._wrong: list[str] = []

    @property
    def total(self) -> int:
        return len(self._done)

    def sent(self, position: Position, record: Fuzzed, timestamp: int, recompute: bool) -> None:
        """The broker took an input."""
        self._due[position] = DUE[record.due]
        if recompute:
            self._whole[position] = (record, timestamp)

    def found(self, output: Output, models: Recomputation) -> None:
        """A committed output."""
        self.kinds[output.kind] += 1
        position = output.source
        if position is None:
            self._wrong.append(f"{output.place} says nothing of its input")
            return
        if position in self._done:
            self._wrong.append(f"{position} has a second output, {output.place}")
        self._done.add(position)
        if output.kind == DEAD:
            self.reasons[str(models.decode(output)["reason"])] += 1
        if DUE[output.kind] & self._due.get(position, 3) == 0:
            self._wrong.append(f"{position} became a {output.kind}")
        if position in self._whole:
            self._recompute(output, position, models)

    def problems(self) -> list[str]:
        """One line each; empty where the books balance."""
        missing = [position for position in self._due if position not in self._done]
        foreign = [position for position in self._done if position not in self._due]
        found = [*self._wrong, *(f"{each} has no output" for each in missing),
                 *(f"{each} was never sent" for each in foreign)]
        return found[:SHOWN] + ([f"and {len(found) - SHOWN} more"] if len(found) > SHOWN else [])

    def _recompute(self, output: Output, position: Position, models: Recomputation) -> None:
        record, timestamp = self._whole.pop(position)
        fields = models.decode(output)
        given = Input(position, record.key, record.value, record.as_read, timestamp)
        due = models.expect(given, fields)
        self.recomputed += 1
        if fields.get("reason") == "refused" and (due.timestamp or 0) > time.time() * 1_000:
            return
        wrong = [name for name, value in due.fields.items() if name not in WHEN and fields.get(name) != value]
        if due.kind != output.kind or wrong:
            self._wrong.append(f"{position}: {output.kind} {wrong} differs from recomputation, a {due.kind}")
