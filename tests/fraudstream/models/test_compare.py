"""Champion and challengers on the same labelled transactions."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pytest

from fraudstream.commands.models import _lines
from fraudstream.errors import UserError
from fraudstream.models import State
from fraudstream.models.compare import FLAGS, LABELS, SHADOWS, Comparison, compare_from

ROWS = 400


class World:
    """Topics of decoded rows; reader and schemas in one."""

    def __init__(self) -> None:
        self.topics: dict[str, list[tuple[bytes, Any]]] = defaultdict(list)

    def there(self, topic: str) -> bool:
        return topic in self.topics

    def read(self, topic: str) -> list[tuple[bytes, Any]]:
        return self.topics[topic]

    def decode(self, value: Any) -> Any:
        return value

    def label(self, number: int, fraud: bool, at: int = 1) -> None:
        self.topics[LABELS].append((f"T{number}".encode(), {"is_fraud": fraud, "labelled_at": at}))

    def flag(self, number: int, version: str, score: float, topic: str = FLAGS, amount: float = 100.0) -> None:
        row = {"model_version": version, "score": score, "is_fraud": score > 0.5, "amount": amount}
        self.topics[topic].append((f"T{number}".encode(), row))

    def compare(self, *versions: str, review_cost: float = 5.0) -> Comparison:
        return compare_from(self, self, versions, review_cost)  # type: ignore[arg-type]


@pytest.fixture
def world() -> World:
    """A good champion, and a challenger that knows nothing and scored every second transaction only."""
    world, random = World(), np.random.default_rng(1)
    for number in range(ROWS):
        fraud = number % 10 == 0
        world.label(number, fraud)
        world.flag(number, "good", 0.9 if fraud else 0.01)
        if number % 2 == 0:
            world.flag(number, "blind", random.random() * 0.4, SHADOWS)
    for number in range(ROWS, 2 * ROWS):
        world.flag(number, "good", 0.99)
    return world


def test_both_are_measured_on_the_transactions_that_both_scored(world: World) -> None:
    found = world.compare()
    good, blind = found.models
    assert (good.version, blind.version) == ("good", "blind")
    assert found.transactions == good.n == blind.n == ROWS // 2 and (good.scored, blind.scored) == (ROWS, ROWS // 2)
    assert found.frauds == good.frauds == blind.frauds == ROWS // 10
    assert good.average_precision == 1.0 and (blind.average_precision or 1.0) < 0.5
    assert good.brier < blind.brier and good.log_loss < blind.log_loss


def test_cost_is_what_was_missed_and_what_alerts_cost(world: World) -> None:
    found = world.compare(review_cost=7.0)
    good, blind = found.models
    assert found.cost_without == 40 * 100.0
    assert (good.alerts, good.frauds_alerted, good.cost) == (40, 40, 40 * 7.0)
    assert (blind.alerts, blind.cost) == (0, 40 * 100.0)


def test_the_label_that_became_known_last_counts(world: World) -> None:
    for number in range(0, ROWS, 10):
        world.label(number, False, at=9)
        world.label(number, True, at=3)
    assert world.compare().frauds == 0
    assert world.compare().models[0].average_precision is None


def test_without_common_transactions_the_counts_are_told(world: World) -> None:
    with pytest.raises(UserError, match="400 are labelled; scored of these: good 400, nobody 0"):
        world.compare("good", "nobody")


def test_it_is_shown_as_a_table(world: World) -> None:
    lines = _lines(world.compare(), State())
    assert "200 labelled transactions" in lines[0] and "AP" in lines[1]
    assert [line.split()[0] for line in lines[2:]] == ["good", "blind"] and len({len(line) for line in lines[1:]}) == 1
