"""Compromised counterparty: for some days, cards that were used at a merchant are charged there by somebody else."""

from __future__ import annotations

import numpy as np

from fraudstream.simulate.events import Plan
from fraudstream.simulate.kinds import CARD, DAY, PAYMENT
from fraudstream.simulate.world import World

SIZE = 23.0
"""Transactions an incident, about."""


def incident(plan: Plan, world: World, rng: np.random.Generator) -> None:
    """Four to seven days of charges to its customers, rather dear ones, at ordinary hours."""
    merchant = world.people.accounts + int(rng.integers(world.people.merchant_count))
    for day in range(rng.integers(4, 8)):
        for _ in range(rng.poisson(5.0)):
            account = _customer(world, rng, merchant)
            plan.add(world.usual_time(rng, account) + day * DAY, account, merchant, PAYMENT,
                     world.amount(rng, account, PAYMENT, float(rng.lognormal(np.log(4.0), 0.5))),
                     _channel(world, rng, account))


def lookalike(plan: Plan, world: World, rng: np.random.Generator) -> None:
    """A sale: a merchant sees many customers for two days."""
    merchant = world.merchant(rng)
    for day in range(2):
        for _ in range(rng.poisson(6)):
            account = _customer(world, rng, merchant)
            plan.add(world.usual_time(rng, account) + day * DAY, account, merchant, PAYMENT,
                     world.amount(rng, account, PAYMENT, float(rng.uniform(0.7, 1.8))), _channel(world, rng, account))


def _customer(world: World, rng: np.random.Generator, merchant: int) -> int:
    customers = np.flatnonzero((world.people.merchants == merchant).any(axis=1))
    return int(rng.choice(customers)) if len(customers) and rng.random() < 0.5 else world.account(rng)


def _channel(world: World, rng: np.random.Generator, account: int) -> int:
    return CARD if rng.random() < 0.6 else world.remote(rng, account)
