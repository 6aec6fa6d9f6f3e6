"""ksql-test-runner's three files: statements, input records, expected output records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from rowtime.errors import RowtimeError
from rowtime.testing.case import Case, Given
from rowtime.testing.comparing import same_record
from rowtime.testing.json_numbers import dump, loads
from rowtime.testing.table import Pair, table

Records = Sequence[Mapping[str, Any]]
HEADER = ("TIMESTAMP", "KEY", "WINDOW", "VALUE")


def run_files(statements: Path, inputs: Path | None, outputs: Path) -> list[str]:
    """What is wrong, topic by topic; empty when every expected record came and no other.

    RowtimeError where a file cannot be read or a statement is wrong.
    """
    given = Given([_text(statements)], _records(inputs, "inputs") if inputs else ())
    expected = _records(outputs, "outputs")
    case = Case(given)
    try:
        case.run()
    except RuntimeError as e:
        return [str(e)]
    return differences(case.outputs(), expected)


def differences(actual: Records, expected: Records) -> list[str]:
    """Only topics with expected records are looked at."""
    found = []
    for topic in dict.fromkeys(record["topic"] for record in expected):
        wanted = [r for r in expected if r["topic"] == topic]
        came = [r for r in actual if r["topic"] == topic]
        pairs = [_pair(w, c) for w, c in zip_longest(wanted, came)]
        if not all(pair.same for pair in pairs):
            found.append(f"Topic {topic}: {len(wanted)} records expected, {len(came)} came\n{table(HEADER, pairs)}")
    return found


def _pair(wanted: Mapping[str, Any] | None, came: Mapping[str, Any] | None) -> Pair:
    same = wanted is not None and came is not None and same_record(came, wanted)
    return Pair(None if wanted is None else _cells(wanted), None if came is None else _cells(came), same)


def _cells(record: Mapping[str, Any]) -> list[str]:
    window = record.get("window")
    timestamp = record.get("timestamp")
    return ["*" if timestamp is None else str(timestamp), dump(record.get("key")),
            f"{window.get('start')}–{window.get('end')}" if window else "", dump(record.get("value"))]  # fmt: skip


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as e:
        raise RowtimeError(f"{path}: {e}") from None


def _records(path: Path, name: str) -> Records:
    try:
        found = loads(_text(path))
    except ValueError as e:
        raise RowtimeError(f"{path}: not JSON: {e}") from None
    records = found.get(name) if isinstance(found, dict) else None
    if not isinstance(records, list) or not all(isinstance(r, dict) and "topic" in r for r in records):
        raise RowtimeError(f'{path}: expected {{"{name}": [{{"topic": …, "key": …, "value": …, "timestamp": …}}]}}')
    return records
