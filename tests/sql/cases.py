"""Transactions as they come on a bad day: out of order, late, twice, without key or columns, and one account at a rush.

Seeded; all labels come before the transactions, since what counts is when they are known, not when they arrive.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.sql.brute_force import DAY, HOUR

START = 1_767_225_600_000
"""2026-01-01 00:00 UTC."""


@dataclass(frozen=True)
class Message:
    """What is produced to a topic; the timestamp is the record's own."""

    topic: str
    key: str | None
    value: dict[str, Any]
    timestamp: int


def messages(count: int = 3_000, seed: int = 1, rush: int = 1_000, days: int = 9) -> list[Message]:
    """Labels, then about `count` + `rush` transactions over so many days in the order they arrive."""
    rng = random.Random(seed)
    sent = list(ordinary(rng, count, days)) + list(hurried(rng, rush))
    sent.sort(key=lambda m: m.timestamp)
    return list(labels(rng, sent)) + list(repeated(rng, sent))


def transaction(rng: random.Random, number: int, ts: int, ingested: int) -> dict[str, Any]:
    before = round(rng.uniform(0, 5_000), 2)
    return {
        "transaction_id": f"T{number:07d}", "event_time": ts, "ingested_at": ingested,
        "type": rng.choice(["PAYMENT", "TRANSFER", "CASH_OUT", "DEBIT"]), "channel": rng.choice(["app", "card"]),
        "amount": round(rng.lognormvariate(4, 1.5), 2), "counterparty_id": f"C{min(int(rng.expovariate(0.2)), 40):03d}",
        "old_balance_origin": before, "new_balance_origin": before, "old_balance_destination": None,
        "new_balance_destination": None,
    }


def ordinary(rng: random.Random, count: int, days: int) -> Iterator[Message]:
    """Thirty accounts; one in ten arrives up to three hours late, one in a hundred up to three days."""
    for number in range(count):
        ts = START + rng.randrange(days * DAY)
        lag = rng.choices([rng.randrange(2_000), rng.randrange(3 * HOUR), rng.randrange(3 * DAY)], [89, 10, 1])[0]
        value = transaction(rng, number, ts, ts + lag)
        key: str | None = f"A{rng.randrange(30):03d}"
        if rng.random() < 0.1:
            value |= extras(rng)
        if rng.random() < 0.15:
            key = spoilt(rng, key, value)
        yield Message("transactions", key, value, ts + lag)


def extras(rng: random.Random) -> dict[str, Any]:
    """Columns of the bank's own: numbers, texts, or an empty list of them."""
    numbers = [{"name": name, "value": rng.uniform(-1e3, 1e6)} for name in ("distance", "age") if rng.random() < 0.7]
    texts = [{"name": "category", "value": rng.choice(["food", "travel", "", "Ünïcode"])}]
    return {"measures": numbers, "attributes": rng.choice([None, texts])}


def spoilt(rng: random.Random, key: str | None, value: dict[str, Any]) -> str | None:
    """One column missing or impossible, or the key. Returns the key."""
    kind = rng.choice(["counterparty_id", "type", "old_balance_origin", "amount", "zero", "balances", "event_time",
                       "future", "id", "key", "nokey"])
    if kind in ("counterparty_id", "type", "old_balance_origin"):
        value[kind] = None
    match kind:
        case "amount":
            value["amount"] = rng.choice([None, math.nan, math.inf, -math.inf, -0.01, 1e12 + 1, 1e12, -0.0])
        case "zero":
            value["amount"] = 0.0
        case "event_time":
            value["event_time"] = rng.choice([0, -1, -DAY])
        case "future":
            value["event_time"] = value["ingested_at"] + rng.choice([300_000, 300_001, 4_000 * DAY])
        case "id":
            value["transaction_id"] = ""
        case "key":
            return ""
        case "nokey":
            return None
    return key


def hurried(rng: random.Random, count: int) -> Iterator[Message]:
    """One account with `count` transactions in an hour of the fifth day, most of them to one counterparty."""
    for number in range(count):
        ts = START + 5 * DAY + number * HOUR // max(count, 1)
        value = transaction(rng, 5_000_000 + number, ts, ts)
        value["counterparty_id"] = rng.choice(["C000", "C000", "C000", value["counterparty_id"]])
        yield Message("transactions", "A999", value, ts)


def repeated(rng: random.Random, sent: list[Message]) -> Iterator[Message]:
    """The same, two in a hundred sent again within the account's next few."""
    again: list[tuple[int, Message]] = []
    for position, message in enumerate(sent):
        yield message
        if rng.random() < 0.02:
            again.append((position + rng.randrange(120), message))
        for due in [item for item in again if item[0] <= position]:
            again.remove(due)
            yield Message("transactions", due[1].key, due[1].value, message.timestamp)


def labels(rng: random.Random, sent: list[Message]) -> list[Message]:
    """A label for two transactions in three, one to four days after they came in, in the order they become known."""
    made = []
    for message in sent:
        value = message.value
        if value["event_time"] > 0 and rng.random() < 2 / 3 and value["transaction_id"]:
            known = value["ingested_at"] + rng.randrange(DAY, 4 * DAY)
            label = {"event_time": value["event_time"], "labelled_at": known, "is_fraud": rng.random() < 0.1,
                     "account_id": message.key, "counterparty_id": value["counterparty_id"], "fraud_kind": None}
            made.append(Message("fraud_labels", value["transaction_id"], label, known))
    return sorted(made, key=lambda m: m.timestamp)
