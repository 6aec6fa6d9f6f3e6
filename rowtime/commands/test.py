"""rowtime test: test SQL in memory, without a server."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

NAME = "test"
ABOUT = (
    "Test SQL in memory. Either scripts: --@test: NAME, statements, ASSERT VALUES | NULL VALUES | STREAM | TABLE; "
    "or ksql-test-runner's three files. Exit code 0: all passed, 1: a test failed, 2: it could not be run."
)
EXAMPLE = "rowtime test tests/sql  |  rowtime test -s statements.sql -i input.json -o output.json"


def add_options(command: argparse.ArgumentParser) -> None:
    option = command.add_argument
    option("path", type=Path, nargs="*", metavar="DIR|FILE", help="Scripts, or directories of scripts (*.sql).")
    option("-s", "--sql-file", type=Path, metavar="FILE", help="Statements.")
    option("-i", "--input-file", type=Path, metavar="FILE", help='Input records: {"inputs": [{"topic": …}]}.')
    option("-o", "--output-file", type=Path, metavar="FILE", help='Expected records: {"outputs": [{"topic": …}]}.')
    option("--json", action="store_true", help="Print a JSON object for each test.")


def run(given: argparse.Namespace) -> int:
    """Exit code: 0 when all passed, 1 when a test failed, 2 when something could not be read."""
    from rowtime.errors import RowtimeError

    if bool(given.path) == bool(given.sql_file) or given.sql_file and not given.output_file:
        print("rowtime: give scripts, or -s FILE with -o FILE (and -i FILE); see rowtime test --help", file=sys.stderr)
        return 2
    try:
        return _files(given) if given.sql_file else _scripts(given)
    except (RowtimeError, OSError, UnicodeDecodeError) as error:
        print(f"rowtime: {error}", file=sys.stderr)
        return 2


def _files(given: argparse.Namespace) -> int:
    from rowtime.errors import KsqlError
    from rowtime.testing.files import run_files

    try:
        wrong = run_files(given.sql_file, given.input_file, given.output_file)
    except KsqlError as error:
        wrong = [f"{given.sql_file}: {error}"]
    if given.json:
        print(json.dumps({"file": str(given.sql_file), "passed": not wrong, "failure": "\n".join(wrong)}))
    elif not wrong:
        print("\t >>> Test passed!")
    else:
        print("\t>>>>> Test failed: " + "\n\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


def _scripts(given: argparse.Namespace) -> int:
    from rowtime.testing import scripts

    tests = [test for path in given.path for test in scripts.load(path)]
    failed = 0
    for test in tests:
        outcome = scripts.run(test)
        failed += bool(outcome.failure)
        _tell(outcome, given.json)
    if not given.json:
        print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0


def _tell(outcome: Any, as_json: bool) -> None:
    test = outcome.test
    if as_json:
        found = {"file": str(test.path), "test": test.name, "passed": not outcome.failure, "failure": outcome.failure}
        print(json.dumps(found), flush=True)
    elif not outcome.failure:
        print(f"passed  {test.path}: {test.name}", flush=True)
    else:
        print(f"FAILED  {test.path}: {test.name}\n{outcome.failure}\n", flush=True)
