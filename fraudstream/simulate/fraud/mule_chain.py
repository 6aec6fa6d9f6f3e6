"""Emptied account: the victim's money goes to a mule, often on to a second one, and out in cash."""

from __future__ import annotations

import numpy as np

from fraudstream.simulate.events import Plan
from fraudstream.simulate.kinds import ATM, BRANCH, CASH_OUT, MINUTE, TRANSFER
from fraudstream.simulate.world import World

SIZE = 5.0
"""Transactions an incident, about."""


def incident(plan: Plan, world: World, rng: np.random.Generator) -> None:
    """Two to four transfers at the victim's own hours; the mules take their cut and pass on what came."""
    victim = world.account(rng, least=400_000_00)
    mule, time = world.mule(rng), world.usual_time(rng, victim)
    left, stolen = world.balance[victim], 0
    for part in rng.uniform(0.4, 1.0, rng.integers(2, 5)):
        sum_taken = int(left * part)
        plan.add(time, victim, mule, TRANSFER, sum_taken, world.remote(rng, victim, other=0.25))
        left, stolen = left - sum_taken, stolen + sum_taken
        time += int(rng.exponential(6 * MINUTE))
    if rng.random() < 0.55:
        second, time = world.mule(rng), time + int(rng.gamma(2.0, 20 * MINUTE))
        stolen = int(stolen * rng.uniform(0.85, 0.98))
        plan.add(time, mule, second, TRANSFER, stolen, world.remote(rng, mule))
        mule = second
    for part in rng.dirichlet(np.ones(rng.integers(1, 3)) * 3):
        time += int(rng.gamma(2.0, 25 * MINUTE))
        plan.add(time, mule, world.agent(rng), CASH_OUT, stolen * part * 0.95, ATM if rng.random() < 0.8 else BRANCH)


def lookalike(plan: Plan, world: World, rng: np.random.Generator) -> None:
    """Somebody moves all savings to another account and takes a part out in cash, or closes the account."""
    account = world.account(rng, least=50_000_00)
    own = world.friend(rng, account, favourite=0.5)
    time, share = world.usual_time(rng, account), float(rng.choice([1.0, rng.uniform(0.5, 1.0)]))
    plan.add(time, account, own, TRANSFER, 0, world.remote(rng, account), share=share)
    moved = int(world.balance[account] * share)
    for part in rng.uniform(0.1, 0.9, rng.integers(0, 3)):
        time += int(rng.gamma(2.0, 60 * MINUTE))
        plan.add(time, own, world.agent(rng), CASH_OUT, moved * part, ATM if rng.random() < 0.6 else BRANCH)
