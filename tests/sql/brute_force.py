"""What the headers of sql/ promise, in plain Python: records in arrival order in, rejections and features out.

`Pipeline(ring=None)` has rings without end: what the windows hold when nothing has to be forgotten.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from typing import Any, NamedTuple, TypeVar

HOUR, DAY = 3_600_000, 86_400_000
WINDOWS = {"1H": HOUR, "24H": DAY, "7D": 7 * DAY}
LABEL_WINDOWS = {"24H": DAY, "7D": 7 * DAY, "30D": 30 * DAY}
LABEL_DELAY = 6 * HOUR
RING, IDS, OLDEST = 64, 64, 8

Row = dict[str, Any]
T = TypeVar("T")


class Arrival(NamedTuple):
    """One entry of a ring: event time in ms, amount, and the other party."""

    ts: int
    amount: float
    other: str | None


class Label(NamedTuple):
    known_at: int
    is_fraud: bool


@dataclass
class Pipeline:
    """Feed labels and transactions in the order they arrive."""

    ring: int | None = RING
    ids: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    accounts: dict[str, list[Arrival]] = field(default_factory=lambda: defaultdict(list))
    counterparties: dict[str, list[Arrival]] = field(default_factory=lambda: defaultdict(list))
    labels: dict[str, list[Label]] = field(default_factory=lambda: defaultdict(list))

    def label(self, label: Mapping[str, Any]) -> str:
        """The reason the label is rejected for, if any."""
        if label["event_time"] <= 0:
            return "no event time"
        if label["labelled_at"] < label["event_time"]:
            return "labelled before the event"
        if label["counterparty_id"] is not None:
            self.labels[label["counterparty_id"]].append(Label(label["labelled_at"], label["is_fraud"]))
        return ""

    def transaction(self, account: str | None, tx: Mapping[str, Any]) -> tuple[str, Row]:
        """The reason it is rejected for and nothing, or no reason and the enriched row."""
        reason, row = self.at_account(account, tx)
        return reason, row if reason or account is None else row | self.at_counterparty(account, tx)

    def at_account(self, account: str | None, tx: Mapping[str, Any]) -> tuple[str, Row]:
        """The same without the counterparty's features."""
        reason = self.reason(account, tx)
        if reason or account is None:
            return reason, {}
        arrivals = self.accounts[account]
        arrivals.append(Arrival(tx["event_time"], tx["amount"], tx["counterparty_id"]))
        return "", facts(account, tx) | self.account_features(arrivals, tx)

    def at_counterparty(self, account: str, tx: Mapping[str, Any]) -> Row:
        """The counterparty's features; to be called in the order in which transactions reach the counterparties."""
        ts, party = tx["event_time"], tx["counterparty_id"]
        arrivals = self.counterparties[party if party is not None else f"~{account}"]
        arrivals.append(Arrival(ts, tx["amount"], account))
        labels = self.labels[party] if party is not None else []
        return self.counterparty_features(arrivals, ts) | self.label_features(labels, ts)

    def reason(self, account: str | None, tx: Mapping[str, Any]) -> str:
        found = fault(account, tx)
        if found or account is None:
            return found
        seen = self.ids[account]
        repeated = tx["transaction_id"] in seen[-(IDS - 1):]
        seen.append(tx["transaction_id"])
        return "repeated transaction id" if repeated else ""

    def latest(self, entries: list[T]) -> list[T]:
        """What a ring holds of all that entered it."""
        return entries if self.ring is None else entries[-self.ring:]

    def account_features(self, arrivals: list[Arrival], tx: Mapping[str, Any]) -> Row:
        held, amount, ts = self.latest(arrivals), tx["amount"], tx["event_time"]
        amounts = [a.amount for a in arrivals]
        mean, sd, greatest = math.fsum(amounts) / len(amounts), deviation(amounts), max(amounts)
        row: Row = {}
        for name, span in WINDOWS.items():
            inside = within(held, ts, span)
            row |= {
                f"ACCOUNT_COUNT_{name}": len(inside),
                f"ACCOUNT_SUM_{name}": total(inside),
                f"ACCOUNT_MEAN_{name}": total(inside) / len(inside),
                f"ACCOUNT_MAX_{name}": max(a.amount for a in inside),
                f"ACCOUNT_COUNTERPARTIES_{name}": len({a.other for a in inside} - {None}),
                f"ACCOUNT_TRUNCATED_{name}": truncated(arrivals, held, ts, span),
            }
        week = within(held, ts, 7 * DAY)
        return row | {
            "ACCOUNT_COUNT_EVER": len(arrivals),
            "ACCOUNT_MEAN_EVER": mean,
            "ACCOUNT_STDDEV_EVER": sd,
            "ACCOUNT_MAX_EVER": greatest,
            "ACCOUNT_AGE_MS": ts - min(a.ts for a in arrivals),
            "ACCOUNT_SINCE_LAST_MS": since_last(held, ts),
            "ACCOUNT_KNOWS_COUNTERPARTY": tx["counterparty_id"] is not None
            and any(a.other == tx["counterparty_id"] and a.ts <= ts for a in held[:-1]),
            "AMOUNT_LOG": math.log(amount + 1),
            "AMOUNT_TO_MEAN_7D": amount * len(week) / total(week) if total(week) > 0 else 1.0,
            "AMOUNT_TO_MEAN_EVER": amount / mean if mean > 0 else 1.0,
            "AMOUNT_TO_MAX_EVER": amount / greatest if greatest > 0 else 1.0,
            "AMOUNT_ZSCORE_EVER": (amount - mean) / sd if sd > 0 else 0.0,
        }

    def counterparty_features(self, arrivals: list[Arrival], ts: int) -> Row:
        held = self.latest(arrivals)
        row: Row = {}
        for name, span in WINDOWS.items():
            inside = within(held, ts, span)
            row |= {
                f"COUNTERPARTY_COUNT_{name}": len(inside),
                f"COUNTERPARTY_SUM_{name}": total(inside),
                f"COUNTERPARTY_MEAN_{name}": total(inside) / len(inside),
                f"COUNTERPARTY_ACCOUNTS_{name}": len({a.other for a in inside}),
                f"COUNTERPARTY_TRUNCATED_{name}": truncated(arrivals, held, ts, span),
            }
        return row | {
            "COUNTERPARTY_COUNT_EVER": len(arrivals),
            "COUNTERPARTY_MEAN_EVER": math.fsum(a.amount for a in arrivals) / len(arrivals),
            "COUNTERPARTY_AGE_MS": ts - min(a.ts for a in arrivals),
            "COUNTERPARTY_SINCE_LAST_MS": since_last(held, ts),
        }

    def label_features(self, labels: list[Label], ts: int) -> Row:
        now = ts - LABEL_DELAY
        held, frauds = (self.latest([x.known_at for x in some]) for some in (labels, [x for x in labels if x.is_fraud]))
        row: Row = {}
        for name, span in LABEL_WINDOWS.items():
            row[f"COUNTERPARTY_LABELS_{name}"] = sum(now - span < x <= now for x in held)
            row[f"COUNTERPARTY_FRAUDS_{name}"] = sum(now - span < x <= now for x in frauds)
        last, fraud = (max((x for x in some if x <= now), default=None) for some in (held, frauds))
        return row | {
            "COUNTERPARTY_LAST_LABEL": last is not None and fraud is not None and fraud >= last,
            "COUNTERPARTY_LABELS_TRUNCATED": len(labels) > RING and min(held) > now - 30 * DAY,
        }


