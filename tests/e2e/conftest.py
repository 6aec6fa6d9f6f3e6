"""One stack, deployed to, with one sidecar, for all end-to-end tests; each test brings transactions of its own."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from fraudstream.addresses import Addresses
from fraudstream.deploy import deploy
from fraudstream.processes import Child, free_port
from fraudstream.reconcile import Books, reconcile
from tests.e2e import stacks


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    kind = request.config.getoption("--stack")
    chosen = {"embedded": lambda: stacks.embedded(tmp_path_factory.mktemp("rowtime")), "docker": stacks.docker,
              "external": stacks.external}[kind]
    with chosen() as addresses:
        yield addresses


@pytest.fixture(scope="session")
def deployed(stack: Addresses) -> Addresses:
    report = deploy(stack)
    assert report.ok, [str(action) for action in report.actions if not action.ok]
    return stack


class Sidecar:
    """The sidecar of the instance name e2e; it can be killed and started again."""

    def __init__(self, addresses: Addresses, log: Path, model: Path):
        self.addresses, self.log, self.model = addresses, log, model
        self.child = self.start()

    def start(self) -> Child:
        http = f"127.0.0.1:{free_port()}"
        arguments = ["fraudstream", "score", "--model", str(self.model), "--instance", "e2e", "--http", http,
                     "--model-topic", "fraud_models"]
        environment = {**self.addresses.environment(), "FRAUDSTREAM_RELOAD_SECONDS": "1"}
        self.child = Child("sidecar", arguments, self.log, environment)
        self.child.wait_ready(f"http://{http}/readyz", timeout=120)
        return self.child

    def kill(self) -> None:
        self.child.kill()


@pytest.fixture(scope="session")
def sidecar(deployed: Addresses, tmp_path_factory: pytest.TempPathFactory, root: Path) -> Iterator[Sidecar]:
    running = Sidecar(deployed, tmp_path_factory.mktemp("sidecar") / "sidecar.log", root / "config" / "model.json")
    yield running
    assert running.child.stop() == 0, running.child.tail()


@dataclass(frozen=True)
class Sample:
    """A file to replay whose ids all begin with `prefix`."""

    path: Path
    prefix: str
    rows: int

    def mine(self, transaction_id: bytes | None) -> bool:
        return bool(transaction_id and transaction_id.startswith(self.prefix.encode()))

    def books(self, addresses: Addresses) -> Books:
        return reconcile(addresses, only=self.mine)


@pytest.fixture
def sample(root: Path, tmp_path: Path) -> Callable[[int], Sample]:
    """Makes a sample of the demo's first rows under ids and accounts of its own, so that runs do not meet."""

    def make(rows: int) -> Sample:
        prefix = f"e2e{uuid.uuid4().hex[:10]}-"
        table = pq.read_table(root / "data" / "demo" / "transactions.parquet").slice(0, rows)
        table = table.filter(pc.not_equal(pc.fill_null(table["fault"], ""), "undecodable"))
        labels = pq.read_table(root / "data" / "demo" / "labels.parquet")
        labels = labels.filter(pc.is_in(labels["transaction_id"], table["transaction_id"].combine_chunks()))
        pq.write_table(_renamed(table, prefix), tmp_path / "transactions.parquet")
        pq.write_table(_renamed(labels, prefix), tmp_path / "labels.parquet")
        return Sample(tmp_path, prefix, table.num_rows)

    return make


def _renamed(table: pa.Table, prefix: str) -> pa.Table:
    for name in ("transaction_id", "account_id", "counterparty_id"):
        values = pc.binary_join_element_wise(pa.scalar(prefix), table[name], "")
        table = table.set_column(table.schema.get_field_index(name), name, values)
    return table
