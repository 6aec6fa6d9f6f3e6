"""The fixture `rowtime`, as a user of it tests SQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from rowtime.errors import KsqlError, StatementError
from rowtime.testing.bench import Bench

PAYMENTS = """
CREATE STREAM payments (account VARCHAR KEY, amount DECIMAL(6, 2), made TIMESTAMP, card STRUCT<last4 VARCHAR, n INT>)
  WITH (KAFKA_TOPIC = 'payments', VALUE_FORMAT = 'AVRO');
CREATE TABLE totals AS SELECT account, COUNT(*) AS n, SUM(amount) AS total FROM payments GROUP BY account;
"""


@pytest.fixture
def payments(rowtime: Bench) -> Bench:
    rowtime.sql(PAYMENTS)
    rowtime.insert(
        "payments",
        {"account": "a", "amount": 1.5, "made": "2020-01-01T00:00:00", "card": {"last4": "1234", "n": 1}, "rowtime": 7},
        {"account": "a", "amount": 2, "rowtime": 5},
    )
    return rowtime


def test_rows_come_out_in_order(payments: Bench) -> None:
    payments.expect("payments", {"account": "a", "made": 1_577_836_800_000, "card": {"last4": "1234", "n": 1}},
                    {"account": "a", "made": None, "ROWTIME": 5})  # fmt: skip
    payments.expect("totals", {"account": "a", "n": 1, "total": "1.50", "rowtime": 7}, {"account": "a", "n": 2})
    payments.expect("totals")
    assert payments.rows("payments")[0]["MADE"] == "2020-01-01T00:00:00.000"
    assert [{**r, "TOTAL": str(r["TOTAL"])} for r in payments.pull("SELECT * FROM totals WHERE account = 'a';")] == [
        {"ACCOUNT": "a", "N": 2, "TOTAL": "3.50"}
    ]


def test_a_failure_shows_the_rows_side_by_side(payments: Bench) -> None:
    with pytest.raises(AssertionError) as failure:
        payments.expect("totals", {"account": "a", "n": 1}, {"account": "a", "n": 3}, {"account": "b", "n": 1})
    assert str(failure.value).splitlines() == [
        "TOTALS: 3 rows expected, 2 came",
        "     ACCOUNT  N",
        '  1  "a"      1',
        '- 2  "a"      3',
        '+ 2  "a"      2 !',
        '- 3  "b"      1',
    ]


def test_tombstones(rowtime: Bench) -> None:
    rowtime.sql("CREATE TABLE t (id INT PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');"
                "CREATE TABLE big AS SELECT id, v FROM t WHERE v > 1;")  # fmt: skip
    rowtime.insert("t", {"id": 1, "v": 5}, {"id": 1, "v": 0})
    rowtime.expect("big", {"id": 1, "v": 5}, rowtime.deleted(id=1))
    assert rowtime.rows("big") == [{"ID": 1, "V": 5}, {"ID": 1}]
    assert rowtime.pull("SELECT * FROM big;") == []
    rowtime.insert("t", {"id": 1, "v": 7})
    with pytest.raises(AssertionError, match="deleted"):
        rowtime.expect("big", rowtime.deleted(id=1))


def test_scripts_and_variables(rowtime: Bench, tmp_path: Path) -> None:
    script = tmp_path / "s.sql"
    script.write_text("CREATE STREAM ${name} (id INT KEY, a INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');")
    rowtime.script(script, name="s")
    rowtime.sql("SET 'auto.offset.reset' = 'latest'; INSERT INTO s VALUES (1, 2);")
    assert rowtime.rows("s") == [{"ID": 1, "A": 2}]


def test_windows_have_bounds(rowtime: Bench) -> None:
    rowtime.sql("CREATE STREAM s (id INT KEY, a INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');")
    rowtime.sql("CREATE TABLE w AS SELECT id, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY id;")
    rowtime.insert("s", {"id": 1, "a": 1, "rowtime": 1500})
    rowtime.expect("w", {"id": 1, "windowstart": 1000, "windowend": 2000, "n": 1})


def test_what_is_wrong_is_said(payments: Bench) -> None:
    with pytest.raises(KsqlError, match="There is no stream or table nope"):
        payments.insert("nope", {"a": 1})
    with pytest.raises(KsqlError, match="TOTALS has no column nope. It has ACCOUNT, N, TOTAL, ROWTIME"):
        payments.expect("totals", {"nope": 1})
    with pytest.raises(StatementError, match="cannot be resolved"):
        payments.sql("CREATE STREAM x AS SELECT nope FROM payments;")
