"""Child processes: start, wait until ready over HTTP, stop."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from fraudstream.errors import UserError

PR_SET_PDEATHSIG = 1  # linux/prctl.h


class Child:
    """A child process of this Python whose output goes to a log file."""

    def __init__(self, name: str, arguments: Sequence[str], log: Path, environment: Mapping[str, str] | None = None):
        self.name, self.log = name, log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", *arguments], stdout=out, stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL, env={**os.environ, **(environment or {})}, start_new_session=True,
                preexec_fn=_end_with_parent())

    def wait_ready(self, url: str, timeout: float = 60.0, poll: float = 0.05) -> None:
        """Return once `url` answers 200. Raises UserError with the end of the log when the child ends or time is up."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise UserError(f"{self.name} ended with exit code {self.process.returncode}: {self.tail()}")
            if _answers(url):
                return
            time.sleep(poll)
        raise UserError(f"{self.name} was not ready at {url} within {timeout:.0f} s: {self.tail()}")

    def stop(self, timeout: float = 15.0) -> int:
        """SIGTERM, then SIGKILL when it has not ended in time; the exit code."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.process.returncode

    def kill(self) -> None:
        """SIGKILL."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
            self.process.wait()

    def tail(self, characters: int = 600) -> str:
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return text[-characters:].strip() or "it wrote nothing"


def _end_with_parent() -> Callable[[], None] | None:
    """For the child, before its program starts: SIGTERM when the parent is gone, however it went. Linux only."""
    if not sys.platform.startswith("linux"):
        return None
    set_option, parent = ctypes.CDLL(None, use_errno=True).prctl, os.getpid()

    def ask() -> None:
        set_option(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)

    return ask


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def free_port() -> int:
    """A TCP port that was free on the loopback interface a moment ago."""
    import socket

    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])
