"""The books of topics with known losses: counts by hour, names, exit code, metrics."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from fraudstream.commands import reconcile as command
from fraudstream.errors import UserError
from fraudstream.reconcile import DEAD_LETTERS, ENRICHED, FLAGS, JOINED, REJECTED, REPLAYED, TRANSACTIONS, Ledger
from fraudstream.reconcile.serve import PREFIX, Page

HOUR = 3_600_000
START = 1_780_000_000_000 // HOUR * HOUR


class Record:
    """What the ledger reads of a message."""

    def __init__(self, topic: str, offset: int, key: str | None, value: Any, time: int, source: str | None) -> None:
        self._topic, self._offset, self._key, self._value, self._time, self._source = (
            topic, offset, key, value, time, source)

    def topic(self) -> str:
        return self._topic

    def partition(self) -> int:
        return 0

    def offset(self) -> int:
        return self._offset

    def key(self) -> bytes | None:
        return None if self._key is None else self._key.encode()

    def value(self) -> Any:
        return self._value

    def timestamp(self) -> tuple[int, int]:
        return 1, self._time

    def headers(self) -> list[tuple[str, bytes]]:
        return [("source.position", self._source.encode())] if self._source else []


class World:
    """Topics in memory; also the reader and the schemas of a ledger (values are the decoded rows)."""

    def __init__(self) -> None:
        self.topics: dict[str, list[Record]] = defaultdict(list)
        self.now, self.broken = 0.0, False

    def put(self, topic: str, key: str | None, time: int, value: Any = None, source: str | None = None) -> str:
        records = self.topics[topic]
        records.append(Record(topic, len(records), key, value or {}, time, source))
        return f"{topic}/0/{len(records) - 1}"

    def there(self, topic: str) -> bool:
        return topic in self.topics

    def messages(self, topic: str, begin: dict[int, int]) -> Iterator[Record]:
        if self.broken:
            raise UserError("no Kafka answers")
        return iter(self.topics[topic][begin.get(0, 0):])

    def decode(self, value: Any) -> Any:
        return None if value == "bad" else value

    def close(self) -> None:
        return

    def produce(self, id: str, time: int) -> None:
        self.put(TRANSACTIONS, "account", time, {"transaction_id": id, "event_time": time})

    def whole(self, id: str, time: int, *, flag: bool = True, dead: bool = False, join: bool = True) -> None:
        """A transaction's whole way, or what of it is said."""
        self.produce(id, time)
        source = self.put(ENRICHED, id, time)
        if dead:
            self.put(DEAD_LETTERS, id, time + 9 * HOUR, {"timestamp": time}, source)
        elif flag:
            self.put(FLAGS, id, time, {"is_fraud": id == "T0"}, source)
            if join:
                self.put(JOINED, id, time)

    def ledger(self) -> Ledger:
        return Ledger(self, self, clock=lambda: self.now)  # type: ignore[arg-type]


