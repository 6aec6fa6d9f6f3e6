"""A child process ends when its parent does: the parent holds the other end of the child's standard input."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading


def watch(stop: asyncio.Event) -> None:
    """Set `stop` on SIGTERM, on Ctrl-C, and when standard input ends. To be called in the running loop."""
    loop = asyncio.get_running_loop()

    def parent_gone() -> None:
        while os.read(0, 1024):
            pass
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(stop.set)

    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    threading.Thread(target=parent_gone, name="lifeline", daemon=True).start()
