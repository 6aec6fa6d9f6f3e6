"""Processor time of a process (Linux)."""

from __future__ import annotations

import os


def cpu_seconds(pid: int) -> float:
    """User and system time of all threads of a process so far."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