def fault(account: str | None, tx: Mapping[str, Any]) -> str:
    """The first reason that 030 names, or none."""
    event, ingested, amount = tx["event_time"], tx["ingested_at"], tx["amount"]
    checks = (
        (not account, "no account"),
        (not tx["transaction_id"], "no transaction id"),
        (event is None or event <= 0, "no event time"),
        (ingested is None or ingested <= 0, "no ingestion time"),
        ((event or 0) > (ingested or 0) + 300_000, "event time in the future"),
        (amount is None, "no amount"),
        (amount is not None and amount < 0, "negative amount"),
        (amount is not None and not amount <= 1e12, "impossible amount"),
    )
    return next((reason for found, reason in checks if found), "")


def facts(account: str, tx: Mapping[str, Any]) -> Row:
    ts = tx["event_time"]
    names = ("counterparty_id", "event_time", "ingested_at", "type", "channel", "amount",
             "old_balance_origin", "old_balance_destination")
    return {name.upper(): tx.get(name) for name in names} | {
        "TRANSACTION_ID": tx["transaction_id"], "ACCOUNT_ID": account,
        "HOUR": ts // HOUR % 24, "WEEKDAY": (ts // DAY + 3) % 7 + 1}


def within(held: Iterable[Arrival], ts: int, span: int) -> list[Arrival]:
    return [a for a in held if ts - span < a.ts <= ts]


def total(arrivals: Iterable[Arrival]) -> float:
    return reduce(add, (a.amount for a in arrivals), 0.0)


def deviation(amounts: list[float]) -> float:
    return statistics.stdev(amounts) if len(amounts) > 1 else 0.0


def since_last(held: list[Arrival], ts: int) -> int | None:
    earlier = [a.ts for a in held[:-1] if a.ts <= ts]
    return ts - max(earlier) if earlier else None


def truncated(arrivals: list[Arrival], held: list[Arrival], ts: int, span: int) -> bool:
    return len(arrivals) > RING and max(a.ts for a in held[:OLDEST]) > ts - span
