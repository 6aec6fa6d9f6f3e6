"""The command line: `fraudstream COMMAND`. Each command is a file in fraudstream/commands/.

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import signal
import sys
from importlib import metadata
from typing import Annotated, Any

import typer

from fraudstream import commands

USAGE: Any = typer.BadParameter.__mro__[2]  # ClickException: the base of everything that is wrong with an invocation
ORDER = ("demo", "up", "doctor", "deploy", "simulate", "replay", "train", "evaluate", "score", "models", "watch",
         "explain", "dead_letters", "report", "reconcile", "drift", "recalibrate", "size")


def build() -> typer.Typer:
    """The application, with one command a module of fraudstream.commands; what a command needs it imports when run."""
    app = typer.Typer(
        name="fraudstream", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
        rich_markup_mode=None, help="Fraud detection on Kafka and ksqlDB, from transactions to live flags.",
    )
    app.callback()(_options)
    found = {m.name for m in pkgutil.iter_modules(commands.__path__) if not m.name.startswith("_")}
    for name in sorted(found, key=lambda n: (ORDER.index(n) if n in ORDER else len(ORDER), n)):
        module = importlib.import_module(f"fraudstream.commands.{name}")
        module.register(app)
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"fraudstream {metadata.version('fraudstream')}")
        raise typer.Exit


def _options(version: Annotated[bool, typer.Option("--version", is_eager=True, callback=_show_version,
                                                   help="Show the version.")] = False) -> None:
    pass


def main(arguments: list[str] | None = None) -> None:
    """Run a command and exit with its code. SIGTERM ends it in order, as Ctrl-C does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: list[str]) -> int:
    """Run a command; its exit code. Errors become one line on standard error."""
    try:
        result: Any = typer.main.get_command(build()).main(arguments, prog_name="fraudstream", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except USAGE as error:
        error.show()
        return int(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:  # the last line of defence: a person gets one line, a developer the traceback
        return _explain(error)


def _explain(error: Exception) -> int:
    if os.environ.get("FRAUDSTREAM_DEBUG"):
        raise error
    text = " ".join(str(error).split()) or type(error).__name__
    known = isinstance(error, (OSError, ValueError)) or type(error).__module__.split(".")[0] in (
        "fraudstream", "scoring", "rowtime")
    prefix = "error" if known else f"error ({type(error).__name__}; FRAUDSTREAM_DEBUG=1 shows where)"
    print(f"{prefix}: {text}", file=sys.stderr)
    return 1
