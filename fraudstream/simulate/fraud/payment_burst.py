"""Burst of small payments: stolen card data tried at shop after shop within the hour."""

from __future__ import annotations

import numpy as np

from fraudstream.simulate.events import Plan
from fraudstream.simulate.kinds import CARD, DEBIT, MINUTE, PAYMENT
from fraudstream.simulate.world import World

SIZE = 12.3
"""Transactions an incident, about."""


def incident(plan: Plan, world: World, rng: np.random.Generator) -> None:
    """Eight to twenty payments, minutes apart, smaller than usual, mostly where the account never was."""
    _burst(plan, world, rng, int(rng.integers(8, 21)), gap=2.0, factor=float(rng.uniform(0.15, 0.7)), favourite=0.1)


def lookalike(plan: Plan, world: World, rng: np.random.Generator) -> None:
    """A shopping afternoon: as many payments, a little further apart, more often where one is known."""
    _burst(plan, world, rng, int(rng.integers(3, 12)), gap=9.0, factor=float(rng.uniform(0.2, 1.0)), favourite=0.6)


def _burst(plan: Plan, world: World, rng: np.random.Generator, count: int, gap: float, factor: float,
           favourite: float) -> None:
    account = world.account(rng)
    time = world.usual_time(rng, account)
    for _ in range(count):
        type, channel = (DEBIT, world.remote(rng, account)) if rng.random() < 0.05 else (PAYMENT, CARD)
        if rng.random() < 0.4:
            channel = world.remote(rng, account)
        plan.add(time, account, world.shop(rng, account, favourite), type,
                 world.amount(rng, account, PAYMENT, factor), channel)
        time += int(rng.exponential(gap * MINUTE))
