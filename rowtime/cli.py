"""The command `rowtime`. argparse reads its arguments: typer alone takes as long to load as the broker."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from rowtime.commands import check, serve, test

ABOUT = "Kafka, Schema Registry and ksqlDB protocols from one pip-installable program."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rowtime", description=ABOUT, allow_abbrev=False)
    commands = parser.add_subparsers(metavar="COMMAND")
    for module in (serve, test, check):
        first = module.ABOUT.partition(". ")[0].rstrip(".") + "."
        example = f"Example: {module.EXAMPLE}"
        command = commands.add_parser(
            module.NAME, help=first, description=module.ABOUT, epilog=example, allow_abbrev=False
        )
        module.add_options(command)
        command.set_defaults(run=module.run)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point; the exit code."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if "run" not in given:
        parser.print_help()
        return 2
    code: int = given.run(given)
    return code


if __name__ == "__main__":
    sys.exit(main())
