"""kill -9 of the whole embedded stack in the middle of a replay: started again, it carries on and the books balance."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from fraudstream.addresses import Addresses
from fraudstream.demo.settle import Growth
from fraudstream.deploy import deploy
from fraudstream.processes import free_port
from fraudstream.replay import replay
from rowtime.addresses import Address
from rowtime.serve import Ports, Stack
from tests.e2e.conftest import Sample, Sidecar
from tests.e2e.waiting import eventually


@pytest.fixture
def ports(request: pytest.FixtureRequest) -> Ports:
    if request.config.getoption("--stack") != "embedded":
        pytest.skip("only the embedded stack can be killed by a test")
    return Ports(*(Address("127.0.0.1", free_port()) for _ in range(3)))


def test_books_balance_after_a_crash_of_everything(
        ports: Ports, sample: Callable[[int], Sample], tmp_path: Path, root: Path) -> None:
    mine = sample(3000)
    stack = Stack(tmp_path / "rowtime", ports).start()
    addresses = Addresses(stack.kafka, stack.registry, stack.ksql)
    sidecar = None
    try:
        assert deploy(addresses).ok
        sidecar = Sidecar(addresses, tmp_path / "sidecar.log", root / "config" / "model.json")
        sending = threading.Thread(target=replay, args=(mine.path, addresses))
        sending.start()
        growth = Growth(addresses, ("transactions_enriched",))
        eventually(lambda: growth.look()["transactions_enriched"] > 200 or None, timeout=60)
        growth.close()
        stack.kill()
        stack.start()
        sending.join()
        if sidecar.child.process.poll() is not None:  # it may have given up; an operator's supervisor starts it again
            sidecar.start()
        books = eventually(lambda: _whole(mine, addresses), timeout=120, otherwise=mine.books(addresses).problems)
        assert (books.missing, books.duplicated) == (0, 0)
        assert deploy(addresses).ok
    finally:
        if sidecar is not None:
            sidecar.kill()
        stack.stop()


def _whole(mine: Sample, addresses: Addresses):  # type: ignore[no-untyped-def]
    books = mine.books(addresses)
    return books if books.produced == mine.rows and books.balanced else None
