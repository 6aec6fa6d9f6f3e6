"""Which kinds of broker the tests run on."""

from __future__ import annotations

import os

import pytest


def skip_unless_chosen(kind: str) -> None:
    """Skip where SCORING_TEST_BROKERS (a list, by default rowtime,apache) leaves a kind of broker out."""
    chosen = os.environ.get("SCORING_TEST_BROKERS", "rowtime,apache")
    if kind not in chosen.split(","):
        pytest.skip(f"SCORING_TEST_BROKERS is {chosen}")
