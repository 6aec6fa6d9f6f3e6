"""Waiting for something that another process does, with a limit."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def eventually(look: Callable[[], T | None], timeout: float, otherwise: Callable[[], Any] = lambda: "") -> T:
    """The first value of `look` that is not None; AssertionError with `otherwise()` when there is none in time."""
    end, pause = time.monotonic() + timeout, threading.Event()
    while (found := look()) is None:
        assert time.monotonic() < end, f"not within {timeout:g} s: {otherwise()}"
        pause.wait(0.25)
    return found
