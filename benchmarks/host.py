"""What the host gives: how long a counting loop takes alone, and when as many run at once as there are cores."""

from __future__ import annotations

import os
import subprocess
import sys
from statistics import median

LOOP = "import time; t = time.perf_counter()\nfor _ in range(5_000_000): pass\nprint(time.perf_counter() - t)"
TIMES = 5


def host() -> dict[str, float]:
    """alone_s: seconds of the loop alone, median. together: how many times as long it takes in every one of as many
    processes as there are cores; 1 where they are whole cores, 2 where two of them share one."""
    alone, together = (median(s for _ in range(TIMES) for s in _run(n)) for n in (1, os.cpu_count() or 1))
    return {"alone_s": round(alone, 3), "together": round(together / alone, 2)}


def _run(processes: int) -> list[float]:
    started = [subprocess.Popen([sys.executable, "-c", LOOP], stdout=subprocess.PIPE) for _ in range(processes)]
    return [float(process.communicate()[0]) for process in started]


def sentence(found: dict[str, float], cores: int | None) -> str:
    """For a report."""
    return (f"Before the run a counting loop took {found['alone_s']} s alone and {found['together']} times as long in "
            f"each of {cores} processes at once.")
