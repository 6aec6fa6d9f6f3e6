"""A process of the stack: started with a pipe it must not outlive, ready when it says so, stopped or killed."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import IO

from rowtime.errors import RowtimeError


class ChildError(RowtimeError):
    """A process of the stack did not start or ended by itself."""


class Child:
    """`python -m MODULE …`. Its standard output is read line by line; standard error goes to `errors` (None: ours).

    last_line   of its standard output so far
    on_end   called in another thread, with the child, when the process has ended
    """

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        on_end: Callable[[Child], None],
        errors: IO[bytes] | None = None,
    ):
        self.name = name
        self.last_line = ""
        self._lines: queue.Queue[str | None] = queue.Queue()
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, env={**os.environ, **environment},
            start_new_session=True, text=True, encoding="utf-8",
        )  # fmt: skip
        threading.Thread(target=self._read, args=(on_end,), name=f"{name} output", daemon=True).start()

    def _read(self, on_end: Callable[[Child], None]) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.last_line = line.rstrip("\n")
            self._lines.put(self.last_line)
        self.process.wait()
        self._lines.put(None)
        on_end(self)

    def tell(self, line: str) -> None:
        """A line to its standard input; one that has ended by itself is told nothing."""
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(f"{line}\n")
            self.process.stdin.flush()

    def first_line(self, timeout: float) -> str:
        """What it prints when ready; ChildError when it ends or says nothing for so many seconds."""
        try:
            line = self._lines.get(timeout=timeout)
        except queue.Empty:
            raise ChildError(f"the {self.name} process was not ready within {timeout:.0f} s") from None
        if line is None:
            raise ChildError(f"the {self.name} process ended with exit code {self.process.returncode}")
        return line

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def stop(self, timeout: float = 15.0) -> None:
        """Ask it to end (its standard input closes, SIGTERM where there is one); kill it after so many seconds."""
        self._close()
        if self.alive and os.name != "nt":
            self.process.terminate()
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """SIGKILL: no chance to write anything."""
        if self.alive:
            self.process.kill()
        self.process.wait()
        self._close()

    def _close(self) -> None:
        if self.process.stdin is not None and not self.process.stdin.closed:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.close()
