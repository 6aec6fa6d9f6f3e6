"""What the headers of sql/ promise, in plain Python: records in arrival order in, rejections and features out.

`Pipeline(ENDLESS)` has rings without end: what the windows hold when nothing has to be forgotten.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from itertools import takewhile
from operator import add
from typing import Any, NamedTuple, TypeVar

HOUR, DAY = 3_600_000, 86_400_000
WINDOWS = {"1H": HOUR, "24H": DAY, "7D": 7 * DAY}
MONTH = 30 * DAY
LABEL_WINDOWS = {"24H": DAY, "7D": 7 * DAY, "30D": MONTH}
LABEL_DELAY = 6 * HOUR
IDS, OLDEST = 64, 8
T = TypeVar("T")

Row = dict[str, Any]


class Rings(NamedTuple):
    """How many entries each ring holds; None: all."""

    account: int | None = 144
    counterparty: int | None = 64
    labels: int | None = 96


ENDLESS = Rings(None, None, None)


class Arrival(NamedTuple):
    """One entry of a ring: event time in ms, amount, and the other party."""

    ts: int
    amount: float
    other: str | None


class Label(NamedTuple):
    """When it counts, and the verdict; the later of two is the greater, fraud at the same time."""

    known: int
    is_fraud: bool


@dataclass
class Pipeline:
    """Feed labels and transactions in the order they arrive."""

    rings: Rings = Rings()
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
            self.labels[label["counterparty_id"]].append(
                Label(label["labelled_at"] + LABEL_DELAY, label["is_fraud"]))
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

    def account_features(self, arrivals: list[Arrival], tx: Mapping[str, Any]) -> Row:
        held, amount, ts = latest(arrivals, self.rings.account), tx["amount"], tx["event_time"]
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
        pair = sum(tx["counterparty_id"] is not None and a.other == tx["counterparty_id"] and a.ts <= ts for a in held)
        return row | self.month_features(held, tx) | {
            "ACCOUNT_TRUNCATED_30D": truncated(arrivals, held, ts, MONTH),
            "ACCOUNT_COUNT_EVER": len(arrivals),
            "ACCOUNT_MEAN_EVER": mean,
            "ACCOUNT_STDDEV_EVER": sd,
            "ACCOUNT_MAX_EVER": greatest,
            "ACCOUNT_AGE_MS": ts - min(a.ts for a in arrivals),
            "ACCOUNT_SINCE_LAST_MS": since_last(held, ts),
            "ACCOUNT_PAIR_COUNT": pair,
            "ACCOUNT_KNOWS_COUNTERPARTY": pair > 1,
            "AMOUNT_LOG": math.log(amount + 1),
            "AMOUNT_TO_MEAN_7D": amount * len(week) / total(week) if total(week) > 0 else 1.0,
            "AMOUNT_TO_MEAN_EVER": amount / mean if mean > 0 else 1.0,
            "AMOUNT_TO_MAX_EVER": amount / greatest if greatest > 0 else 1.0,
            "AMOUNT_ZSCORE_EVER": (amount - mean) / sd if sd > 0 else 0.0,
        }

    def month_features(self, held: list[Arrival], tx: Mapping[str, Any]) -> Row:
        inside, amount = within(held, tx["event_time"], MONTH), tx["amount"]
        mean, sd = total(inside) / len(inside), deviation([a.amount for a in inside])
        return {
            "ACCOUNT_COUNT_30D": len(inside),
            "ACCOUNT_SUM_30D": total(inside),
            "ACCOUNT_MEAN_30D": mean,
            "ACCOUNT_STDDEV_30D": sd,
            "ACCOUNT_MAX_30D": max(a.amount for a in inside),
            "AMOUNT_TO_MEAN_30D": amount / mean if mean > 0 else 1.0,
            "AMOUNT_ZSCORE_30D": (amount - mean) / sd if sd > 0 else 0.0,
        }

    def counterparty_features(self, arrivals: list[Arrival], ts: int) -> Row:
        held = latest(arrivals, self.rings.counterparty)
        row: Row = {
            "COUNTERPARTY_COUNT_30D": len(within(held, ts, MONTH)),
            "COUNTERPARTY_TRUNCATED_30D": truncated(arrivals, held, ts, MONTH),
        }
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
        held = latest(labels, self.rings.labels)
        known = sorted(x for x in held if x.known <= ts)
        row: Row = {}
        for name, span in LABEL_WINDOWS.items():
            inside = [x for x in known if x.known > ts - span]
            bad = sum(x.is_fraud for x in inside)
            row |= {
                f"COUNTERPARTY_LABELS_{name}": len(inside),
                f"COUNTERPARTY_FRAUDS_{name}": bad,
                f"COUNTERPARTY_RISK_{name}": bad / len(inside) if inside else 0.0,
            }
        last = known[-1] if known else None
        run = [x for x in takewhile(lambda x: last and x.is_fraud == last.is_fraud, reversed(known))
               if x.known > ts - MONTH]
        frauds = run if last and last.is_fraud else []
        return row | {
            "COUNTERPARTY_LAST_LABEL": bool(last and last.is_fraud),
            "COUNTERPARTY_LAST_LABEL_AGE_MS": ts - last.known if last else None,
            "COUNTERPARTY_LABEL_RUN": len(run),
            "COUNTERPARTY_FRAUD_RUN": len(frauds),
            "COUNTERPARTY_FRAUD_RUN_AGE_MS": ts - frauds[-1].known if frauds else 0,
            "COUNTERPARTY_LABELS_TRUNCATED": len(labels) > len(held) and min(held).known > ts - MONTH,
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
             "old_balance_origin", "old_balance_destination", "measures", "attributes")
    return {name.upper(): upper(tx.get(name)) for name in names} | {
        "TRANSACTION_ID": tx["transaction_id"], "ACCOUNT_ID": account,
        "HOUR": ts // HOUR % 24, "WEEKDAY": (ts // DAY + 3) % 7 + 1}


def upper(value: Any) -> Any:
    """Field names as ksqlDB writes them."""
    return [{k.upper(): v for k, v in entry.items()} for entry in value] if isinstance(value, list) else value


def latest(entries: list[T], ring: int | None) -> list[T]:
    """What a ring holds of all that entered it."""
    return entries if ring is None else entries[-ring:]


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
    return len(arrivals) > len(held) and max(a.ts for a in held[:OLDEST]) > ts - span
