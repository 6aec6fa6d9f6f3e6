"""How many incidents and lookalikes a day has, and what they plan."""

from __future__ import annotations

import numpy as np

from fraudstream.simulate.events import HONEST, Events, Plan
from fraudstream.simulate.fraud import KINDS, NEW_KIND, card_testing
from fraudstream.simulate.randomness import generator
from fraudstream.simulate.world import World

LONGEST = 7
"""Days an incident may go on."""
LOOKALIKES = 0.6
"""Transactions of lookalikes for each fraudulent one (at a fraud rate of 1 %; they do not depend on the rate)."""


def fraud(world: World, seed: int, day: int, transactions: float, name: str = "fraud") -> list[Events]:
    """Incidents that begin on the day and have about so many transactions in all. name: of the randomness."""
    rng = generator(seed, name, day)
    phases = generator(seed, "fraud", -1 % 2**32).random(len(KINDS))
    plans = []
    for kind, (_, module, share) in enumerate(KINDS, start=1):
        plan = Plan(kind)
        for _ in range(_quota(transactions * share / module.SIZE, day, phases[kind - 1])):
            module.incident(plan, world, rng)
        plans.append(plan.events())
    return plans


def under_way(world: World, seed: int, day: int, transactions: float) -> list[Events]:
    """What is left from this day on of incidents that began within the week before, with so many transactions for each
    of these days: where there is more fraud all at once, some of it has begun."""
    if not transactions:
        return []
    before = [fraud(world.back(days), seed, day - days, transactions, "under way")
              for days in range(1, min(LONGEST, day) + 1)]
    return [events.take(np.flatnonzero(events.time >= world.midnight)) for plans in before for events in plans]


def new_kind(world: World, seed: int, day: int, transactions: float) -> list[Events]:
    """Card testing with about so many transactions in all, at least one incident where there are to be any."""
    rng, plan = generator(seed, "drift", day), Plan(NEW_KIND)
    for _ in range(max(1, round(transactions / card_testing.SIZE)) if transactions else 0):
        card_testing.incident(plan, world, rng)
    return [plan.events()]


def lookalikes(world: World, seed: int, day: int, all_transactions: float) -> list[Events]:
    """Honest behaviour that resembles each kind of fraud, whatever the fraud rate."""
    rng: np.random.Generator = generator(seed, "lookalike", day)
    plan = Plan(HONEST)
    for _, module, share in KINDS:
        for _ in range(rng.poisson(all_transactions * 0.01 * LOOKALIKES * share / module.SIZE)):
            module.lookalike(plan, world, rng)
    return [plan.events()]


def _quota(a_day: float, day: int, phase: float) -> int:
    """How many begin on the day, so that on average there are a_day, evenly."""
    return int(a_day * (day + 1) + phase) - int(a_day * day + phase)
