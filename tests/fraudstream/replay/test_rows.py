"""Files become transactions and labels: types, times, order, and one line for what cannot be read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq
import pytest
from fastavro import parse_schema, schemaless_writer
from hypothesis import given
from hypothesis import strategies as st

from fraudstream.errors import UserError
from fraudstream.replay.avro import record_writer
from fraudstream.replay.clock import Spread
from fraudstream.replay.mapping import Mapping, load, parse
from fraudstream.replay.rows import Label, Transaction, rows
from fraudstream.replay.source import open_source

HOUR = 3_600_000
ORIGIN = int(datetime(2025, 9, 1, tzinfo=UTC).timestamp() * 1000)
PAYSIM = {
    "step": [2, 1, 1, 1], "type": ["PAYMENT", "TRANSFER", "CASH_OUT", "DEBIT"], "amount": [1.5, 20.0, 3.0, 4.0],
    "nameOrig": ["C1", "C2", "C3", "C4"], "oldbalanceOrg": [10.0, 20.0, 0.0, 5.0],
    "newbalanceOrig": [8.5, 0.0, 0.0, 1.0],
    "nameDest": ["M1", "C9", "C8", "C7"], "oldbalanceDest": [0.0] * 4, "newbalanceDest": [0.0] * 4,
    "isFraud": [0, 1, 0, 0], "isFlaggedFraud": [0] * 4,
}


def everything(path: Path, mapping: Mapping) -> tuple[list[Transaction], list[Label]]:
    batches = list(rows(open_source(path, mapping.columns(), mapping.texts()), mapping))
    return [t for ts, _ in batches for t in ts], [label for _, labels in batches for label in labels]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_paysim(tmp_path: Path, kind: str) -> None:
    path, table = tmp_path / f"p.{kind}", pa.table(PAYSIM)
    csv.write_csv(table, path) if kind == "csv" else pq.write_table(table, path)
    transactions, labels = everything(path, load("paysim"))
    assert [t.key for t in transactions] == ["C2", "C3", "C4", "C1"]
    assert [t.time - ORIGIN for t in transactions] == [HOUR, HOUR + HOUR // 3, HOUR + 2 * HOUR // 3, 2 * HOUR]
    assert transactions[0].value == {
        "transaction_id": "paysim-0", "event_time": ORIGIN + HOUR, "ingested_at": ORIGIN + HOUR, "type": "TRANSFER",
        "channel": "app", "amount": 20.0, "counterparty_id": "C9", "old_balance_origin": 20.0,
        "new_balance_origin": 0.0, "old_balance_destination": 0.0, "new_balance_destination": 0.0}
    assert labels[0] == Label("paysim-0", ORIGIN + 25 * HOUR, {
        "event_time": ORIGIN + HOUR, "labelled_at": ORIGIN + 25 * HOUR, "is_fraud": True, "account_id": "C2",
        "counterparty_id": "C9", "fraud_kind": None})
    assert [label.value["is_fraud"] for label in labels] == [True, False, False, False]


def test_handbook(tmp_path: Path) -> None:
    pq.write_table(pa.table({
        "TRANSACTION_ID": [7], "TX_DATETIME": pa.array([datetime(2018, 4, 1, 0, 0, 31)], pa.timestamp("ns")),
        "CUSTOMER_ID": [596], "TERMINAL_ID": [3156], "TX_AMOUNT": [57.16], "TX_FRAUD": [1], "TX_FRAUD_SCENARIO": [2],
    }), tmp_path / "h.parquet")
    transactions, labels = everything(tmp_path / "h.parquet", load("handbook"))
    time = int(datetime(2018, 4, 1, 0, 0, 31, tzinfo=UTC).timestamp() * 1000)
    assert transactions[0][:3] == ("C596", time, time)
    value = transactions[0].value
    assert isinstance(value, dict)
    assert (value["transaction_id"], value["counterparty_id"], value["type"]) == ("handbook-7", "T3156", "PAYMENT")
    assert labels[0].time == time + (7 * 24 - 6) * HOUR, "sql/ lets it count six hours later"
    assert labels[0].value["fraud_kind"] == "scenario-2"


def test_genuine_paysim_rows(shared: Path) -> None:
    transactions, labels = everything(shared / "data/paysim_samples.parquet", load("paysim"))
    assert len(transactions) == len(labels) == 71_392
    times = [t.time for t in transactions]
    assert times == sorted(times)
    assert len({label.transaction_id for label in labels}) == 71_392


@given(st.lists(st.lists(st.integers(0, 3), max_size=6), max_size=5))
def test_spread_keeps_order_and_stays_within_the_unit(batches: list[list[int]]) -> None:
    times = [np.array([n * HOUR for n in batch], dtype=np.int64) for batch in batches]
    spread = Spread("hour", times)
    done = [spread(batch) for batch in times]
    before, after = np.concatenate([*times, [0]])[:-1], np.concatenate([*done, [0]])[:-1]
    assert ((after >= before) & (after < before + HOUR)).all()
    for value in np.unique(before):
        inside = after[before == value]
        assert (np.diff(inside) > 0).all()
        assert inside[0] == value


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30), st.booleans())
def test_spread_does_not_depend_on_batches(counts: list[int], cut: bool) -> None:
    times = np.array([n * HOUR for n in counts], dtype=np.int64)
    parts = [times[:7], times[7:]] if cut else [times]
    spread = Spread("hour", parts)
    whole = Spread("hour", [times])
    assert np.concatenate([spread(p) for p in parts]).tolist() == whole(times).tolist()


SIMPLE = '[columns]\naccount_id = "a"\namount = "m"\n[id]\nprefix = "x"\n[time]\ncolumn = "t"\n'


@pytest.mark.parametrize(("content", "message"), [
    ("a,m,t\nC1,oops,2020-01-01T00:00:00\n", "column m after row 0: 'oops' is no number"),
    ('a,m,t\nC1,"1.234,50",2020-01-01T00:00:00\n', 'amount = { column = "m", decimal = "," }'),
    ('a,m,t\nC1,"12,34",2020-01-01T00:00:00\n', "'12,34' is no number"),
    ("a,m,t\nC1,1,yesterday\n", "column t after row 0: .*'yesterday'"),
    ("a,m,t\nC1,1,7\n", 'column t after row 0: .*under .time. format = .* or unit = "second"'),
    ("a,m,t\nC1,1,01/31/2024 08:15\n", "column t after row 0: .*under .time. format = "),
    ("a,m,m,t\nC1,1,2,2020-01-01\n", "more than one column is called m"),
    ("a,m,t\nC1,1,2020-01-01T00:00:00\nC2,2,\n", "row 2: no event time in column t"),
    ("a,t\n1,2\n", r"no column m; it has a, t"),
    ("a,m,t\nC1,1,2020-01-01T00:00:00,9\n", "Expected 3 columns, got 4"),
    ("", "not CSV: Empty CSV file"),
])
def test_wrong_files(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "f.csv").write_text(content)
    with pytest.raises(UserError, match=message) as caught:
        everything(tmp_path / "f.csv", parse(SIMPLE, "simple"))
    assert str(caught.value).startswith(str(tmp_path / "f.csv"))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("content", "time", "amount"), [
    ("t;a;m\n2025-09-01T02:00:00+02:00;C;1.5\n", 0, 1.5),
    ("t\ta\tm\n2025-09-01T00:00:00.250Z\tC\t1\n", 250, 1.0),
    ("\ufefft,a,m\n2025-09-01,C,\"$1,234.50\"\n", 0, 1234.5),
    ("t|a|m\n2025-09-01 00:00:01|C|USD 7\n", 1000, 7.0),
    ('t,a,m\r\n"2025-08-31 20:00:00-0400","C\r\nD",1e3\r\n', 0, 1000.0),
])
def test_separators_zones_and_currencies(tmp_path: Path, content: str, time: int, amount: float) -> None:
    (tmp_path / "f.csv").write_text(content)
    (found,), _ = everything(tmp_path / "f.csv", parse(SIMPLE, "simple"))
    assert (found.time - ORIGIN, found.value["amount"]) == (time, amount)  # type: ignore[index]


def test_times_with_and_without_zone_and_decimal_commas(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": ["C", "C", ""], "m": ["1.234,5", "2", "3"], "t": [
        "2025-09-01T02:00:00+02:00", "2025-09-01T00:00:01", "2025-09-01T00:00:02Z"]}), tmp_path / "f.parquet")
    comma = SIMPLE.replace('amount = "m"', 'amount = { column = "m", decimal = "," }')
    found, _ = everything(tmp_path / "f.parquet", parse(comma, "comma"))
    assert [(t.time - ORIGIN, t.key) for t in found] == [(0, "C"), (1000, "C"), (2000, None)]
    assert [t.value["amount"] for t in found] == [1234.5, 2.0, 3.0]  # type: ignore[index]


@pytest.mark.parametrize(("labels", "values", "found"), [
    ("", ["1", "0", ""], [True, False]),
    ("", ["true", "FALSE", ""], [True, False]),
    ('fraud = ["Chargeback"]', [" Chargeback", "ok", "", "pending"], [True, False, False]),
    ('fraud = "F"\nclear = ["OK"]', ["F", "OK", "pending", ""], [True, False]),
    ("fraud = [2]", ["2", "1"], [True, False]),
])
def test_verdicts(tmp_path: Path, labels: str, values: list[str], found: list[bool]) -> None:
    lines = "".join(f"C,1,2025-09-01,{value}\n" for value in values)
    (tmp_path / "f.csv").write_text(f"a,m,t,y\n{lines}")
    _, told = everything(tmp_path / "f.csv", parse(f'{SIMPLE}[labels]\ncolumn = "y"\n{labels}', "simple"))
    assert [label.value["is_fraud"] for label in told] == found


@pytest.mark.parametrize("value", ["Yes", "2", "-1"])
def test_a_verdict_that_is_none_says_what_to_write(tmp_path: Path, value: str) -> None:
    (tmp_path / "f.csv").write_text(f"a,m,t,y\nC,1,2025-09-01,{value}\n")
    with pytest.raises(UserError, match=r"column y .*under \[labels\] fraud = "):
        everything(tmp_path / "f.csv", parse(f'{SIMPLE}[labels]\ncolumn = "y"\n', "simple"))


@pytest.mark.parametrize(("values", "extra", "message"), [
    (["1980-02-03"], 'd = "d"', 'd = { column = "d", kind = "years" }'),
    (["abc"], 'd = { column = "d", kind = "number" }', 'd = { column = "d", kind = "category" }'),
    (["3/2/1980"], 'd = { column = "d", kind = "years" }', 'format = "%d/%m/%Y"'),
    (["7"] * 99_999 + ["unknown"], 'd = "d"', 'column d: invalid value .unknown.*kind = "category"'),
])
def test_extra_columns_of_another_kind_say_what_to_write(tmp_path: Path, values: list[str], extra: str,
                                                          message: str) -> None:
    lines = "".join(f"C,1,2025-09-01T00:00:00,{value}\n" for value in values)
    (tmp_path / "f.csv").write_text(f"a,m,t,d\n{lines}")
    with pytest.raises(UserError, match=message) as caught:
        everything(tmp_path / "f.csv", parse(f"{SIMPLE}[extra]\n{extra}\n", "simple"))
    assert "\n" not in str(caught.value)


def test_years_in_a_format_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("a,m,t,d\nC,1,2025-09-01T00:00:00,1/9/1985\n")
    extra = 'd = { column = "d", kind = "years", format = "%d/%m/%Y" }'
    (found,), _ = everything(tmp_path / "f.csv", parse(f"{SIMPLE}[extra]\n{extra}\n", "simple"))
    assert found.value["measures"] == [{"name": "d", "value": pytest.approx(40.0, abs=0.01)}]  # type: ignore[index]


def test_missing_and_foreign_files(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        open_source(tmp_path / "absent.parquet", [])
    (tmp_path / "x.parquet").write_text("no")
    with pytest.raises(UserError, match="not Parquet"):
        open_source(tmp_path / "x.parquet", [])


CARDS = """
[columns]
account_id = { columns = ["User", "Card"] }
counterparty_id = { column = "Merchant", prefix = "M" }
amount = "Amount"
[id]
prefix = "c"
[time]
columns = ["Date", "Time"]
format = "%m/%d/%Y %H:%M"
[labels]
column = "Fraud?"
fraud = ["Yes"]
delay_hours = 24
[extra]
category = "Category"
zip = { column = "Zip", kind = "category" }
age = { column = "Born", kind = "years" }
population = "Population"
distance = { columns = ["lat", "lon", "mlat", "mlon"], kind = "distance" }
"""
HEAD = "User,Card,Merchant,Amount,Date,Time,Fraud?,Category,Zip,Born,Population,lat,lon,mlat,mlon\n"


def test_extra_columns_and_values_as_text(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(
        HEAD + '1,0,007,"$1,234.50",01/02/2020,06:21,Yes,food,0123,1990-01-02,5,0,0,0,90\n'
               "2,1,,$-7.00,01/03/2020,00:00,No,,04,,7.5,1,1,1,\n")
    transactions, labels = everything(tmp_path / "c.csv", parse(CARDS, "cards"))
    first, second = (t.value for t in transactions)
    assert isinstance(first, dict) and isinstance(second, dict)
    assert [t.key for t in transactions] == ["1-0", "2-1"]
    assert transactions[0].time == int(datetime(2020, 1, 2, 6, 21, tzinfo=UTC).timestamp() * 1000)
    assert (first["counterparty_id"], first["amount"], second["amount"]) == ("M007", 1234.5, -7.0)
    assert second["counterparty_id"] is None
    assert [label.value["is_fraud"] for label in labels] == [True, False]
    assert first["attributes"] == [{"name": "category", "value": "food"}, {"name": "zip", "value": "0123"}]
    assert second["attributes"] == [{"name": "zip", "value": "04"}]
    numbers = {entry["name"]: entry["value"] for entry in first["measures"]}
    assert numbers == {"age": pytest.approx(30.0, abs=0.01), "population": 5.0,
                       "distance": pytest.approx(10007.5, abs=1)}
    assert second["measures"] == [{"name": "population", "value": 7.5}]


def test_rows_with_extra_columns_are_written_as_fastavro_does(root: Path) -> None:
    schema = json.loads((root / "schemas" / "transaction.avsc").read_text())
    value = {"transaction_id": "t", "event_time": 1, "ingested_at": 2, "measures": [{"name": "a", "value": 1.5}],
             "attributes": []}
    write = record_writer(schema)
    assert write
    expected = BytesIO()
    schemaless_writer(expected, parse_schema(schema), value)
    assert write(value) == expected.getvalue()


@pytest.mark.parametrize(("old", "new", "message"), [
    ('"Category"', '{ column = "Category", kind = "colour" }', "kind is 'colour'"),
    ('["lat", "lon", "mlat", "mlon"]', '["lat", "lon"]', "distance needs 4 columns"),
    ('format = "%m/%d/%Y %H:%M"\n', "", "needs format"),
    ('"Category"', '{ columm = "Category" }', "has unknown columm"),
])
def test_wrong_extra_columns(old: str, new: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        parse(CARDS.replace(old, new), "cards")
