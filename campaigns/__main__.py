"""Kills, pauses, take-overs, aborts and lost answers against the sidecar; then the books are checked.

    python -m campaigns --rounds 20                      a short one on rowtime
    python -m campaigns --broker kafka --full --json     all that is asked for, on Apache Kafka
    python -m campaigns --planted                        does the checker find planted bugs?
    python -m campaigns --gaps 100                       seconds without flags after a kill -9 and after a clean stop

Exit codes: 0 all is well, 1 something is wrong, 2 wrong arguments or no Kafka here.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace

from campaigns.gaps import measure
from campaigns.harness.kafka_server import Unavailable
from campaigns.names import BROKERS
from campaigns.planted import find_all
from campaigns.plants import PLANTS
from campaigns.run import WEIGHTS, Options, run

ROUNDS = 20


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    say = _say(time.monotonic())
    try:
        summary = _campaign(options, say)
    except Unavailable as reason:
        print(reason, file=sys.stderr)
        return 2
    print(json.dumps(summary) if options.json else json.dumps(summary, indent=2))
    return 1 if summary["violations"] else 0


def _campaign(options: argparse.Namespace, say: Callable[[str], None]) -> dict[str, object]:
    common = Options(options.broker, options.seed, rate=options.rate, fail_every=options.fail_every,
                     only=tuple(options.only or WEIGHTS))
    if options.gaps:
        return measure(options.broker, options.gaps, options.seed, say)
    if options.planted is not None:
        return find_all(options.planted or list(PLANTS), common, options.rounds or ROUNDS, say)
    rounds = None if options.full else options.rounds or ROUNDS
    return run(replace(common, rounds=rounds, plant=options.plant), say).summary()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m campaigns", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--broker", choices=BROKERS, default=BROKERS[0], help="[%(default)s]")
    parser.add_argument("--rounds", type=int, help=f"so many rounds [{ROUNDS}]")
    parser.add_argument("--full", action="store_true", help="until every nemesis has struck as often as is asked for")
    parser.add_argument("--only", action="append", choices=list(WEIGHTS), help="this nemesis; may be repeated")
    parser.add_argument("--seed", type=int, default=1, help="of all choices [%(default)s]")
    parser.add_argument("--rate", type=int, default=100, help="inputs a second [%(default)s]")
    parser.add_argument("--fail-every", type=int, default=3, metavar="N",
                        help="every N-th transaction fails by injection, 0: none [%(default)s]")
    parser.add_argument("--plant", choices=sorted(PLANTS), help="run with this bug planted")
    parser.add_argument("--planted", nargs="*", metavar="BUG", help="plant these bugs (all), one after the other; each "
                        f"must be found within --rounds: {', '.join(PLANTS)}")
    parser.add_argument("--gaps", type=int, metavar="N", help="measure N kills and N clean stops, default time-outs")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    return parser


def _say(began: float) -> Callable[[str], None]:
    return lambda text: print(f"{time.monotonic() - began:7.1f} s  {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
