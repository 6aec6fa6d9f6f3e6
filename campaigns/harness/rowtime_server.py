"""rowtime's broker for tests."""

from __future__ import annotations

from pathlib import Path

from rowtime.addresses import Address
from rowtime.serve import Ports, Stack


class RowtimeServer:
    """Broker and registry in a process of their own; `bootstrap` is the broker's address.

    Without a directory everything is in memory; with one, `kill` and `start` carry on at the same address.
    """

    session_timeout_ms = 6_000

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory
        self._address = Address("127.0.0.1", 0)
        self.bootstrap = ""

    def start(self) -> None:
        self._stack = Stack(self._directory, Ports(kafka=self._address), with_ksql=False)
        self._stack.start()
        self.bootstrap = self._stack.kafka
        self._address = Address("127.0.0.1", int(self.bootstrap.rpartition(":")[2]))

    def stop(self) -> None:
        self._stack.stop()

    def kill(self) -> None:
        self._stack.kill()
