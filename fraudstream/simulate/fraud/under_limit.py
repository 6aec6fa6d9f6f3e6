"""Structuring: sums kept just under the limit above which a bank has to look."""

from __future__ import annotations

import numpy as np

from fraudstream.simulate.events import Plan
from fraudstream.simulate.kinds import ATM, CASH_OUT, HOUR, REPORTING_LIMIT, TRANSFER
from fraudstream.simulate.world import World

SIZE = 5.3
"""Transactions an incident, about."""


def incident(plan: Plan, world: World, rng: np.random.Generator) -> None:
    """Four to eight transfers or cash withdrawals of 90 to 99.9 % of the limit within some hours."""
    account = world.account(rng, least=2 * REPORTING_LIMIT)
    time, mule = world.usual_time(rng, account), world.mule(rng)
    for _ in range(rng.integers(4, 9)):
        amount = int(REPORTING_LIMIT * rng.uniform(0.9, 0.999))
        if rng.random() < 0.6:
            to = mule if rng.random() < 0.85 else world.friend(rng, account, favourite=0.1)
            plan.add(time, account, to, TRANSFER, amount, world.remote(rng, account, other=0.15))
        else:
            plan.add(time, account, world.agent(rng), CASH_OUT, amount // 100_00 * 100_00, ATM)
        time += int(rng.gamma(2.0, 0.2 * HOUR))


def lookalike(plan: Plan, world: World, rng: np.random.Generator) -> None:
    """A rent, a car, a limit of one's own: one to three round sums up to the limit."""
    account = world.account(rng, least=REPORTING_LIMIT)
    time, payee = world.usual_time(rng, account), world.friend(rng, account, favourite=0.6)
    amount = int(REPORTING_LIMIT * rng.uniform(0.8, 1.0)) // 1_000_00 * 1_000_00
    for _ in range(rng.integers(1, 4)):
        if rng.random() < 0.6:
            plan.add(time, account, payee, TRANSFER, amount, world.remote(rng, account))
        else:
            plan.add(time, account, world.agent(rng), CASH_OUT, amount, ATM)
        time += int(rng.gamma(2.0, 8 * HOUR))
