"""The main job on a running stack: every transaction comes out once, flagged or with a reason."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow.parquet as pq
import pytest

from fraudstream.addresses import Addresses
from fraudstream.demo.settle import Growth
from fraudstream.deploy import deploy
from fraudstream.explain import explain
from fraudstream.ksqldb import Client, literal
from fraudstream.reconcile import Books
from fraudstream.replay import replay
from fraudstream.watch import flags
from tests.e2e.conftest import Sample, Sidecar
from tests.e2e.waiting import eventually

pytestmark = pytest.mark.stack


def balanced(sample: Sample, addresses: Addresses) -> Books:
    """The sample's books once all of its rows have arrived and they balance."""
    def look() -> Books | None:
        books = sample.books(addresses)
        done = books.produced == sample.rows and books.balanced
        return books if done else None

    return eventually(look, timeout=120, otherwise=lambda: sample.books(addresses).problems())


def test_deploying_again_changes_nothing(deployed: Addresses) -> None:
    report = deploy(deployed)
    assert {action.outcome for action in report.actions} == {"unchanged"}


def test_every_transaction_is_enriched_scored_and_joined_once(
        deployed: Addresses, sidecar: Sidecar, sample: Callable[[int], Sample]) -> None:
    mine = sample(1500)
    sent = replay(mine.path, deployed)
    books = balanced(mine, deployed)
    assert sent.transactions == mine.rows
    assert books.rejected > 0 and set(books.reasons) <= {
        "no account", "no amount", "negative amount", "impossible amount", "event time in the future",
        "repeated transaction id"}
    assert (books.dead_lettered, books.missing, books.duplicated) == (0, 0, 0)
    labelled = eventually(lambda: mine.books(deployed).labelled or None, timeout=60)
    assert labelled <= books.enriched


def test_alerts_carry_reasons_and_come_by_push_query(
        deployed: Addresses, sidecar: Sidecar, sample: Callable[[int], Sample]) -> None:
    mine = sample(1500)
    replay(mine.path, deployed)
    books = balanced(mine, deployed)
    assert books.flagged > 0
    with Client(deployed.ksqldb) as client:
        running = flags(client, from_start=True)
        seen = []
        for flag in running:
            if flag.transaction_id.startswith(mine.prefix):
                seen.append(flag)
            if len(seen) == books.flagged:
                running.close()
                break
    assert len({flag.transaction_id for flag in seen}) == books.flagged
    assert all(flag.score >= flag.threshold and flag.reason_codes[0]["phrase"] for flag in seen)


def test_report_tables_answer_pull_queries(
        deployed: Addresses, sidecar: Sidecar, sample: Callable[[int], Sample]) -> None:
    mine = sample(300)
    replay(mine.path, deployed)
    books = balanced(mine, deployed)
    with Client(deployed.ksqldb) as client:
        def counted() -> int | None:
            rows = client.pull("SELECT ACCOUNT_ID, SCORED FROM REPORT_BY_ACCOUNT;").rows
            found = sum(scored for account, scored in rows if account.startswith(mine.prefix))
            return found if found == books.scored else None

        assert eventually(counted, timeout=60) == books.scored
        account = next(row[0] for row in client.pull("SELECT ACCOUNT_ID FROM REPORT_BY_ACCOUNT;").rows
                       if row[0].startswith(mine.prefix))
        one = client.pull(f"SELECT * FROM REPORT_BY_ACCOUNT WHERE ACCOUNT_ID = {literal(account)};")
    assert len(one.rows) == 1


def test_killed_sidecar_goes_on_where_it_was(
        deployed: Addresses, sidecar: Sidecar, sample: Callable[[int], Sample]) -> None:
    mine = sample(1500)
    growth = Growth(deployed, ("fraud_flags",))
    before = growth.look()["fraud_flags"]
    replay(mine.path, deployed)
    eventually(lambda: growth.look()["fraud_flags"] > before or None, timeout=60)
    sidecar.kill()
    growth.close()
    sidecar.start()
    books = balanced(mine, deployed)
    assert (books.missing, books.duplicated) == (0, 0)


def test_any_transaction_can_be_explained(
        deployed: Addresses, sidecar: Sidecar, sample: Callable[[int], Sample]) -> None:
    mine = sample(300)
    replay(mine.path, deployed)
    balanced(mine, deployed)
    ids = pq.read_table(mine.path / "transactions.parquet", columns=["transaction_id"])["transaction_id"].to_pylist()
    found = {explain(i, deployed, sidecar.model).outcome for i in ids[-40:] if i}
    assert found <= {"passed", "flagged", "rejected", "unknown"} and found & {"passed", "flagged"}
    last = next(e for e in (explain(i, deployed, sidecar.model) for i in reversed(ids) if i) if e.flag)
    assert last.exact and last.base is not None
    assert last.base + sum(s.contribution for s in last.shares) == pytest.approx(last.flag["log_odds"], abs=1e-9)
    assert explain("no such id", deployed, sidecar.model).outcome == "unknown"
