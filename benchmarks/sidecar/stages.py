"""Where a record's time goes at full speed: the sidecar's own stage timers, read from /metrics."""

from __future__ import annotations

import re
import subprocess
import time

import requests

from benchmarks.sidecar.broker import Bench
from benchmarks.sidecar.contender import Progress, sidecar_command
from benchmarks.sidecar.stream import ROOT
from fraudstream.processes import free_port

STAGES = ("consume", "decode", "screen", "score", "encode", "produce", "commit")
_SAMPLE = re.compile(r'fraudstream_sidecar_(records_total|stage_seconds_sum)(?:\{stage="(\w+)"\})? ([\d.e+-]+)')


def stages(bench: Bench, warm: float, seconds: float) -> dict[str, float]:
    """Microseconds a record by stage; commit runs beside the others, in a thread of its own."""
    topics, port = bench.topics(), free_port()
    command = sidecar_command(bench, topics, http=f"127.0.0.1:{port}")
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    progress = Progress(bench.bootstrap, topics)
    try:
        while not progress.committed():
            time.sleep(0.2)
        time.sleep(warm)
        before = _read(port)
        time.sleep(seconds)
        after = _read(port)
    finally:
        process.kill()
        process.wait()
        progress.close()
        bench.delete(topics)
    records = after["records_total"] - before["records_total"]
    return {name: round((after.get(name, 0.0) - before.get(name, 0.0)) / records * 1e6, 2) for name in STAGES}


def _read(port: int) -> dict[str, float]:
    text = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text
    return {stage or name: float(value) for name, stage, value in _SAMPLE.findall(text)}
