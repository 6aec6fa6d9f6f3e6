"""What a process of the stack does not load."""

from __future__ import annotations

import subprocess
import sys

LATE = ("aiokafka.client", "hypothesis.core", "kio.schema.produce.v9", "numpy", "h2.connection", "wsproto", "fastavro")


def test_a_process_loads_what_it_serves_with() -> None:
    code = f"""
import sys
from rowtime.lean import start_lean
start_lean()
import rowtime.broker, rowtime.ksql.process
print(sorted(set({LATE}) & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"
