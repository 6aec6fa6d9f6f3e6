"""The pytest plugin: `def test_totals(rowtime): …` gets an engine of its own, in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from rowtime.testing.bench import Bench


@pytest.fixture
def rowtime() -> Bench:
    """An engine in memory: `sql`, `insert`, `expect`, `rows`, `pull` (see rowtime.testing.bench.Bench)."""
    from rowtime.testing.bench import Bench

    return Bench()
