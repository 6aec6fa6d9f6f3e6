"""Aggregates: NULLs, undoing, merging, and a real ksqlDB's figures to the last bit."""

from __future__ import annotations

import json
import math
from decimal import Decimal as Number
from pathlib import Path
from typing import Any

import pytest

from rowtime.serde import columns_from_schema, reader
from rowtime.serde.api import Format
from rowtime.sql.types import BIGINT, BYTES, DOUBLE, INTEGER, STRING, Array, Decimal


@pytest.mark.parametrize(("name", "t", "rows", "expected"), [
    ("COUNT", STRING, ["a", None, "b"], 2), ("SUM", DOUBLE, [0.1, None, 0.2], 0.1 + 0.2), ("SUM", INTEGER, [], 0),
    ("SUM", INTEGER, [2**31 - 1, 1], -(2**31)), ("SUM", BIGINT, [-(2**63), -1], 2**63 - 1),
    ("SUM", Decimal(4, 2), [Number("1.10"), Number("2.20")], Number("3.30")), ("AVG", INTEGER, [1, 2, None], 1.5),
    ("AVG", DOUBLE, [], 0.0), ("MAX", DOUBLE, [1.0, float("nan"), 2.0], math.nan), ("MIN", DOUBLE, [0.0, -0.0], -0.0),
    ("MAX", STRING, ["a", None, "b"], "b"), ("MAX", STRING, ["\uffff", "\U00010000"], "\uffff"),
    ("MIN", BYTES, [b"\x01", b"\xff"], b"\xff"), ("MIN", INTEGER, [None], None),
    ("STDDEV_SAMP", INTEGER, [1, 2, 4], 7 / 3),
    ("STDDEV_SAMPLE", INTEGER, [1, 2, 4], math.sqrt(7 / 3)), ("STDDEV_SAMP", DOUBLE, [5.0], 0.0),
    ("LATEST_BY_OFFSET", STRING, ["a", "b", None], "b"), ("EARLIEST_BY_OFFSET", STRING, [None, "a", "b"], "a"),
    ("COLLECT_LIST", STRING, ["a", None, "a"], ["a", None, "a"]),
    ("COLLECT_SET", STRING, ["a", None, "a"], ["a", None]),
    ("HISTOGRAM", STRING, ["a", "b", "a"], {"a": 2, "b": 1}), ("ATTR", STRING, ["a", "a"], "a"),
    ("ATTR", STRING, ["a", "b"], None), ("COUNT_DISTINCT", STRING, ["a", "b", "a", None], 2),
    ("SUM_LIST", Array(INTEGER), [[1, None, 2], None, [3]], 6),
])
def test_values(made: Any, name: str, t: Any, rows: list[Any], expected: Any) -> None:
    value = made(name, [t]).of(*rows)
    assert repr(value) == repr(expected)


def test_latest_and_earliest_several(made: Any) -> None:
    rows = ["a", None, "b", "c"]
    assert made("LATEST_BY_OFFSET", [STRING], 2).of(*rows) == ["b", "c"]
    assert made("LATEST_BY_OFFSET", [STRING], 3, False).of(*rows) == [None, "b", "c"]
    assert made("LATEST_BY_OFFSET", [STRING], 1).of(*rows) == ["c"]
    assert made("LATEST_BY_OFFSET", [STRING], False).of("a", None) is None
    assert made("EARLIEST_BY_OFFSET", [STRING], 2).of(*rows) == ["a", "b"]
    assert made("EARLIEST_BY_OFFSET", [STRING], 2, False).of(*rows) == ["a", None]
    assert made("EARLIEST_BY_OFFSET", [STRING], False).of(None, "a") is None


def test_sessions_merge_by_order_of_arrival(made: Any) -> None:
    latest = made("LATEST_BY_OFFSET", [STRING], sessions=True)
    first, second = latest.state("a"), latest.state("b")
    assert latest.result(latest.merge(second, first)) == "b"
    assert latest.result(latest.merge(second, latest.init())) == "b"
    earliest = made("EARLIEST_BY_OFFSET", [STRING], sessions=True)
    first, second = earliest.state("a"), earliest.state("b")
    assert earliest.result(earliest.merge(second, first)) == "a"
    several = made("LATEST_BY_OFFSET", [STRING], 2, sessions=True)
    first, second = several.state("a", "b"), several.state("c")
    assert several.result(several.merge(second, first)) == ["a", "b"]


@pytest.mark.parametrize("name", ["SUM", "AVG", "STDDEV_SAMP", "STDDEV_SAMPLE"])
def test_states_of_numbers_merge_and_undo(made: Any, name: str) -> None:
    a = made(name, [DOUBLE])
    merged = a.result(a.merge(a.state(1.0, 2.0), a.state(4.0, 7.0)))
    assert merged == pytest.approx(a.of(1.0, 2.0, 4.0, 7.0))
    assert a.result(a.undo(a.state(1.0, 2.0, 4.0), 4.0)) == pytest.approx(a.of(1.0, 2.0))


