"""The report: what is asked of ksqlDB, and a page that stands alone."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from fraudstream.ksqldb import Client
from fraudstream.report import Tables, write
from fraudstream.report.charts import specifications
from fraudstream.report.tables import BINS, read

HOUR = 3_600_000
DAY0 = 1_756_684_800_000
TABLES = Tables(
    by_hour=[{"TYPE": "PAYMENT", "WINDOWSTART": DAY0, "WINDOWEND": DAY0 + HOUR, "SCORED": 10, "FLAGGED": 2}],
    by_type=[{"TYPE": "PAYMENT", "SCORED": 1234, "FLAGGED": 12, "AMOUNT": 9e6, "AMOUNT_FLAGGED": 123456.0,
              "MEAN_SCORE": 0.01, "WORST_SCORE": 0.99}],
    accounts=[{"ACCOUNT_ID": "C1</script><b>", "SCORED": 5, "FLAGGED": 3, "AMOUNT_FLAGGED": 10.0, "WORST_SCORE": 0.9}],
    rejected=[{"REASON": "no account", "REJECTED": 4}],
    confusion=[{"MODEL_VERSION": "v1", "LABELLED": 100, "TP": 8, "FP": 2, "FN": 2, "TN": 88, "PRECISION_SO_FAR": 0.8,
                "RECALL_SO_FAR": 0.8, "AMOUNT_CAUGHT": 5.0, "AMOUNT_MISSED": 1.0}],
    confusion_by_day=[{"MODEL_VERSION": "v1", "WINDOWSTART": DAY0, "TP": 8, "FP": 2, "FN": 0},
                      {"MODEL_VERSION": "v2", "WINDOWSTART": DAY0, "TP": 0, "FP": 0, "FN": 2}],
    scores=[{"BIN": 0, "FLAGGED": False, "N": 1222}, {"BIN": 19, "FLAGGED": True, "N": 12}],
    books={"produced": 10, "undecodable": 1, "rejected": 2, "enriched": 7, "scored": 6, "dead_lettered": 1,
           "flagged": 1, "joined": 6, "labelled": 3, "missing": 0, "duplicated": 0},
)


def page(tables: Tables, at: Path) -> str:
    write(tables, at / "deep" / "report.html", datetime(2025, 9, 3, 12, tzinfo=UTC))
    return (at / "deep" / "report.html").read_text(encoding="utf-8")


class Elements(HTMLParser):
    def __init__(self, text: str):
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "br"):
            self.open.append(tag)
        self.links += [f"{tag} {value}" for name, value in attrs if name in ("src", "href")]
        self.ids += [str(value) for name, value in attrs if name == "id"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_asks_for_nothing(tmp_path: Path) -> None:
    elements = Elements(page(TABLES, tmp_path))
    assert elements.open == [] and elements.links == []
    assert {"flags_over_time", "by_type", "quality", "scores", "accounts"} <= set(elements.ids)


def test_numbers_are_there(tmp_path: Path) -> None:
    text = page(TABLES, tmp_path)
    for expected in ("1,234", "123.5 k", "80.0%", "precision (8 of 10 flags right)", "no account", "They balance",
                     "2025-09-01 00:00 to 2025-09-01 01:00 UTC", "Made 2025-09-03 12:00 UTC"):
        assert expected in text


def test_nothing_in_the_data_becomes_markup(tmp_path: Path) -> None:
    text = page(TABLES, tmp_path)
    assert "C1</script>" not in text
    assert "C1&lt;/script&gt;&lt;b&gt;" in text and "C1\\u003c/script>" in text


def test_books_that_do_not_balance_are_said(tmp_path: Path) -> None:
    wrong = Tables(books={**TABLES.books, "joined": 5})
    assert "They do not balance" in page(wrong, tmp_path)


def test_before_anything_was_scored(tmp_path: Path) -> None:
    text = page(Tables(), tmp_path)
    assert "No transaction has been scored yet." in text and "Nothing to show yet." in text
    Elements(text)


def test_quality_adds_up_models_by_day() -> None:
    (data,) = specifications(TABLES)["quality"]["datasets"].values()
    assert [(d["measure"], d["value"], d["of"]) for d in data] == [("precision", 0.8, 10), ("recall", 0.8, 10)]


def test_specifications_are_valid_for_the_vendored_vega_lite(root: Path) -> None:
    found = specifications(TABLES)
    assert len(found) == 5
    version = re.search(r"v(\d+\.\d+\.\d+)", found["scores"]["$schema"])
    assert version and version.group(1) in (root / "fraudstream/report/vendor/README.md").read_text()


ANSWERS: dict[str, tuple[list[str], list[list[Any]]]] = {
    "REPORT_BY_HOUR": (["TYPE", "WINDOWSTART", "WINDOWEND"], [["B", 2, 3], ["A", 1, 2]]),
    "REPORT_BY_TYPE": (["TYPE", "SCORED", "FLAGGED"], [["A", 1, 0], ["B", 5, 2]]),
    "REPORT_BY_ACCOUNT": (["ACCOUNT_ID", "FLAGGED", "AMOUNT_FLAGGED"],
                          [["C1", 1, 9.0], ["C2", 2, 1.0], ["C3", 2, 3.0]]),
    "REPORT_REJECTED": (["REASON", "REJECTED"], [["x", 1], ["y", 3]]),
    "REPORT_CONFUSION": (["MODEL_VERSION", "TP"], []),
    "REPORT_CONFUSION_BY_DAY": (["MODEL_VERSION", "WINDOWSTART"], []),
    "TRANSACTIONS_SCORED": (["SCORE", "IS_FRAUD"], [[0.01, False], [0.02, False], [1.0, True]]),
}


class Prepared(Client):
    """Answers each pull query by the table it names."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def pull(self, sql: str, properties: Any = None) -> Any:
        from fraudstream.ksqldb import Rows

        self.asked.append(sql)
        name = sql.split(" FROM ")[1].split()[0].rstrip(";")
        columns, rows = ANSWERS[name]
        return Rows(tuple(columns), ("STRING",) * len(columns), [tuple(row) for row in rows])


def test_tables_are_read_and_sorted() -> None:
    client = Prepared()
    tables = read(client, {"produced": 3})
    assert [row["TYPE"] for row in tables.by_hour] == ["A", "B"]
    assert [row["TYPE"] for row in tables.by_type] == ["B", "A"]
    assert [row["ACCOUNT_ID"] for row in tables.accounts] == ["C3", "C2", "C1"]
    assert tables.scores == [{"BIN": 0, "FLAGGED": False, "N": 2}, {"BIN": BINS - 1, "FLAGGED": True, "N": 1}]
    assert (tables.scored, tables.flagged) == (6, 2)
    assert json.loads(json.dumps(tables.as_dict()))["books"] == {"produced": 3}
    assert len(client.asked) == len(ANSWERS)


@pytest.mark.parametrize(("value", "text"), [
    (9999, "9,999"), (12345, "12.3 k"), (461_990_870, "462.0 M"), (2.5e9, "2.5 G")])
def test_short_amounts(value: float, text: str) -> None:
    from fraudstream.report.page import _short

    assert _short(value) == text
