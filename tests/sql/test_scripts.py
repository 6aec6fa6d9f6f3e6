"""Every script: numbered, one object, header with object, key and grain, and it parses."""

from __future__ import annotations

import re

import pytest

from rowtime.sql import ast
from rowtime.sql.parser import parse_statements
from tests.sql.scripts import Script, scripts

ALL = scripts()
each = pytest.mark.parametrize("script", ALL, ids=[s.name for s in ALL])


def test_numbers_are_all_different() -> None:
    numbers = [s.name[:3] for s in ALL]
    assert all(n.isdigit() for n in numbers)
    assert len(numbers) == len(set(numbers)) > 20


@each
def test_header_says_object_key_and_grain(script: Script) -> None:
    header = script.header
    assert re.match(r"(Source|Stream|Table|Insert): ", header[0])
    assert header[1].startswith("Key: ")
    assert re.search(r"Grain: (exactly )?one (row|record) per ", " ".join(header))


@each
def test_one_statement_that_parses(script: Script) -> None:
    (parsed,) = parse_statements(script.text)
    kind = {"Insert": ast.InsertInto, "Table": ast.CreateAs}.get(script.header[0].split(":")[0])
    assert kind is None or isinstance(parsed.statement, kind)


@each
def test_file_is_named_for_its_object(script: Script) -> None:
    if script.header[0].startswith("Insert"):
        return
    named = re.match(r"CREATE (?:STREAM|TABLE) (\w+)", script.statement)
    assert named and named[1] == script.object


@each
def test_nothing_to_fill_in(script: Script) -> None:
    assert not re.search(r"[$][{]|[{]{2}|%[(]|^\s*SET ", script.text, re.M)


@pytest.mark.parametrize(("rejected", "valid", "first"), [
    ("transactions_rejected", "account_seen", "account_id IS NULL"),
    ("labels_rejected", "labels_valid", "transaction_id IS NULL"),
])
def test_rejected_and_valid_are_complements(rejected: str, valid: str, first: str) -> None:
    by_name = {s.object: s.statement for s in ALL}
    texts = by_name[rejected], by_name[valid]
    cases = {case for text in texts for case in re.findall(rf"CASE WHEN {first}.*?END", text)}
    assert len(cases) == 1
    (case,) = cases
    assert f"{case} AS reason" in by_name[rejected]
    assert f"WHERE {case} <> '' " in by_name[rejected]
    assert f"WHERE {case} = '' " in by_name[valid]


def test_repeated_and_first_are_complements() -> None:
    readers = {s.object: s.statement for s in ALL if "FROM account_seen_changes" in s.statement}
    assert [name for name, text in readers.items() if "WHERE repeated " in text] == ["transactions_repeated"]
    assert all("WHERE NOT repeated " in text for name, text in readers.items() if name != "transactions_repeated")


def test_a_ring_is_named_once() -> None:
    """ksqlDB keeps one copy in the state for each time an aggregate is written."""
    for script in ALL:
        rings = re.findall(r"LATEST_BY_OFFSET\((?:[^()]|\([^()]*\))*, \d+\)", script.statement)
        assert len(rings) == len(set(rings))
