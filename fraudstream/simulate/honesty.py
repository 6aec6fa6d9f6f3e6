"""How far one rule gets: the average precision of each single feature, so that no leak and no easy rule goes unseen."""

from __future__ import annotations

import numpy as np

from fraudstream.simulate.kinds import DAY, HOUR, REPORTING_LIMIT, TYPES
from fraudstream.simulate.rows import Row


def average_precision(truth: np.ndarray, score: np.ndarray) -> float:
    """Area under the precision-recall steps; rows of equal score count together."""
    order = np.argsort(-score, kind="stable")
    hits, ranked = np.cumsum(truth[order]), score[order]
    last = np.flatnonzero(np.append(np.diff(ranked) != 0, True))
    found = hits[last]
    precision, gained = found / (last + 1), np.diff(found, prepend=0)
    return float((precision * gained).sum() / max(1, truth.sum()))


def rules(rows: list[Row]) -> dict[str, float]:
    """Average precision of every feature alone, in the better of its two directions, over good rows."""
    good = [row for row in rows if row.fault in (None, "late")]
    truth = np.array([row.kind > 0 for row in good])
    return {name: max(average_precision(truth, values), average_precision(truth, -values))
            for name, values in features(good).items()}


def features(rows: list[Row]) -> dict[str, np.ndarray]:
    """Single features of rows in order of time, (n,) each; new_balance_origin and arrival are there to show leaks."""
    amount = np.array([r.amount or 0.0 for r in rows])
    balance = np.array([r.old_balance_origin for r in rows])
    time = np.array([r.event_time for r in rows])
    simple = {
        "amount": amount, "old_balance_origin": balance, "amount_to_balance": amount / np.maximum(balance, 1.0),
        "old_balance_destination": np.array([r.old_balance_destination for r in rows]),
        "new_balance_origin": np.array([r.new_balance_origin for r in rows]),
        "emptied": (amount == balance).astype(float), "hour": (time % DAY // HOUR).astype(float),
        "below_limit": -np.abs(amount - REPORTING_LIMIT / 100 * 0.95),
        "number": np.arange(len(rows), dtype=float), "arrival": np.array([r.ingested_at for r in rows]) - time,
        "round": np.array([a % 100 == 0 for a in amount], dtype=float),
        **{f"type_{t}": np.array([r.type == t for r in rows], dtype=float) for t in TYPES},
        **{f"channel_{c}": np.array([r.channel == c for r in rows], dtype=float) for c in {r.channel for r in rows}},
        "account_number": np.array([int(r.account_id[1:]) if r.account_id else 0.0 for r in rows]),
        "counterparty_number": np.array([float(r.counterparty_id[1:]) for r in rows]),
    }
    return simple | _history(rows)


def _history(rows: list[Row]) -> dict[str, np.ndarray]:
    """Counts and sums over the last hour and day, time since last, new pairs, ratio to the account's own mean."""
    last: dict[str, list[tuple[int, float]]] = {}
    partners: dict[str, list[tuple[int, float]]] = {}
    pairs: set[tuple[str | None, str]] = set()
    out = []
    for row in rows:
        mine, theirs = last.setdefault(row.account_id or "", []), partners.setdefault(row.counterparty_id, [])
        amount = row.amount or 0.0
        out.append((
            _recent(mine, row.event_time, HOUR), _recent(mine, row.event_time, DAY),
            row.event_time - mine[-1][0] if mine else DAY * 400,
            amount / (sum(a for _, a in mine) / len(mine)) if mine else 1.0,
            _recent(theirs, row.event_time, HOUR), _recent(theirs, row.event_time, DAY), len(theirs),
            (row.account_id, row.counterparty_id) not in pairs,
        ))
        mine.append((row.event_time, amount))
        theirs.append((row.event_time, amount))
        pairs.add((row.account_id, row.counterparty_id))
    names = ("count_1h", "count_24h", "since_last", "to_mean", "counterparty_1h", "counterparty_24h",
             "counterparty_ever", "new_pair")
    return {name: np.array(values, dtype=float) for name, values in zip(names, zip(*out, strict=True), strict=True)}


def _recent(events: list[tuple[int, float]], now: int, window: int) -> int:
    count = 0
    for time, _ in reversed(events):
        if time <= now - window:
            break
        count += 1
    return count
