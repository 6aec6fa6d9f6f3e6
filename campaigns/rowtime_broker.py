"""rowtime's broker with a short least session time-out, so that rounds are fast. As a module: the broker process."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import rowtime.broker
from rowtime.addresses import Address
from rowtime.child import Child
from rowtime.kafka.settings import Settings

LEAST_SESSION_MS = 1_000
READY_SECONDS = 60.0


class RowtimeBroker:
    """A broker process that keeps its data; `kill` and `start` carry on at the same address.

    advertised: port that clients are told, 0 for the broker's own.
    """

    def __init__(self, directory: Path, advertised: int = 0) -> None:
        self._directory, self._advertised = directory, advertised
        self._address = Address("127.0.0.1", 0)

    @property
    def port(self) -> int:
        return self._address.port

    def start(self) -> None:
        """Start and wait until it answers."""
        arguments = ["campaigns.rowtime_broker", "--kafka", str(self._address), "--registry", "127.0.0.1:0",
                     "--data-dir", str(self._directory)]
        if self._advertised:
            arguments += ["--advertise", f"127.0.0.1:{self._advertised}"]
        self._child = Child("broker", arguments, {}, lambda child: None)
        self._address = Address.parse(json.loads(self._child.first_line(READY_SECONDS))["kafka"])

    def kill(self) -> None:
        self._child.kill()

    def stop(self) -> None:
        self._child.stop()


def main() -> int:
    """The broker's own command line, with one setting changed."""
    rowtime.broker.Settings = lambda: replace(Settings(), group_min_session_timeout_ms=LEAST_SESSION_MS)  # type: ignore
    return rowtime.broker.main()


if __name__ == "__main__":
    sys.exit(main())
