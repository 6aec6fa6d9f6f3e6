"""Flags and labels joined back, alerts, report tables, windows: each equals a recount of the records themselves."""

from __future__ import annotations

import hashlib
import random
from collections import Counter, defaultdict
from typing import Any

import pytest

from tests.sql.brute_force import DAY, HOUR
from tests.sql.cases import Message, messages
from tests.sql.in_process import Pipeline

Rows = list[dict[str, Any]]


def score(identity: str) -> float:
    """Any number between 0 and 1 that stays with the transaction."""
    return int(hashlib.sha256(identity.encode()).hexdigest()[:8], 16) / 2**32


def flag(row: dict[str, Any]) -> Message:
    risk = score(row["_KEY"])
    reasons = [{"feature": "AMOUNT", "value": row["AMOUNT"], "contribution": risk, "phrase": "amount"}]
    return Message("fraud_flags", row["_KEY"], {
        "event_time": row["EVENT_TIME"], "account_id": row["ACCOUNT_ID"], "amount": row["AMOUNT"], "score": risk,
        "log_odds": 0.0, "is_fraud": risk > 0.7, "threshold": 0.7, "reason_codes": reasons, "model_version": "m1",
        "model_hash": "", "features_hash": "", "scored_at": row["EVENT_TIME"] + 400 * DAY,
    }, row["EVENT_TIME"])


@pytest.fixture(scope="module", params=[1, 4], ids=["1 partition", "4 partitions"])
def pipeline(request: pytest.FixtureRequest) -> Pipeline:
    """Everything enriched, then the flags out of order, long after; labels were there before."""
    made = Pipeline(partitions=request.param)
    made.send(once(messages(count=1_200, rush=300)))
    flags = [flag(row) for row in made.values("transactions_enriched")]
    random.Random(2).shuffle(flags)
    made.send(flags)
    return made


def once(sent: list[Message]) -> list[Message]:
    """Without transactions that are repeated: beyond the horizon they would be enriched, and joined, twice."""
    seen: set[str] = set()
    kept = []
    for message in sent:
        if message.topic == "fraud_labels" or message.value["transaction_id"] not in seen:
            kept.append(message)
            seen |= {message.value["transaction_id"]} if message.topic == "transactions" else set()
    return kept


def test_every_flag_is_joined_once(pipeline: Pipeline) -> None:
    enriched = {row["_KEY"]: row for row in pipeline.values("transactions_enriched")}
    scored = pipeline.values("transactions_scored")
    assert Counter(row["_KEY"] for row in scored) == Counter(enriched.keys())
    for row in scored:
        assert row["SCORE"] == score(row["_KEY"])
        assert row["AMOUNT"] == enriched[row["_KEY"]]["AMOUNT"]
        assert row["_TIMESTAMP"] == row["EVENT_TIME"] == enriched[row["_KEY"]]["EVENT_TIME"]
        assert row["TYPE"] == (enriched[row["_KEY"]]["TYPE"] or "unknown")


def test_alerts_are_the_flagged_ones_with_their_reasons(pipeline: Pipeline) -> None:
    alerts, scored = pipeline.values("fraud_alerts"), pipeline.values("transactions_scored")
    assert {row["_KEY"] for row in alerts} == {row["_KEY"] for row in scored if row["IS_FRAUD"]}
    assert all(row["REASON_CODES"][0]["CONTRIBUTION"] == row["SCORE"] for row in alerts)


def test_labels_meet_their_scores(pipeline: Pipeline) -> None:
    verdicts = {m.key: m.value["is_fraud"] for m in messages(count=1_200, rush=300) if m.topic == "fraud_labels"}
    scored = {row["_KEY"] for row in pipeline.values("transactions_scored")}
    labelled = pipeline.values("transactions_labelled")
    assert {row["_KEY"]: row["IS_FRAUD"] for row in labelled} == {k: v for k, v in verdicts.items() if k in scored}
    assert len(labelled) == len(scored & verdicts.keys())


