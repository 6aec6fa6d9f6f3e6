"""A simulated history, and its features in a cache of the test run."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fraudstream.simulate import Faults, Settings
from fraudstream.simulate.tables import write


@pytest.fixture(scope="package")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("history")
    write(Settings(seed=3, days=12, accounts=120, transactions_per_day=250, fraud_rate=0.05,
                   start=datetime(2025, 9, 1, tzinfo=UTC), faults=Faults.all(0.005)), folder)
    return folder


@pytest.fixture(scope="package")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")
