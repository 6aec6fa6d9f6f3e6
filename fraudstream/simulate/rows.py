"""Rows of plain Python values between the ledger and the tables."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from fraudstream.simulate.fraud import NAMES_OF_ALL
from fraudstream.simulate.kinds import CHANNELS, TYPES
from fraudstream.simulate.ledger import Booked
from fraudstream.simulate.population import Population


class Row(NamedTuple):
    """A transaction; times are ms since 1970, money in units; fields as in columns.TRANSACTIONS, then the truth."""

    transaction_id: str
    account_id: str | None
    event_time: int
    ingested_at: int
    type: str
    channel: str
    amount: float | None
    counterparty_id: str
    old_balance_origin: float
    new_balance_origin: float
    old_balance_destination: float
    new_balance_destination: float
    fault: str | None = None
    raw_value: bytes | None = None
    kind: int = 0

    @property
    def fraud_kind(self) -> str | None:
        return NAMES_OF_ALL[self.kind - 1] if self.kind else None


def rows(booked: Booked, people: Population, ids: list[str], ingested_at: np.ndarray) -> list[Row]:
    """The booked events as rows, in their order."""
    events = booked.events
    money = (booked.old_balance, booked.new_balance, booked.party_old_balance, booked.party_new_balance)
    columns: list[list[Any]] = [
        ids, [people.ids[a] for a in events.account.tolist()], events.time.tolist(), ingested_at.tolist(),
        [TYPES[t] for t in events.type.tolist()], [CHANNELS[c] for c in events.channel.tolist()],
        (events.amount / 100).tolist(), [people.ids[p] for p in events.party.tolist()],
        *((cents / 100).tolist() for cents in money),
    ]
    nothing = [None] * len(ids)
    return [Row(*values) for values in zip(*columns, nothing, nothing, events.kind.tolist(), strict=True)]
