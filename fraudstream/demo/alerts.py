"""Alerts as they are raised, read in a thread of its own by a push query."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from fraudstream.addresses import Addresses
from fraudstream.ksqldb import Client, KsqlDbError
from fraudstream.watch import Flag, flags


class Alerts:
    """Counts alerts and hands each to `show`; first_at is when the first came (monotonic seconds)."""

    def __init__(self, addresses: Addresses, show: Callable[[Flag], object]):
        self.count, self.first_at = 0, 0.0
        self._show, self._client = show, Client(addresses.ksqldb)
        self._flags = flags(self._client, from_start=True)
        self._thread = threading.Thread(target=self._read, name="alerts", daemon=True)

    def start(self) -> Alerts:
        self._thread.start()
        return self

    def _read(self) -> None:
        try:
            for flag in self._flags:
                self.first_at = self.first_at or time.monotonic()
                self.count += 1
                self._show(flag)
        except KsqlDbError:
            return

    def stop(self) -> None:
        self._flags.close()
        self._thread.join(5)
        self._client.close()