def test_confusion_counts(pipeline: Pipeline) -> None:
    labelled = pipeline.values("transactions_labelled")
    (row,) = pull(pipeline, "SELECT * FROM report_confusion;")
    cells = Counter((r["IS_FLAGGED"], r["IS_FRAUD"]) for r in labelled)
    tp, fp, fn, tn = (cells[c] for c in ((True, True), (True, False), (False, True), (False, False)))
    assert [row[c] for c in ("LABELLED", "TP", "FP", "FN", "TN")] == [len(labelled), tp, fp, fn, tn]
    assert row["PRECISION_SO_FAR"] == tp / (tp + fp)
    assert row["RECALL_SO_FAR"] == tp / (tp + fn)
    caught = sum(r["AMOUNT"] for r in labelled if r["IS_FLAGGED"] and r["IS_FRAUD"])
    assert row["AMOUNT_CAUGHT"] == pytest.approx(caught)


def test_confusion_by_day_adds_up(pipeline: Pipeline) -> None:
    days = pull(pipeline, "SELECT * FROM report_confusion_by_day;")
    (row,) = pull(pipeline, "SELECT * FROM report_confusion;")
    assert len(days) > 5
    assert all(sum(d[c] for d in days) == row[c] for c in ("LABELLED", "TP", "FP", "FN", "TN"))


@pytest.mark.parametrize(("table", "column"), [("report_by_type", "TYPE"), ("report_by_account", "ACCOUNT_ID")])
def test_reports_count_what_was_scored(pipeline: Pipeline, table: str, column: str) -> None:
    scored = pipeline.values("transactions_scored")
    found = {row[column]: row for row in pull(pipeline, f"SELECT * FROM {table};")}
    assert {k: r["SCORED"] for k, r in found.items()} == Counter(r[column] for r in scored)
    assert sum(r["FLAGGED"] for r in found.values()) == sum(r["IS_FRAUD"] for r in scored)


def test_report_by_hour(pipeline: Pipeline) -> None:
    counts = Counter((r["TYPE"], r["EVENT_TIME"] // HOUR * HOUR) for r in pipeline.values("transactions_scored"))
    rows = pull(pipeline, "SELECT * FROM report_by_hour;")
    assert {(r["TYPE"], r["WINDOWSTART"]): r["SCORED"] for r in rows} == counts


def test_report_rejected(pipeline: Pipeline) -> None:
    reasons = Counter(row["REASON"] for row in pipeline.values("transactions_rejected"))
    assert {r["REASON"]: r["REJECTED"] for r in pull(pipeline, "SELECT * FROM report_rejected;")} == reasons


def test_account_windows(pipeline: Pipeline) -> None:
    hours: dict[tuple[str, int], Rows] = defaultdict(list)
    halves: Counter[tuple[str, int]] = Counter()
    for row in pipeline.values("transactions_enriched"):
        hours[row["ACCOUNT_ID"], row["EVENT_TIME"] // HOUR * HOUR].append(row)
        last = row["EVENT_TIME"] // (12 * HOUR) * 12 * HOUR
        halves.update([(row["ACCOUNT_ID"], last), (row["ACCOUNT_ID"], last - 12 * HOUR)])
    found = {(r["ACCOUNT_ID"], r["WINDOWSTART"]): r for r in pull(pipeline, "SELECT * FROM account_by_hour;")}
    assert {k: r["TRANSACTIONS"] for k, r in found.items()} == {k: len(rows) for k, rows in hours.items()}
    assert all(r["GREATEST"] == max(x["AMOUNT"] for x in hours[k]) for k, r in found.items())
    days = pull(pipeline, "SELECT * FROM account_by_day;")
    assert {(r["ACCOUNT_ID"], r["WINDOWSTART"]): r["TRANSACTIONS"] for r in days} == halves


def pull(pipeline: Pipeline, query: str) -> Rows:
    """The rows of a pull query, by column."""
    result = pipeline.engine.pull(query)
    return [dict(zip((c.name for c in result.columns), row, strict=True)) for row in result.rows]
