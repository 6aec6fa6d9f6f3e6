"""Mappings: the built-in ones, files, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from fraudstream.replay.mapping import BUILT_IN, Column, MappingError, load, parse

GOOD = """
[columns]
account_id = "who"
transaction_id = { column = "n", prefix = "t" }
[time]
column = "day"
unit = "day"
origin = 2020-01-02
"""


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in(name: str) -> None:
    mapping = load(name)
    assert mapping.labels
    assert len(mapping.columns()) > 3


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(GOOD)
    mapping = load(str(tmp_path / "m.toml"))
    assert mapping.fields["transaction_id"] == Column("n", "t")
    assert mapping.time.origin == 1577923200000
    assert mapping.columns() == ["who", "n", "day"]


@pytest.mark.parametrize(("name", "message"), [
    ("paysom", "unknown mapping 'paysom': one of paysim, handbook, simulator, or a file ending in .toml"),
    ("absent.toml", "mapping absent.toml: no such file"),
])
def test_unknown(name: str, message: str) -> None:
    with pytest.raises(MappingError) as caught:
        load(name)
    assert str(caught.value) == message


@pytest.mark.parametrize(("old", "new", "message"), [
    ('account_id = "who"', "", "no account_id"),
    ('transaction_id = { column = "n", prefix = "t" }', "", "neither a column transaction_id nor"),
    ('account_id = "who"', 'account = "who"', r"\[columns\] has unknown account"),
    ('unit = "day"', 'unit = "week"', "unit is 'week'"),
    ('unit = "day"', 'order = "random"', "order is 'random'"),
    ('unit = "day"', "spread = true", "spread needs a time that counts units"),
    ("origin = 2020-01-02", "origin = '2020-01-02'", "without quotes"),
    ('column = "day"', "", "missing or of the wrong kind"),
    ('column = "day"', 'column = "day"\nzone = "x"', r"\[time\] has unknown zone"),
    ("[time]", "[labels]\ndelay_hours = 2\n[time]", "needs either column or file"),
    ("[time]", "[extras]\n[time]", "the mapping has unknown extras"),
    ("[time]", "[time", "not TOML"),
])
def test_wrong(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(MappingError, match=message):
        parse(GOOD.replace(old, new), "m")


def test_what_reads_a_file_alike_has_the_same_fingerprint() -> None:
    assert parse(GOOD, "a").fingerprint == parse(GOOD, "b").fingerprint
    stated = parse(GOOD.replace('unit = "day"', 'unit = "day"\norder = "event_time"'), "a").fingerprint
    assert stated == parse(GOOD, "a").fingerprint
    assert parse(GOOD.replace('unit = "day"', 'unit = "hour"'), "a").fingerprint != stated
