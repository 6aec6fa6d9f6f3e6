"""Account take-over: a stranger signs in when the owner sleeps and sends money to people unknown."""

from __future__ import annotations

import numpy as np

from fraudstream.simulate.events import Plan
from fraudstream.simulate.kinds import CARD, MINUTE, PAYMENT, TRANSFER
from fraudstream.simulate.world import World

SIZE = 2.8
"""Transactions an incident, about."""


def incident(plan: Plan, world: World, rng: np.random.Generator) -> None:
    """One to five transfers and purchases at odd hours, some times the usual amount, unknown counterparties."""
    account = world.account(rng, least=20_000_00)
    time = world.odd_time(rng, account, spread=2.0) if rng.random() < 0.9 else world.usual_time(rng, account)
    factor = float(rng.lognormal(np.log(6.0), 0.6))
    for _ in range(rng.integers(2, 6)):
        channel = world.remote(rng, account, other=0.6)
        if rng.random() < 0.65:
            to = world.mule(rng) if rng.random() < 0.3 else world.friend(rng, account, favourite=0.03)
            plan.add(time, account, to, TRANSFER, world.amount(rng, account, TRANSFER, factor), channel)
        else:
            plan.add(time, account, world.shop(rng, account, favourite=0.05), PAYMENT,
                     world.amount(rng, account, PAYMENT, factor * 1.5), channel)
        time += int(rng.exponential(9 * MINUTE))


def lookalike(plan: Plan, world: World, rng: np.random.Generator) -> None:
    """On a journey: the clock is another, the shops are new, and now and then something dear is bought."""
    account = world.account(rng)
    time = world.odd_time(rng, account, spread=4.0)
    factor = float(rng.lognormal(np.log(1.4), 0.5))
    for _ in range(rng.integers(1, 6)):
        if rng.random() < 0.3:
            plan.add(time, account, world.friend(rng, account, favourite=0.3), TRANSFER,
                     world.amount(rng, account, TRANSFER, factor), world.remote(rng, account, other=0.3))
        else:
            plan.add(time, account, world.shop(rng, account, favourite=0.1), PAYMENT,
                     world.amount(rng, account, PAYMENT, factor), CARD)
        time += int(rng.exponential(50 * MINUTE))
