"""Bad input on request: rows that must be rejected, dead-lettered or accepted late, each marked with its fault."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from fraudstream.simulate.kinds import DAY, MINUTE
from fraudstream.simulate.rows import Row
from fraudstream.simulate.settings import Faults

Make = Callable[[Row, np.random.Generator], Row]


def delays(rng: np.random.Generator, count: int, late: float) -> np.ndarray:
    """Milliseconds from event to arrival: a fraction of a second, for a share `late` minutes to a day."""
    normal = rng.gamma(2.0, 120.0, count)
    slow = np.clip(rng.lognormal(np.log(90 * MINUTE), 1.2, count), 3 * MINUTE, 22 * 60 * MINUTE)
    return np.where(rng.random(count) < late, slow, normal).astype(np.int64)


def extra(rng: np.random.Generator, honest: list[Row], faults: Faults, new_id: Callable[[], str]) -> list[Row]:
    """Bad copies of good rows, in the shares asked for; with ids of their own, but for the repeated ones."""
    made = []
    for name, make in _MAKERS.items():
        count = rng.binomial(len(honest), getattr(faults, name))
        for at in rng.integers(0, max(1, len(honest)), count).tolist():
            row = honest[at]._replace(kind=0, fault=name)
            made.append(make(row if name == "repeated_id" else row._replace(transaction_id=new_id()), rng))
    return made


def _null_key(row: Row, rng: np.random.Generator) -> Row:
    return row._replace(account_id=None)


def _bad_amount(row: Row, rng: np.random.Generator) -> Row:
    amount = (None, -float(row.amount or 1), 4e12, math.nan)[rng.integers(4)]
    return row._replace(amount=amount)


def _future_time(row: Row, rng: np.random.Generator) -> Row:
    return row._replace(event_time=row.event_time + int(rng.uniform(2, 400) * DAY))


def _repeated_id(row: Row, rng: np.random.Generator) -> Row:
    return row._replace(ingested_at=row.ingested_at + int(rng.exponential(20_000)) + 1)


def _undecodable(row: Row, rng: np.random.Generator) -> Row:
    values = (f'{{"transaction_id":"{row.transaction_id}","amount":'.encode(), b"\x00\x7f\xff\xff\xff" + rng.bytes(24),
              b"\x07" + rng.bytes(40))
    return row._replace(raw_value=values[rng.integers(len(values))])


_MAKERS: dict[str, Make] = {
    "null_key": _null_key, "bad_amount": _bad_amount, "future_time": _future_time, "repeated_id": _repeated_id,
    "undecodable": _undecodable,
}
