"""A mapping may have features of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from fraudstream.train.specification import specification


def test_a_mapping_with_a_specification_of_its_own_gets_it() -> None:
    assert specification("handbook").name == "lr-handbook"
    assert specification("handbook.toml").name == "lr-handbook"


@pytest.mark.parametrize("mapping", ["simulator", "paysim", "another/bank.toml"])
def test_every_other_gets_the_one_that_ships(mapping: str) -> None:
    assert specification(mapping) == specification("simulator")


def test_the_one_given_comes_first(root: Path) -> None:
    assert specification("handbook", root / "config" / "model.toml") == specification("simulator")