def test_counts_and_lists_undo(made: Any) -> None:
    counts = made("HISTOGRAM", [STRING])
    assert counts.result(counts.undo(counts.state("a", "b"), "b")) == {"a": 1}
    values = made("COLLECT_LIST", [STRING])
    assert values.result(values.undo(values.state("a", "b", "a"), "a")) == ["a", "b"]
    single = made("ATTR", [STRING])
    assert single.result(single.undo(single.state("a", "b"), "a")) == "b"


def test_limits_of_collections(made: Any) -> None:
    limited = made("COLLECT_LIST", [INTEGER], properties={"ksql.functions.collect_list.limit": "2"})
    assert limited.of(1, 2, 3) == [1, 2]
    assert made("COLLECT_SET", [INTEGER], properties={"ksql.functions.collect_set.limit": 1}).of(1, 1, 2) == [1]


def test_top_k(made: Any) -> None:
    assert made("TOPK", [INTEGER], 2).of(1, 5, None, 3) == [5, 3]
    assert made("TOPK", [INTEGER, STRING], 2).of((1, "a"), (5, "b"), (5, "c"), (None, "d")) == [(5, "b"), (5, "c")]
    assert made("TOPKDISTINCT", [INTEGER], 2).of(5, 5, 1, 3) == [5, 3]
    top = made("TOPK", [INTEGER], 3)
    assert top.result(top.merge(top.state(5, 1), top.state(4, 3))) == [5, 4, 3]


def test_a_sum_too_large_for_its_decimal_is_an_error(made: Any) -> None:
    with pytest.raises(ArithmeticError, match="must round to an absolute value less than 10\\^2. Got 100.0"):
        made("SUM", [Decimal(4, 2)]).of(Number("99.99"), Number("0.01"))


def test_correlation(made: Any) -> None:
    correlation = made("CORRELATION", [DOUBLE, DOUBLE])
    assert correlation.of((1.5, 8.0), (-3.5, -2.0)) == 1.0
    assert math.isnan(correlation.of((1.5, 8.0)))


def test_distinct_counts_are_close_for_many(made: Any) -> None:
    assert made("COUNT_DISTINCT", [BIGINT]).of(*range(20_000)) == pytest.approx(20_000, rel=0.03)


def recorded(shared: Path, topic: str) -> tuple[list[Any], list[dict[str, Any]]]:
    """What was produced, and what a real ksqlDB made of it."""
    steps = json.loads((shared / "golden" / "features" / "recording.json").read_text())
    ids = {s["id"]: s["schema"] for step in steps for s in step["result"].get("subjects", {}).values()}
    produced = [r for step in steps if "produce" in step["step"] for r in step["step"]["records"]]
    rows = []
    for step in steps:
        for record in step["result"].get("topics", {}).get(topic, []):
            data = bytes.fromhex(record[4]) if record[4] else b""
            columns = columns_from_schema(ids[int.from_bytes(data[1:5], "big")]) if data else []
            read = reader(Format("AVRO"), columns, {c.name for c in columns}, ids.__getitem__)
            values = read([data])[0] if data else ()
            assert isinstance(values, tuple)
            rows.append({"key": bytes.fromhex(record[3])} | dict(zip([c.name for c in columns], values, strict=True)))
    return produced, rows


def test_running_figures_equal_a_real_ksqldbs_to_the_last_bit(shared: Path, made: Any) -> None:
    produced, rows = recorded(shared, "account_recent")
    aggregates = {"MEAN_EVER": made("AVG", [DOUBLE]), "SD_EVER": made("STDDEV_SAMP", [DOUBLE]),
                  "MAX_EVER": made("MAX", [DOUBLE])}
    states: dict[tuple[str, str], Any] = {}
    accepted = [(key, value) for key, value, _ in produced if key is not None and value is not None]
    assert len(accepted) == len(rows) > 500
    for (key, value), row in zip(accepted, rows, strict=True):
        for name, a in aggregates.items():
            state = states[key, name] = a.add(states.get((key, name), a.init()), value["amount"])
            assert a.result(state) == row[name]


def test_distinct_counts_equal_a_real_ksqldbs(shared: Path, made: Any) -> None:
    hours = 3_600_000
    produced, rows = recorded(shared, "hop")
    parties: dict[tuple[str, int], list[Any]] = {}
    for key, value, ts in produced:
        if key is not None and value is not None:
            for start in range((ts // (6 * hours) - 3) * 6 * hours, ts + 1, 6 * hours):
                parties.setdefault((key, start), []).append(value["counterparty_id"])
    checked = 0
    for row in {r["key"]: r for r in rows if "N" in r}.values():
        seen = parties[row["key"][:-8].decode(), int.from_bytes(row["key"][-8:], "big")]
        if len(seen) == row["N"]:
            assert made("COUNT_DISTINCT", [STRING]).of(*seen) == row["PARTIES"]
            checked += 1
    assert checked > 10


def test_histogram_keeps_the_order_of_javas_map(made: Any) -> None:
    """A new text goes before those that share its bucket, NULL before all of bucket 0: as ksqlDB 7.9.5 wrote it."""
    texts = ["c022", "c011", "c010", "c026", "c025", None, None, "c001", "c000", "c025"]
    expected = ["c000", None, "c011", "c022", "c010", "c001", "c026", "c025"]
    assert list(made("HISTOGRAM", [STRING]).of(*texts)) == expected
