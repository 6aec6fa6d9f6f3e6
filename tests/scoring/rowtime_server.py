"""rowtime's broker for tests, in memory."""

from __future__ import annotations

from rowtime.serve import Stack


class RowtimeServer:
    """Broker and registry in a process of their own; `bootstrap` is the broker's address."""

    session_timeout_ms = 6_000

    def __init__(self) -> None:
        self._stack = Stack(None, with_ksql=False)
        self.bootstrap = ""

    def start(self) -> None:
        self._stack.start()
        self.bootstrap = self._stack.kafka

    def stop(self) -> None:
        self._stack.stop()
