"""The embedded stack: a broker process and an engine process, started, watched and stopped together.

Both start at the same time; the engine is told the broker's addresses when there are some.

    with Stack(Path("data")) as stack:      # or Stack(None): in memory
        print(stack.kafka, stack.registry, stack.ksql)
"""

from __future__ import annotations

import json
import secrets
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from rowtime.addresses import Address, AddressError, is_loopback
from rowtime.child import Child, ChildError

FREE = Address("127.0.0.1", 0)


@dataclass(frozen=True, slots=True)
class Ports:
    """Where to listen; port 0 picks a free one."""

    kafka: Address = FREE
    registry: Address = FREE
    ksql: Address = FREE
    advertised: Address | None = None

    def check_loopback(self) -> None:
        """AddressError for an address that other machines can reach: there is no authentication."""
        for address in (self.kafka, self.registry, self.ksql):
            if not is_loopback(address.host):
                raise AddressError(f"{address} can be reached from the network and there is no authentication; "
                                   "use a loopback address, or --allow-remote if that is what you want")


class Stack:
    """The two processes. After `start`: `kafka` is HOST:PORT, `registry` and `ksql` are URLs ("" without ksqlDB).

    data_dir      directory of everything stored; None: in memory, gone at the end
    with_ksql     False: broker and Schema Registry only
    allow_remote  listen also where other machines can connect
    errors        where the processes' standard error goes; None: ours
    workers       how many processes share the partitions of ksqlDB's queries; fixed by a data directory's first start
    """

    def __init__(
        self,
        data_dir: Path | str | None,
        ports: Ports | None = None,
        *,
        with_ksql: bool = True,
        allow_remote: bool = False,
        errors: IO[bytes] | None = None,
        timeout: float = 60.0,
        workers: int = 1,
    ):
        self.data_dir = None if data_dir is None else Path(data_dir)
        self.ports, self.with_ksql, self.allow_remote = ports or Ports(), with_ksql, allow_remote
        self.kafka = self.registry = self.ksql = ""
        self.broker: Child | None = None
        self.engine: Child | None = None
        self.ended = threading.Event()
        self.workers = workers
        self._errors, self._timeout = errors, timeout
        self._first_ended: Child | None = None

    def start(self) -> Stack:
        """Start both; returns when all addresses answer. RowtimeError, with nothing left running, if they do not."""
        if not self.allow_remote:
            self.ports.check_loopback()
        self.ended.clear()
        self._first_ended = None
        try:
            self._start()
        except BaseException:
            self.kill()
            raise
        return self

    def _start(self) -> None:
        token = secrets.token_hex(16)
        self.broker = self._child("broker", self._broker_arguments(), {"ROWTIME_LINK_TOKEN": token})
        if self.with_ksql:
            self.engine = self._child("engine", ["rowtime.ksql.process", "-"], self._engine_environment(token))
        ready = _answer(self.broker, self._timeout)
        self.kafka, self.registry = ready["kafka"], f"http://{ready['registry']}"
        if self.engine is not None:
            self.engine.tell(json.dumps(ready))
            self.ksql = f"http://{_ready_address(self.engine, self._timeout)}"

    def _engine_environment(self, token: str) -> dict[str, str]:
        return {
            "ROWTIME_LINK_TOKEN": token, "ROWTIME_KSQL_LISTEN": str(self.ports.ksql),
            "ROWTIME_DATA_DIR": "" if self.data_dir is None else str(self.data_dir),
            "ROWTIME_ANY_HOST": "1" if self.allow_remote else "", "ROWTIME_WORKERS": str(self.workers),
        }  # fmt: skip

    def _broker_arguments(self) -> list[str]:
        ports = self.ports
        arguments = ["rowtime.broker", "--kafka", str(ports.kafka), "--registry", str(ports.registry)]
        if self.data_dir is not None:
            arguments += ["--data-dir", str(self.data_dir)]
        if ports.advertised is not None:
            arguments += ["--advertise", str(ports.advertised)]
        return [*arguments, "--any-host"] if self.allow_remote else arguments

    def _child(self, name: str, arguments: list[str], environment: dict[str, str]) -> Child:
        return Child(name, arguments, environment, self._on_end, self._errors)

    def _on_end(self, child: Child) -> None:
        if self._first_ended is None:
            self._first_ended = child
        self.ended.set()

    def failure(self) -> str | None:
        """What went wrong, when a process has ended by itself."""
        child = self._first_ended
        if child is None:
            return None
        word, _, reason = child.last_line.partition(" ")
        ended = f"the {child.name} process ended with exit code {child.process.returncode}"
        return f"{ended}: {reason}" if word == "error" else ended

    def stop(self) -> None:
        """Orderly: the engine first, then the broker writes what is left."""
        for child in (self.engine, self.broker):
            if child is not None:
                child.stop()
        self.engine = self.broker = None

    def kill(self) -> None:
        """As a crash would: SIGKILL to both."""
        for child in (self.engine, self.broker):
            if child is not None:
                child.kill()
        self.engine = self.broker = None

    def __enter__(self) -> Stack:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()


def _answer(child: Child, timeout: float) -> dict[str, Any]:
    line = child.first_line(timeout)
    try:
        answer = json.loads(line)
    except json.JSONDecodeError:
        raise ChildError(f"the {child.name} process said {line!r}") from None
    if "error" in answer:
        raise ChildError(answer["error"])
    return dict(answer)


def _ready_address(child: Child, timeout: float) -> str:
    line = child.first_line(timeout)
    word, _, address = line.partition(" ")
    if word == "ready":
        return address
    raise ChildError(line.removeprefix("error ") if word == "error" else f"the {child.name} process said {line!r}")