@pytest.fixture
def world() -> World:
    world = World()
    for number in range(6):
        world.whole(f"T{number}", START + number * HOUR // 2, dead=number == 3)
    world.produce("R", START)
    world.put(REJECTED, "R", 0, {"TRANSACTION_ID": "R", "EVENT_TIME": START, "REASON": "no amount"})
    world.put(TRANSACTIONS, "account", START, "bad")
    return world


def looked(ledger: Ledger) -> Ledger:
    ledger.update()
    return ledger


def test_whole_books_balance_in_every_hour(world: World) -> None:
    books = looked(world.ledger()).books()
    assert books.balanced and books.named() == []
    assert (books.produced, books.undecodable, books.rejected, books.enriched) == (8, 1, 1, 6)
    assert (books.scored, books.dead_lettered, books.flagged, books.joined) == (5, 1, 1, 5)
    assert [(hour, c.produced, c.enriched, c.scored + c.dead_lettered) for hour, c in books.hours.items()] == [
        ("2026-05-28T20Z", 4, 2, 2), ("2026-05-28T21Z", 2, 2, 2), ("2026-05-28T22Z", 2, 2, 2)]
    assert books.reasons == {"no amount": 1}


@pytest.mark.parametrize(("lose", "told", "named"), [
    (lambda w: w.produce("LOST", START), "produced 9 is not", "LOST of 2026-05-28T20Z, neither rejected nor enriched"),
    (lambda w: w.whole("LOST", START, flag=False), "enriched 7 is not", "without flag or dead letter (transac"),
    (lambda w: w.whole("LOST", START, join=False), "scored 6 is not joined 5", "flagged but not joined back"),
    (lambda w: w.put(FLAGS, "T1", START, {}, f"{ENRICHED}/0/1"), "scored 6 is not joined", "doubled: T1"),
    (lambda w: w.put(ENRICHED, "T1", START), "is not undecodable 1 + rejected 1 + enriched 7", "doubled: T1"),
    (lambda w: w.put(JOINED, "T1", START), "scored 5 is not joined 6", "doubled: T1"),
])
def test_what_is_lost_or_doubled_is_named(world: World, lose: Any, told: str, named: str) -> None:
    lose(world)
    books = looked(world.ledger()).books()
    assert not books.balanced
    assert any(told in line for line in books.problems()), books.problems()
    assert any(named in line for line in books.named()), books.named()
    assert json.loads(json.dumps(books.to_json()))["missing"] + books.duplicated >= 1


def test_one_lost_and_one_doubled_do_not_hide_each_other(world: World) -> None:
    world.whole("LOST", START, flag=False)
    world.put(FLAGS, "T1", START, {}, f"{ENRICHED}/0/1")
    world.put(JOINED, "LOST", START)
    books = looked(world.ledger()).books()
    assert books.scored == books.joined and books.enriched == books.scored + books.dead_lettered
    assert not books.balanced and {item["id"] for item in [*books.lost, *books.doubled]} == {"LOST", "T1"}


def test_a_replayed_dead_letter_needs_one_more_output(world: World) -> None:
    source = world.put(REPLAYED, "T3", START + HOUR)
    ledger = looked(world.ledger())
    assert [item.id for item in ledger.missing()] == ["T3"]
    world.put(FLAGS, "T3", START + HOUR, {}, source)
    world.put(JOINED, "T3", START + HOUR)
    books = looked(ledger).books()
    assert books.balanced and books.replayed == 1


def test_looking_again_reads_only_what_is_new_and_says_the_same(world: World) -> None:
    ledger = looked(world.ledger())
    world.whole("T6", START)
    world.whole("LATE", START, flag=False)
    again = looked(looked(ledger)).books()
    assert again == looked(world.ledger()).books() and again.produced == 10


def test_what_is_on_its_way_is_told_from_what_is_lost(world: World) -> None:
    """A stack that never stands still: the topics behind are always read later than those before."""
    world.produce("LOST", START)
    ledger = looked(world.ledger())
    for number in range(10, 15):
        world.produce(f"T{number}", START)
        world.put(FLAGS, f"T{number}", START, {}, world.put(ENRICHED, f"T{number}", START))
        world.put(ENRICHED, f"E{number}", START)
        books = looked(ledger).books()
        assert [item["id"] for item in books.lost] == ["LOST"] and not books.doubled
        assert len(books.problems()) == 2 and "missing" in books.problems()[-1]
        source = f"{ENRICHED}/0/{len(world.topics[ENRICHED]) - 1}"
        world.produce(f"E{number}", START)
        world.put(FLAGS, f"E{number}", START, {}, source)
        world.put(JOINED, f"T{number}", START)
        world.put(JOINED, f"E{number}", START)


def test_a_transaction_read_after_its_output_is_no_problem(world: World) -> None:
    ledger = world.ledger()
    world.put(FLAGS, "T6", START, {}, f"{ENRICHED}/0/6")
    looked(ledger)
    world.produce("T6", START)
    world.put(ENRICHED, "T6", START)
    world.put(JOINED, "T6", START)
    assert looked(ledger).books().balanced


def test_the_table_shows_hours_that_do_not_balance_or_all(world: World) -> None:
    world.whole("LOST", START + HOUR, flag=False)
    books = looked(world.ledger()).books()
    short, long = command._lines(books, False), command._lines(books, True)
    assert [line.split()[0] for line in short if line.endswith("!")] == ["2026-05-28T21Z"]
    assert sum(line.startswith("2026-") for line in long) == 3


def test_metrics_tell_what_is_missing_and_for_how_long(world: World) -> None:
    page = Page(clock=lambda: world.now)
    ledger = world.ledger()
    page.look(ledger)
    assert f"{PREFIX}balanced 1" in page.text() and not page.not_ready
    assert f'{PREFIX}records_total{{kind="enriched"}} 6' in page.text()
    world.whole("LOST", START, flag=False)
    page.look(ledger)
    assert f'{PREFIX}missing{{stage="sidecar"}} 0' in page.text()
    world.now = 90.0
    page.look(ledger)
    text = page.text()
    assert f'{PREFIX}missing{{stage="sidecar"}} 1' in text and f'{PREFIX}missing{{stage="sql"}} 0' in text
    assert f'{PREFIX}oldest_missing_seconds{{stage="sidecar"}} 90' in text
    world.broken = True
    page.look(ledger)
    assert page.not_ready == "no Kafka answers" and f'{PREFIX}looks_total{{result="failed"}} 1' in page.text()
    assert f'{PREFIX}missing{{stage="sidecar"}} 1' in page.text()
