"""Running one contender for a while: records whose offsets were committed, seconds, and its own processor time."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import Consumer, KafkaException, TopicPartition

from benchmarks.processor_time import cpu_seconds
from benchmarks.sidecar.broker import PARTITIONS, Bench, Topics
from benchmarks.sidecar.stream import ROOT

START_SECONDS = 90.0
SAMPLE_SECONDS = 0.1
ATTEMPTS = 100

Command = Callable[[Bench, Topics], list[str]]
"""What starts a program for these topics."""


class Silent(Exception):
    """A contender that commits nothing."""


@dataclass(frozen=True)
class Rates:
    """Records a second of wall clock, and of the process's processor time (all its threads)."""

    wall: float
    core: float


class Progress:
    """How many records a group has committed."""

    def __init__(self, bootstrap: str, topics: Topics) -> None:
        self._client = Consumer({"bootstrap.servers": bootstrap, "group.id": topics.group, "log_level": 0})
        self._asked = [TopicPartition(topics.input, number) for number in range(PARTITIONS)]

    def committed(self) -> int:
        """Asked again where the group's coordinator is not there yet."""
        for _ in range(ATTEMPTS):
            with contextlib.suppress(KafkaException):
                return sum(max(found.offset, 0) for found in self._client.committed(self._asked, timeout=30))
            time.sleep(SAMPLE_SECONDS)
        raise Silent("Kafka does not tell the committed offsets")

    def close(self) -> None:
        self._client.close()


def sidecar_command(bench: Bench, topics: Topics, **settings: object) -> list[str]:
    values = {"bootstrap_servers": bench.bootstrap, "schema_registry_url": bench.registry.url, "model": bench.model,
              "input_topic": topics.input, "flag_topic": topics.flags, "dead_letter_topic": topics.dead,
              "group_id": topics.group, **settings}
    return [sys.executable, "-m", "scoring", *(part for k, v in values.items() for part in ("--set", f"{k}={v}"))]


def measure(bench: Bench, topics: Topics, command: Sequence[str], warm: float, seconds: float) -> Rates:
    """Start the program, let it run warm, then count for so many seconds, and kill it."""
    progress = Progress(bench.bootstrap, topics)
    log = open(bench.folder / f"{topics.group}.log", "wb")  # noqa: SIM115
    process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
    try:
        _wait_until(lambda: progress.committed() > 0, process)
        time.sleep(warm)
        begin = _sample(progress, process.pid)
        time.sleep(seconds)
        end = _sample(progress, process.pid)
    except Silent as error:
        raise SystemExit(f"{error}: {Path(log.name).read_text()[-2000:]}") from error
    finally:
        process.kill()
        process.wait()
        log.close()
        progress.close()
    records = end[0] - begin[0]
    return Rates(records / (end[1] - begin[1]), records / (end[2] - begin[2]))


def _sample(progress: Progress, pid: int) -> tuple[int, float, float]:
    """(records, clock, processor seconds) just after a commit: programs that commit seldom are counted fairly."""
    known = committed = progress.committed()
    deadline = time.monotonic() + START_SECONDS
    while committed == known:
        committed = progress.committed()
        if time.monotonic() > deadline:
            raise Silent(f"nothing was committed within {START_SECONDS:.0f} s")
    return committed, time.monotonic(), cpu_seconds(pid)


def _wait_until(done: object, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not done():  # type: ignore[operator]
        if process.poll() is not None or time.monotonic() > deadline:
            raise Silent(f"{process.args!r} did not begin to commit")
        time.sleep(SAMPLE_SECONDS)
