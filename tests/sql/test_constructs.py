"""sql/ uses only what a real ksqlDB was seen to accept: the recordings and the positive conformance cases."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.sql.scripts import Script, scripts

ALL = scripts()

EXCEPTIONS: dict[str, str] = {
    "INSERT INTO … SELECT": "in ksqlDB's reference from the first version on; 060 ran on a ksqlDB 7.9.5",
    "STRUCT made in a lambda": "070 and 100 ran on a ksqlDB 7.9.5",
    "aggregate in a lambda": "040 ran on a ksqlDB 7.9.5",
    "element of a call's array": "070 and 100 ran on a ksqlDB 7.9.5",
    "aggregate in a list": "070 and 100 ran on a ksqlDB 7.9.5",
}

FUNCTION_EXCEPTIONS: dict[str, str] = {
    "STDDEV_SAMPLE": "STDDEV_SAMP, which was seen, is the variance; 070 ran on a ksqlDB 7.9.5",
}

CLAUSES = {
    "CREATE STREAM": r"CREATE STREAM \w+ \(",
    "CREATE STREAM AS": r"CREATE STREAM \w+ (WITH \([^)]*\) )?AS SELECT",
    "CREATE TABLE AS": r"CREATE TABLE \w+ (WITH \([^)]*\) )?AS SELECT",
    "INSERT INTO … SELECT": r"INSERT INTO \w+ SELECT",
    "WINDOW TUMBLING": r"WINDOW TUMBLING \(SIZE",
    "WINDOW HOPPING": r"WINDOW HOPPING \(SIZE [^,]*, ADVANCE BY",
    "RETENTION": r"RETENTION \d+",
    "GRACE PERIOD in a window": r"\(SIZE [^)]*GRACE PERIOD",
    "WITHIN … GRACE PERIOD": r"WITHIN \d+ \w+ GRACE PERIOD",
    "INNER JOIN": r"INNER JOIN",
    "LEFT JOIN": r"LEFT JOIN",
    "PARTITION BY after a join": r"JOIN [^;]* PARTITION BY",
    "PARTITION BY a field": r"PARTITION BY [\w.]+->",
    "PARTITION BY a function": r"PARTITION BY \w+\(",
    "GROUP BY": r"GROUP BY",
    "CASE": r"CASE WHEN .* ELSE .* END",
    "CAST(NULL AS …)": r"CAST\(NULL AS",
    "lambda": r"\(\w+\) =>",
    "lambda of two": r"\(\w+, \w+\) =>",
    "lambda in a lambda": r"\(\w+\) => [^;]*\(\w+\) =>",
    "STRUCT made in a lambda": r"\(\w+\) => STRUCT\(",
    "aggregate in a lambda": r"=> [^;]*LATEST_BY_OFFSET\(\w+\)\) > 1",
    "aggregate in a list": r"ARRAY\[STRUCT\( ?\w+ := LATEST_BY_OFFSET",
    "ARRAY constructor": r"ARRAY\[",
    "element of a call's array": r"\)\[1\]",
    "last element of an array": r"\w\[-1\]",
    "WHERE NOT": r"WHERE NOT ",
    "STRUCT constructor": r"STRUCT\(\s*\w+ :=",
    "field of a struct": r"\w->\w",
    "modulo": r" % ",
    "IS NULL": r"IS NULL",
    "IS NOT NULL": r"IS NOT NULL",
    "KEY column": r"STRING KEY",
    "TIMESTAMP property": r"TIMESTAMP\s*=\s*'",
    "VALUE_AVRO_SCHEMA_FULL_NAME": r"VALUE_AVRO_SCHEMA_FULL_NAME",
}
NOT_FUNCTIONS = {
    "WITH", "STRUCT", "AND", "OR", "NOT", "WHEN", "THEN", "ELSE", "BY", "ON", "TUMBLING", "HOPPING", "AS", "IN",
}


def functions(text: str) -> set[str]:
    return {name.upper() for name in re.findall(r"\b([A-Za-z_]\w*)\(", text)} - NOT_FUNCTIONS


@pytest.fixture(scope="module")
def accepted(shared: Path) -> str:
    """All statements that a real server took."""
    recordings = (json.loads(p.read_text()) for p in sorted(shared.glob("golden/*/recording.json")))
    steps = (step for recording in recordings for step in recording if "ksql" in step["step"])
    ran = [step["step"]["ksql"] for step in steps if step["result"]["status"] == 200]
    cases = map(json.loads, (shared / "conformance" / "cases.jsonl").read_text().splitlines())
    passed = ["; ".join(case["statements"]) for case in cases if not case.get("expectedException")]
    return "\n".join(" ".join(text.split()) for text in ran + passed)


@pytest.mark.parametrize("script", ALL, ids=[s.name for s in ALL])
def test_clauses_were_seen(script: Script, accepted: str) -> None:
    used = {name for name, form in CLAUSES.items() if re.search(form, script.statement, re.I)}
    unseen = {name for name in used if not re.search(CLAUSES[name], accepted, re.I)}
    assert unseen <= set(EXCEPTIONS)


def test_functions_were_seen(accepted: str) -> None:
    unseen = functions(" ".join(s.statement for s in ALL)) - functions(accepted)
    assert unseen == set(FUNCTION_EXCEPTIONS)


def test_exceptions_are_needed(accepted: str) -> None:
    assert not [name for name in EXCEPTIONS if re.search(CLAUSES[name], accepted, re.I)]
