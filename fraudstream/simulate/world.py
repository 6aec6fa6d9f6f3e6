"""What an incident may look at when it is planned: people, balances, the day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fraudstream.simulate.kinds import APP, DAY, HOUR, WEB
from fraudstream.simulate.population import WITHIN, Population


@dataclass(frozen=True, slots=True)
class World:
    """midnight: ms since 1970 of the day planned; balance: cents by account, at midnight."""

    people: Population
    balance: list[int]
    midnight: int

    def back(self, days: int) -> World:
        """The same so many days before."""
        return World(self.people, self.balance, self.midnight - days * DAY)

    def account(self, rng: np.random.Generator, least: int = 0) -> int:
        """An account, active ones more often, with a balance of at least `least` cents if one is found soon."""
        active = np.cumsum(self.people.activity)
        for _ in range(40):
            found = int(np.searchsorted(active, rng.random() * active[-1]))
            if self.balance[min(found, self.people.accounts - 1)] >= least:
                break
        return min(found, self.people.accounts - 1)

    def mule(self, rng: np.random.Generator) -> int:
        """One of this week's mules, or now and then any account."""
        week = self.midnight // (7 * DAY)
        crew = self.people.mules[week % 3 :: 3]
        return int(rng.choice(crew)) if rng.random() < 0.9 else int(rng.integers(self.people.accounts))

    def agent(self, rng: np.random.Generator) -> int:
        return self.people.accounts + self.people.merchant_count + int(rng.integers(self.people.agent_count))

    def merchant(self, rng: np.random.Generator) -> int:
        """A merchant by popularity."""
        found = int(np.searchsorted(self.people.popularity, rng.random(), side="right"))
        return self.people.accounts + min(found, self.people.merchant_count - 1)

    def shop(self, rng: np.random.Generator, account: int, favourite: float) -> int:
        """A favourite merchant of the account with the probability given, else any."""
        return int(rng.choice(self.people.merchants[account])) if rng.random() < favourite else self.merchant(rng)

    def friend(self, rng: np.random.Generator, account: int, favourite: float) -> int:
        """A favourite payee of the account with the probability given, else any account but its own."""
        if rng.random() < favourite:
            return int(rng.choice(self.people.friends[account]))
        return int((account + 1 + rng.integers(self.people.accounts - 1)) % self.people.accounts)

    def usual_time(self, rng: np.random.Generator, account: int) -> int:
        """Within the day, at the account's own hours."""
        return self._hour(rng.normal(self.people.peak[account], self.people.spread[account]))

    def odd_time(self, rng: np.random.Generator, account: int, spread: float) -> int:
        """Within the day, twelve hours from the account's own hours, give or take `spread` hours."""
        return self._hour(rng.normal(self.people.peak[account] + 12, spread))

    def amount(self, rng: np.random.Generator, account: int, type: int, factor: float = 1.0) -> int:
        """The account's usual amount for the type times factor, with its usual scatter; cents."""
        return int(self.people.scale[account, type] * factor * rng.lognormal(0.0, WITHIN[type]))

    def remote(self, rng: np.random.Generator, account: int, other: float = 0.0) -> int:
        """App or web as the account is used to, the other of the two with probability `other`."""
        usual = WEB if rng.random() < self.people.web[account] else APP
        return (APP + WEB - usual) if rng.random() < other else usual

    def _hour(self, hour: float) -> int:
        return self.midnight + min(int(hour % 24 * HOUR), DAY - 1)
