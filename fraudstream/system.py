"""The whole system on one machine: embedded stack, schemas and SQL deployed, sidecar running."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from fraudstream.addresses import Addresses
from fraudstream.assets import asset
from fraudstream.deploy import deploy
from fraudstream.errors import UserError
from fraudstream.processes import Child, free_port
from scoring.security import variables

Say = Callable[[str], None]


class System:
    """rowtime, the deployment and one sidecar. `addresses` are known after start(); stop() ends all of it in order.

    data_dir holds the stack's data (kept) and logs/. `ports`: HOST:PORT of Kafka, registry and ksqlDB (port 0: free).
    """

    def __init__(self, data_dir: Path, *, ports: Sequence[str] = ("127.0.0.1:0",) * 3, partitions: int | None = None,
                 model: Path | None = None, say: Say = lambda text: None):
        self.data_dir, self.ports, self.partitions = data_dir, ports, partitions
        self.model, self.say = model or asset("config/model.json"), say
        self.logs = data_dir / "logs"
        self.addresses = Addresses()
        self.sidecar: Child | None = None
        self.sidecar_http = ""

    def start(self) -> System:
        try:
            self._start_stack()
            self._deploy()
            self.start_sidecar()
        except BaseException:
            self.stop()
            raise
        return self

    def _start_stack(self) -> None:
        from rowtime.addresses import Address
        from rowtime.serve import Ports, Stack

        self.logs.mkdir(parents=True, exist_ok=True)
        for name in variables():  # the embedded stack asks for no credentials
            os.environ.pop(name, None)
        with (self.logs / "rowtime.log").open("ab") as errors:
            self.stack = Stack(self.data_dir / "rowtime", Ports(*map(Address.parse, self.ports)), errors=errors)
            self.stack.start()
        self.addresses = Addresses(self.stack.kafka, self.stack.registry, self.stack.ksql)
        self.say(f"stack      kafka {self.stack.kafka}   registry {self.stack.registry}   ksqldb {self.stack.ksql}")

    def _deploy(self) -> None:
        report = deploy(self.addresses, partitions=self.partitions)
        if not report.ok:
            bad = next(action for action in report.actions if not action.ok)
            raise UserError(f"deployment failed at {bad.kind} {bad.name}: {bad.detail}")
        new = sum(action.outcome == "created" for action in report.actions)
        self.say(f"deployed   topics, schemas and SQL: {new} created, {len(report.actions) - new} there already")

    def start_sidecar(self, instance: str = "0") -> None:
        """Start the sidecar and wait until it is in its group and ready."""
        self.sidecar_http = f"127.0.0.1:{free_port()}"
        arguments = ["fraudstream", "score", "--model", str(self.model), "--http", self.sidecar_http,
                     "--instance", instance, "--model-topic", "fraud_models"]
        self.sidecar = Child("sidecar", arguments, self.logs / "sidecar.log", self.addresses.environment())
        self.sidecar.wait_ready(f"http://{self.sidecar_http}/readyz")
        self.say(f"sidecar    http://{self.sidecar_http}/metrics")

    def failure(self) -> str | None:
        """What has ended by itself, if anything has."""
        if self.sidecar and self.sidecar.process.poll() is not None:
            return f"the sidecar ended with exit code {self.sidecar.process.returncode}: {self.sidecar.tail()}"
        stack = getattr(self, "stack", None)
        return stack.failure() if stack else None

    def stop(self) -> None:
        if self.sidecar:
            self.sidecar.stop()
        if getattr(self, "stack", None):
            self.stack.stop()

    def __enter__(self) -> System:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None,
                 traceback: TracebackType | None) -> None:
        self.stop()
