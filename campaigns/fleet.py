"""The sidecars under test, each with a name of its own, started again when they end: as Kubernetes would."""

from __future__ import annotations

import threading
from typing import Any

from campaigns.arena import Arena
from campaigns.harness.cluster import Cluster, SidecarProcess

WATCH_SECONDS = 0.1
SETTINGS = {"batch_size": 50, "transaction_timeout_ms": 6_000, "reload_seconds": 1}


class Fleet:
    """`count` instances of one group. restarts: how often one ended by itself and was started again.

    program: arguments of Python that make it a sidecar.
    """

    def __init__(self, arena: Arena, cluster: Cluster, count: int, program: tuple[str, ...], **settings: Any) -> None:
        self._arena, self._cluster, self._program = arena, cluster, program
        self._settings = {**SETTINGS, **settings}
        self.count, self.restarts = count, 0
        self.ended: list[str] = []
        self._lock = threading.Lock()
        self._running: dict[int, SidecarProcess] = {}
        self._extra: list[SidecarProcess] = []
        self._down: set[int] = set(range(count))
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._supervise, daemon=True)
        self._thread.start()

    def up(self, *numbers: int) -> None:
        """Start these (all where none are named), and keep them running."""
        with self._lock:
            for number in numbers or range(self.count):
                self._down.discard(number)
                process = self._running.get(number)
                if process is None or process.process.poll() is not None:
                    self._running[number] = self._start(number)

    def kill(self, *numbers: int) -> None:
        """kill -9, all at once; they stay down until `up`."""
        with self._lock:
            self._down.update(numbers)
            chosen = [self._running[number] for number in numbers]
        for process in chosen:
            process.process.kill()
        for process in chosen:
            process.process.wait(30)

    def stop(self, *numbers: int) -> list[int]:
        """SIGTERM to these (all where none are named); they stay down; the exit codes."""
        with self._lock:
            chosen = [self._running[number] for number in numbers or range(self.count)]
            self._down.update(numbers or range(self.count))
        for process in chosen:
            process.process.terminate()
        return [process.wait(60) for process in chosen]

    def pause(self, number: int) -> None:
        self._running[number].pause()

    def resume(self, number: int) -> None:
        self._running[number].resume()

    def twin(self, number: int) -> SidecarProcess:
        """A second instance of the same name, not started again when it ends."""
        twin = self._start(number)
        self._extra.append(twin)
        return twin

    def transactional_id(self, number: int) -> str:
        return f"{self._cluster.group}-{number}"

    def last_words(self, lines: int = 4) -> list[str]:
        """The last log lines of each instance, for people."""
        return [f"instance {number} (exit code {process.process.poll()}): {list(line.values())}"
                for number, process in sorted(self._running.items()) for line in process.lines[-lines:]]

    def close(self) -> None:
        self._stop.set()
        self._thread.join(10)
        for process in (*self._running.values(), *self._extra):
            process.end()

    def _start(self, number: int) -> SidecarProcess:
        return SidecarProcess(self._cluster, self._arena.registry.url, self._arena.models, self._program,
                              instance_id=number, **self._settings)

    def _supervise(self) -> None:
        while not self._stop.wait(WATCH_SECONDS):
            with self._lock:
                for number, process in list(self._running.items()):
                    if number not in self._down and process.process.poll() is not None:
                        self._note(number, process)
                        self._running[number] = self._start(number)

    def _note(self, number: int, process: SidecarProcess) -> None:
        self.restarts += 1
        last = [line.get("error") or line.get("text") for line in process.lines[-3:]]
        self.ended.append(f"instance {number} ended by itself with {process.process.returncode}: {last}")
