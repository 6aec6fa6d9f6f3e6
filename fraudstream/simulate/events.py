"""Planned transactions before the ledger has seen them."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

HONEST = 0


@dataclass(slots=True)
class Events:
    """Columns of equal length. time: ms since 1970; account, party: party numbers; type, channel: codes; amount: cents;
    share: of the balance at that moment, used instead of amount where above 0; kind: 0 honest, else 1 + fraud kind."""

    time: np.ndarray
    account: np.ndarray
    party: np.ndarray
    type: np.ndarray
    amount: np.ndarray
    share: np.ndarray
    channel: np.ndarray
    kind: np.ndarray

    def __len__(self) -> int:
        return len(self.time)

    def take(self, index: np.ndarray) -> Events:
        return Events(*(getattr(self, f.name)[index] for f in fields(self)))

    def sorted(self) -> Events:
        """In time order; equal times keep their order."""
        return self.take(np.argsort(self.time, kind="stable"))


def concatenate(parts: list[Events]) -> Events:
    return Events(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Events)))


class Plan:
    """Collects events one by one; incidents are short."""

    def __init__(self, kind: int = HONEST):
        self.kind = kind
        self.rows: list[tuple[int, int, int, int, int, float, int, int]] = []

    def add(self, time: float, account: int, party: int, type: int, amount: float, channel: int,
            share: float = 0.0) -> None:
        self.rows.append((int(time), int(account), int(party), type, int(amount), share, channel, self.kind))

    def events(self) -> Events:
        columns = list(zip(*self.rows, strict=True)) or [()] * 8
        kinds = (np.int64, np.int64, np.int64, np.int8, np.int64, np.float64, np.int8, np.int8)
        return Events(*(np.array(c, dtype=k) for c, k in zip(columns, kinds, strict=True)))
