"""A day of everybody's ordinary transactions, by their habits; whole columns at a time."""

from __future__ import annotations

import numpy as np

from fraudstream.simulate.events import Events
from fraudstream.simulate.kinds import APP, ATM, BRANCH, CARD, CASH_IN, CASH_OUT, DAY, HOUR, PAYMENT, TRANSFER, WEB
from fraudstream.simulate.population import FAVOURITES, WITHIN, Population
from fraudstream.simulate.randomness import cumulative, pick

_RANK = cumulative(1.0 / np.arange(1, FAVOURITES + 1) ** 1.1)


def ordinary_day(people: Population, rng: np.random.Generator, midnight: int, weekday: int,
                 mean_count: float) -> Events:
    """About mean_count events within the 24 hours from midnight (ms)."""
    account = np.repeat(np.arange(people.accounts),
                        rng.poisson(people.activity * people.weekday[:, weekday] * mean_count))
    n = len(account)
    types = (rng.random(n)[:, None] > people.types[account]).sum(axis=1).clip(0, 4)
    return Events(
        time=times(people, rng, midnight, account), account=account, party=parties(people, rng, account, types),
        type=types.astype(np.int8), amount=amounts(people, rng, account, types), share=np.zeros(n),
        channel=channels(people, rng, account, types), kind=np.zeros(n, dtype=np.int8),
    )


def times(people: Population, rng: np.random.Generator, midnight: int, account: np.ndarray) -> np.ndarray:
    """Around the account's peak hour, now and then at any hour."""
    n = len(account)
    hours = np.where(rng.random(n) < people.night[account], rng.uniform(0, 24, n),
                     rng.normal(people.peak[account], people.spread[account])) % 24
    return midnight + np.minimum((hours * HOUR).astype(np.int64), DAY - 1)


def amounts(people: Population, rng: np.random.Generator, account: np.ndarray, types: np.ndarray) -> np.ndarray:
    """Log-normal around the account's median for the type; cash and transfers mostly in round sums. Cents."""
    n = len(account)
    raw = people.scale[account, types] * rng.lognormal(0.0, 1.0, n) ** WITHIN[types]
    unit = np.where((types == PAYMENT) | (rng.random(n) < 0.35), 1, people.round_to[account])
    return (np.maximum(np.round(raw / unit), 1) * unit).astype(np.int64)


def parties(people: Population, rng: np.random.Generator, account: np.ndarray, types: np.ndarray) -> np.ndarray:
    """A favourite, or with the account's `explore` somebody else: a merchant by popularity, any account, any agent."""
    n = len(account)
    rank = pick(rng, _RANK, n)
    new = rng.random(n) < people.explore[account]
    first_agent = people.accounts + people.merchant_count
    merchant = np.where(new, people.accounts + pick(rng, people.popularity, n), people.merchants[account, rank])
    friend = np.where(new, rng.integers(0, people.accounts, n), people.friends[account, rank % 5])
    friend = np.where(friend == account, (account + 1) % people.accounts, friend)
    agent = np.where(new, first_agent + rng.integers(0, people.agent_count, n), people.agents[account, rank % 2])
    return np.where(types == TRANSFER, friend, np.where((types == CASH_IN) | (types == CASH_OUT), agent, merchant))


def channels(people: Population, rng: np.random.Generator, account: np.ndarray, types: np.ndarray) -> np.ndarray:
    """How the account usually does this type."""
    n = len(account)
    remote = np.where(rng.random(n) < people.web[account], WEB, APP)
    cash = np.where(rng.random(n) < 0.75, ATM, BRANCH)
    shop = np.where(rng.random(n) < 0.6, CARD, remote)
    transfer = np.where(rng.random(n) < 0.06, BRANCH, remote)
    is_cash = (types == CASH_IN) | (types == CASH_OUT)
    return np.select([is_cash, types == PAYMENT, types == TRANSFER], [cash, shop, transfer], remote).astype(np.int8)
