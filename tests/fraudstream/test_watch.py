"""Live flags: what is shown, and that a break does not end it."""

from __future__ import annotations

import json
from typing import Any

from fraudstream.ksqldb import Client
from fraudstream.watch import HEADER, flags, watch

NAMES = ["TRANSACTION_ID", "ACCOUNT_ID", "COUNTERPARTY_ID", "EVENT_TIME", "TYPE", "CHANNEL", "AMOUNT", "SCORE",
         "THRESHOLD", "REASON_CODES", "MODEL_VERSION", "SCORED_AT"]
HEAD = json.dumps({"queryId": "q", "columnNames": NAMES, "columnTypes": ["STRING"] * len(NAMES)}) + "\n"


def row(number: int) -> str:
    reasons = [{"FEATURE": "count_1h", "VALUE": 9.0, "CONTRIBUTION": 2.1, "PHRASE": "9 transactions within the hour"},
               {"FEATURE": "new_pair", "VALUE": 1.0, "CONTRIBUTION": 0.4, "PHRASE": None}]
    return json.dumps([f"t{number}", "C1", "M2", "2025-09-02T03:04:05.678", "PAYMENT", "card", 1234.5, 0.8765, 0.5,
                       reasons, "v1", "2025-09-02T03:04:06.000"]) + "\n"


def test_lines(stub: Any) -> None:
    stub.on("POST", "/query-stream", (200, [HEAD, row(1), row(2)]))
    stub.on("POST", "/close-query", (200, ""))
    stub.on("GET", "/info", (200, {"KsqlServerInfo": {}}))
    lines: list[str] = []
    assert watch(stub.url, limit=2, write=lines.append) == 2
    assert lines[0] == HEADER
    assert lines[1] == ("2025-09-02 03:04:05  C1           PAYMENT         1,234.50   0.876  ≥ 0.500  "
                        "9 transactions within the hour; new_pair")
    assert stub.bodies("/query-stream")[0]["properties"] == {"auto.offset.reset": "latest"}


def test_json_lines(stub: Any) -> None:
    stub.on("POST", "/query-stream", (200, [HEAD, row(1)]))
    stub.on("POST", "/close-query", (200, ""))
    stub.on("GET", "/info", (200, {"KsqlServerInfo": {}}))
    lines: list[str] = []
    watch(stub.url, limit=1, as_json=True, write=lines.append)
    flag = json.loads(lines[0])
    assert flag["transaction_id"] == "t1"
    assert flag["reason_codes"][0] == {"feature": "count_1h", "value": 9.0, "contribution": 2.1,
                                       "phrase": "9 transactions within the hour"}


def test_a_break_is_told_and_flags_are_not_repeated(stub: Any) -> None:
    stub.on("POST", "/query-stream", (200, [HEAD, row(1), ConnectionError()]), (200, [HEAD, row(1), row(2)]))
    stub.on("POST", "/close-query", (200, ""))
    stub.on("GET", "/info", (200, {"KsqlServerInfo": {}}))
    lines: list[str] = []
    told: list[str] = []
    watch(stub.url, from_start=True, limit=2, as_json=True, write=lines.append, complain=told.append)
    assert [json.loads(line)["transaction_id"] for line in lines] == ["t1", "t2"]
    assert "trying again in 0.2 s" in told[0] and told[1] == "connected again"


def test_an_account_is_quoted(stub: Any) -> None:
    stub.on("POST", "/query-stream", (200, [HEAD, row(1)]))
    stub.on("POST", "/close-query", (200, ""))
    stub.on("GET", "/info", (200, {"KsqlServerInfo": {}}))
    assert len(list(flags(Client(stub.url), account="C1' OR 'a'='a", limit=1))) == 1
    assert "WHERE ACCOUNT_ID = 'C1'' OR ''a''=''a' EMIT" in stub.bodies("/query-stream")[0]["sql"]
