"""What the processes do not load when they start: parts of packages that they use late or never; and when they look for
garbage.

Only a process's `__main__` calls `start_lean`, before it imports anything else: in a program that imports rowtime,
these packages stay as they are.
"""

from __future__ import annotations

import gc
import importlib
import sys
from importlib.util import find_spec
from types import ModuleType
from typing import Any


def start_lean() -> None:
    """Less than half the time to start: no Kafka client, HTTP/2 and WebSocket with the first such connection."""
    absent: Any = None
    sys.modules["hypothesis"] = absent  # kio's types are also strategies where it is installed
    _without_init("aiokafka")  # its records are used, its __init__ is the client
    _without_init("aiokafka.record")
    _when_called("hypercorn.protocol.h2", "H2Protocol")
    _when_called("hypercorn.protocol.ws_stream", "WSStream")


def _without_init(name: str) -> None:
    """The package's modules can be imported; the package itself is empty."""
    spec = find_spec(name)
    if spec is not None and spec.submodule_search_locations is not None:
        package = ModuleType(name)
        package.__path__ = spec.submodule_search_locations
        sys.modules[name] = package


def _when_called(name: str, class_name: str) -> None:
    """The module is imported when its class is called for the first time."""
    stand_in = ModuleType(name)

    def make(*arguments: Any) -> Any:
        if sys.modules[name] is stand_in:
            del sys.modules[name]
        return getattr(importlib.import_module(name), class_name)(*arguments)

    setattr(stand_in, class_name, make)
    sys.modules[name] = stand_in


def quiet_gc() -> None:
    """The code and plans made so far are not looked at again; what comes is collected rarely."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 1000, 10)
