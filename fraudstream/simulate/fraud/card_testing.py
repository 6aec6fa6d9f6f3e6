"""Card testing: a robot tries stolen cards of many accounts at one small merchant with small sums. Only as drift."""

from __future__ import annotations

import numpy as np

from fraudstream.simulate.events import Plan
from fraudstream.simulate.kinds import CARD, HOUR, MINUTE, PAYMENT
from fraudstream.simulate.world import World

NAME = "card_testing"
SIZE = 60.0
"""Transactions an incident, about."""


def incident(plan: Plan, world: World, rng: np.random.Generator) -> None:
    """40 to 80 different cards within two hours, each charged a few units."""
    merchant = world.people.accounts + int(rng.integers(world.people.merchant_count))
    time = world.midnight + int(rng.integers(0, 22 * HOUR))
    for _ in range(rng.integers(40, 81)):
        plan.add(time, world.account(rng), merchant, PAYMENT, rng.uniform(1_00, 30_00), CARD)
        time += int(rng.exponential(1.5 * MINUTE))
