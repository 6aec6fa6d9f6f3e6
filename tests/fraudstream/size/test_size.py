"""Sizing: more needs more, nothing is planned at its limit, and the guide shows what the command counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudstream.cli import run
from fraudstream.errors import UserError
from fraudstream.size import Rates, read_rates, size

RATES = Rates(0.5, 10_000, 100, 1_000, 1_024, 30, 1_000, 200, {})
RATE = st.integers(1, 1_000_000)


def test_the_formulas() -> None:
    found = size(20_000, RATES, copies=3)
    assert (found.sidecars, found.ksqldb_cores, found.partitions) == (4, 40, 48)
    assert (found.sidecar_memory_mib, found.ksqldb_memory_gib) == (400, 40)
    assert (found.kafka_records_s, found.kafka_write_mb_s, found.kafka_disk_gb_day) == (600_000, 60.0, 1_036.8)


@given(RATE, RATE)
def test_more_transactions_never_need_less(one: int, other: int) -> None:
    less, more = (size(rate, RATES).to_json() for rate in sorted((one, other)))
    assert all(less[name] <= more[name] for name in less)


@given(RATE)
def test_every_sidecar_and_core_has_a_partition_and_headroom(tps: int) -> None:
    found = size(tps, RATES)
    assert found.partitions >= max(found.sidecars, found.ksqldb_cores) and found.sidecars >= 2
    assert tps <= found.sidecars * RATES.records_per_core_s * RATES.utilisation
    assert tps <= found.ksqldb_cores * RATES.transactions_per_core_s * RATES.utilisation


def test_rates_that_ship_name_their_sources(root: Path) -> None:
    rates = read_rates(root / "config" / "rates.toml")
    assert all(rates.sources.values())


def test_rates_that_are_missing_are_named(tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text("utilisation = 0.5\n[sidecar]\nrecords_per_core_s = 0\n")
    with pytest.raises(UserError, match=r"r.toml: \[sidecar\] records_per_core_s: expected a number above 0, found 0"):
        read_rates(tmp_path / "r.toml")


def test_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["size", "--tps", "1000", "--tps", "100000", "--json"]) == 0
    assert [found["tps"] for found in json.loads(capsys.readouterr().out)["sizings"]] == [1_000, 100_000]


def test_the_guide_shows_the_table_of_the_command(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["size"]) == 0
    assert capsys.readouterr().out.strip() in (root / "docs" / "cloud.md").read_text(encoding="utf-8")
