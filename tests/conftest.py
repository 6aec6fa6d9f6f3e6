"""Fixtures for all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Recordings, conformance cases and data beside the checkout; tests that need them skip without."""
    path = ROOT.parent / "shared"
    if not (path / "golden").is_dir():
        pytest.skip("needs ../shared (recordings of a real ksqlDB, conformance cases, data), which is not here")
    return path


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--stack", choices=("embedded", "docker", "external"), default="embedded",
                     help="who answers at the three addresses of the end-to-end tests")
