"""rowtime check: verify a data directory, changing nothing."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

NAME = "check"
ABOUT = "Verify every frame, batch and offset of a data directory that no server has open; changes nothing."
EXAMPLE = "rowtime check ./data"


def add_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("directory", type=Path, metavar="DIR", help="What `rowtime serve` has as --data-dir.")
    command.add_argument("--json", action="store_true", help="Print what was found as JSON.")


def run(given: argparse.Namespace) -> int:
    """Exit code: 0 when everything is good, 1 for damage, 2 when it cannot be looked at."""
    from rowtime.log.check import Report, check
    from rowtime.log.errors import CorruptLog, LogError

    try:
        report: Report = check(given.directory)
    except CorruptLog as error:
        return _failed(given.json, str(error), 1)
    except (LogError, OSError) as error:
        return _failed(given.json, str(error), 2)
    counts = {name: getattr(report, name) for name in ("segments", "frames", "batches", "records", "tail")}
    if given.json:
        print(json.dumps({"good": True, **counts}))
        return 0
    print(f"good: {report.records} records in {report.batches} batches, {report.frames} frames, "
          f"{report.segments} segments")
    if report.tail:
        print(f"{report.tail} bytes of an unfinished write at the end: the next start cuts them")
    return 0


def _failed(as_json: bool, message: str, code: int) -> int:
    if as_json:
        print(json.dumps({"good": False, "error": message}))
    print(f"rowtime: {message}", file=sys.stderr)
    return code
