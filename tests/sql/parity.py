"""Rows of transactions_enriched against the brute-force model, column by column."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from tests.sql.brute_force import Pipeline, Row
from tests.sql.cases import Message


def expected(messages: Iterable[Message], counterparty_order: Iterable[str]) -> tuple[list[Row], Counter[str]]:
    """The enriched rows, and how many transactions are rejected for each reason.

    `counterparty_order`: transaction ids in the order in which they reached their counterparties (the topic
    account_features); with one partition that is the order they arrived in.
    """
    pipeline, reasons = Pipeline(), Counter[str]()
    waiting: dict[str, list[tuple[Row, Message]]] = defaultdict(list)
    for message in messages:
        if message.topic == "fraud_labels":
            pipeline.label(message.value)
            continue
        reason, row = pipeline.at_account(message.key, message.value)
        if reason:
            reasons[reason] += 1
        else:
            waiting[message.value["transaction_id"]].append((row, message))
    rows = []
    for identity in counterparty_order:
        row, message = waiting[identity].pop(0)
        rows.append(row | pipeline.at_counterparty(row["ACCOUNT_ID"], message.value))
    assert not any(waiting.values())
    return rows, reasons


def differences(wanted: Iterable[Row], found: Iterable[Mapping[str, Any]]) -> list[str]:
    """One line for each value that differs; rows of the same id are compared in order."""
    theirs: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in found:
        theirs[row["TRANSACTION_ID"]].append(row)
    lines = []
    for row in wanted:
        identity = row["TRANSACTION_ID"]
        if not theirs[identity]:
            lines.append(f"{identity}: missing")
            continue
        other = theirs[identity].pop(0)
        lines += [f"{identity} {name}: {other.get(name)!r}, should be {row.get(name)!r}"
                  for name in sorted(row.keys() | other.keys()) if not same(row.get(name), other.get(name))]
    return lines + [f"{identity}: once too often" for identity, rows in theirs.items() for _ in rows]


def same(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, float) and isinstance(found, float):
        return wanted == found or math.isclose(wanted, found, rel_tol=1e-9, abs_tol=1e-9)
    return type(wanted) is type(found) and wanted == found
