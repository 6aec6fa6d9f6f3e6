"""The books: balances in cents, moved in time order. What an account cannot pay is lowered or does not happen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fraudstream.simulate.events import Events
from fraudstream.simulate.kinds import CASH_IN
from fraudstream.simulate.population import Population

SMALLEST = 100
"""Cents; below it nothing is booked."""


@dataclass(slots=True)
class Booked:
    """Events that happened, with balances before and after (cents; merchants and agents keep none: 0)."""

    events: Events
    old_balance: np.ndarray
    new_balance: np.ndarray
    party_old_balance: np.ndarray
    party_new_balance: np.ndarray


class Ledger:
    """Balances of all accounts, from their opening ones."""

    def __init__(self, people: Population):
        self.accounts = people.accounts
        self.balance: list[int] = people.opening.tolist()

    def book(self, events: Events) -> Booked:
        """Book events (sorted by time). An amount above the balance is lowered to a part of it that looks chosen."""
        kept, rows = [], []
        columns = (events.account, events.party, events.type, events.amount, events.share)
        for at, (account, party, type, amount, share) in enumerate(zip(*(c.tolist() for c in columns), strict=True)):
            row = self._book(account, party, type, amount, share)
            if row is not None:
                kept.append(at)
                rows.append(row)
        booked = events.take(np.array(kept, dtype=np.int64))
        table = np.array(rows, dtype=np.int64).reshape(-1, 5)
        booked.amount = table[:, 0]
        return Booked(booked, *(table[:, i] for i in range(1, 5)))

    def _book(self, account: int, party: int, type: int, amount: int, share: float) -> tuple[int, ...] | None:
        old = self.balance[account]
        if share > 0:
            amount = int(old * min(share, 1.0))
        if type == CASH_IN:
            new = old + amount
        else:
            if amount > old:
                amount = _affordable(amount, old)
            new = old - amount
        if amount < SMALLEST:
            return None
        self.balance[account] = new
        party_old = self.balance[party] if party < self.accounts else 0
        party_new = party_old + amount if party < self.accounts and type != CASH_IN else party_old
        if party < self.accounts:
            self.balance[party] = party_new
        return amount, old, new, party_old, party_new


def _affordable(wanted: int, balance: int) -> int:
    """What somebody who wanted more takes: all of it, or a round half, depending on the sum wanted."""
    return balance if wanted % 3 == 0 else balance // 2 // 100 * 100
