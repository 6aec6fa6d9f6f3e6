"""Who is there: accounts with habits, merchants, cash agents. Amounts are cents, hours local hours of the day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fraudstream.simulate.kinds import SHARES
from fraudstream.simulate.randomness import cumulative, generator
from fraudstream.simulate.settings import Settings

MEDIAN_AMOUNT = np.array([150_000_00, 155_000_00, 3_000_00, 8_500_00, 380_000_00], dtype=np.float64)
WITHIN = np.array([0.75, 0.75, 0.8, 0.7, 0.9])
"""Deviation of the logarithm of one account's amounts, by type."""

FAVOURITES = 12
_STEP = 2_654_435_761


@dataclass(frozen=True, slots=True)
class Population:
    """Parties are numbered accounts first, then merchants, then agents; arrays with a row an account unless stated.

    activity: share of all transactions. weekday: (accounts, 7) factors. peak, spread: hours. night: share at any hour.
    types: (accounts, 5) running shares. scale: (accounts, 5) median amount in cents. round_to: cents that cash amounts
    are multiples of. merchants, friends, agents: (accounts, n) favourite parties, best first. explore: chance of a
    party that is no favourite. web: chance of web over mobile. opening: balance in cents. mules: accounts for hire.
    popularity: running share of each merchant. ids: a name for every party.
    """

    accounts: int
    merchant_count: int
    agent_count: int
    activity: np.ndarray
    weekday: np.ndarray
    peak: np.ndarray
    spread: np.ndarray
    night: np.ndarray
    types: np.ndarray
    scale: np.ndarray
    round_to: np.ndarray
    merchants: np.ndarray
    friends: np.ndarray
    agents: np.ndarray
    explore: np.ndarray
    web: np.ndarray
    opening: np.ndarray
    mules: np.ndarray
    popularity: np.ndarray
    ids: list[str]

    @property
    def parties(self) -> int:
        return self.accounts + self.merchant_count + self.agent_count


def build(settings: Settings) -> Population:
    """The population of a seed."""
    rng = generator(settings.seed, "population")
    n = settings.accounts
    merchants, agents = max(20, n // 6), max(5, n // 40)
    popularity = cumulative(rng.permutation(1.0 / np.arange(1, merchants + 1) ** 0.8))
    activity = rng.gamma(1.3, 1.0, n) + 0.05
    wealth = rng.lognormal(0.0, 0.55, n)
    night_owls = rng.random(n) < 0.07
    shares = rng.dirichlet(np.array(SHARES) * 12 + 0.02, n)
    scale = MEDIAN_AMOUNT * wealth[:, None] * rng.lognormal(0.0, 0.45, (n, 5))
    return Population(
        accounts=n, merchant_count=merchants, agent_count=agents,
        activity=activity / activity.sum(),
        weekday=_weekdays(rng, n),
        peak=np.where(night_owls, rng.normal(1.0, 2.5, n), rng.normal(14.5, 2.8, n)) % 24,
        spread=rng.uniform(2.0, 4.5, n),
        night=rng.uniform(0.02, 0.12, n),
        types=cumulative(shares),
        scale=_with_income(shares, scale),
        round_to=rng.choice([1, 100_00, 1_000_00, 5_000_00], size=n, p=[0.3, 0.35, 0.25, 0.1]),
        merchants=n + np.searchsorted(popularity, rng.random((n, FAVOURITES)), side="right").clip(0, merchants - 1),
        friends=rng.integers(0, n, (n, 5)),
        agents=n + merchants + rng.integers(0, agents, (n, 2)),
        explore=rng.beta(2.0, 9.0, n),
        web=rng.beta(1.2, 2.5, n),
        opening=np.round(rng.lognormal(np.log(700_000_00), 1.0, n) * wealth).astype(np.int64),
        mules=np.sort(rng.permutation(n)[: max(6, n // 100)]),
        popularity=popularity,
        ids=_names(settings.seed, n, merchants, agents),
    )


def _with_income(shares: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """scale with CASH_IN such that an account on average pays in what it spends, within a factor of 6."""
    mean = np.exp(WITHIN**2 / 2)
    spent = (shares * scale * mean)[:, 1:].sum(axis=1)
    needed = spent / np.maximum(shares[:, 0], 0.02) / mean[0]
    return np.column_stack([np.clip(needed, scale[:, 0] / 2, scale[:, 0] * 6), scale[:, 1:]])


def _weekdays(rng: np.random.Generator, n: int) -> np.ndarray:
    """Factors for Monday to Sunday, mean 1."""
    weekend = rng.lognormal(-0.15, 0.5, n)
    days = np.ones((n, 7)) * rng.lognormal(0.0, 0.15, (n, 7))
    days[:, 5:] *= weekend[:, None]
    return days / days.mean(axis=1, keepdims=True)


def _names(seed: int, accounts: int, merchants: int, agents: int) -> list[str]:
    """C or M and ten digits, as in PaySim; a bijection of the number, so that no two are equal."""
    offset = (seed * 7_919 + 1_231_006_815) % 10**10
    letters = ["C"] * accounts + ["M"] * merchants + ["C"] * agents
    return [f"{letter}{(number * _STEP + offset) % 10**10:010d}" for number, letter in enumerate(letters)]
