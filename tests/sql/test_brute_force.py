"""The model itself, on cases small enough to be worked out by hand, and what the marks promise."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.sql.brute_force import DAY, ENDLESS, HOUR, WINDOWS, Pipeline
from tests.sql.cases import START, messages


def send(pipeline: Pipeline, ts: int, amount: float, to: str | None = "C1", key: str = "A1") -> dict[str, Any]:
    number = sum(map(len, pipeline.accounts.values()))
    tx = {"transaction_id": f"T{number}", "event_time": ts, "ingested_at": ts, "amount": amount, "counterparty_id": to}
    reason, row = pipeline.transaction(key, tx)
    assert not reason
    return row


def test_windows_are_open_at_their_start_and_closed_at_their_end() -> None:
    pipeline = Pipeline()
    send(pipeline, START, 10.0)
    assert send(pipeline, START + HOUR, 5.0)["ACCOUNT_COUNT_1H"] == 1
    assert send(pipeline, START + HOUR - 1, 7.0)["ACCOUNT_SUM_1H"] == 17.0


def test_a_late_row_does_not_see_what_came_after_it() -> None:
    pipeline = Pipeline()
    send(pipeline, START + 2 * HOUR, 10.0)
    row = send(pipeline, START + HOUR, 5.0)
    assert (row["ACCOUNT_COUNT_24H"], row["ACCOUNT_COUNT_EVER"], row["ACCOUNT_SINCE_LAST_MS"]) == (1, 2, None)


def test_labels_count_from_six_hours_after_they_are_known() -> None:
    pipeline = Pipeline()
    pipeline.label({"event_time": START, "labelled_at": START, "is_fraud": True, "counterparty_id": "C1"})
    early, known, old = (send(pipeline, START + t, 1.0) for t in (6 * HOUR - 1, 6 * HOUR, 30 * HOUR))
    assert [r["COUNTERPARTY_FRAUDS_24H"] for r in (early, known, old)] == [0, 1, 0]
    assert [r["COUNTERPARTY_LAST_LABEL"] for r in (early, known, old)] == [False, True, True]


def test_rows_without_a_mark_hold_the_whole_window() -> None:
    rings, endless = Pipeline(), Pipeline(ENDLESS)
    marked: Counter[str] = Counter()
    for message in messages(days=40):
        if message.topic == "fraud_labels":
            for p in (rings, endless):
                p.label(message.value)
            continue
        (reason, row), (_, full) = (p.transaction(message.key, message.value) for p in (rings, endless))
        for name in (*WINDOWS, "30D") if not reason else ():
            for side in ("ACCOUNT", "COUNTERPARTY"):
                mark = row[f"{side}_TRUNCATED_{name}"]
                marked[f"{side} {name}"] += mark
                assert mark or row[f"{side}_COUNT_{name}"] == full[f"{side}_COUNT_{name}"]
        assert reason or row["COUNTERPARTY_LABELS_TRUNCATED"] or all(
            row[f"COUNTERPARTY_LABELS_{w}"] == full[f"COUNTERPARTY_LABELS_{w}"] for w in ("24H", "7D", "30D"))
    assert all(marked.values())


def test_cases_hold_every_reason() -> None:
    pipeline = Pipeline()
    reasons = Counter(pipeline.transaction(m.key, m.value)[0] for m in messages() if m.topic == "transactions")
    assert set(reasons) == {"", "no account", "no transaction id", "no event time", "event time in the future",
                            "no amount", "negative amount", "impossible amount", "repeated transaction id"}
    assert DAY == 86_400_000
