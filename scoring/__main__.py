"""python -m scoring: the sidecar without anything around it."""

from __future__ import annotations

import argparse
import sys

from scoring.sidecar import check, read_config, run


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scoring", description="Score enriched transactions, exactly once.")
    parser.add_argument("--config", help="TOML file with a table [sidecar]")
    parser.add_argument("--model", help="model file, or a directory of model files")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="any setting")
    parser.add_argument("-X", action="append", default=[], dest="kafka", metavar="KEY=VALUE", help="librdkafka setting")
    parser.add_argument("--check", action="store_true", help="tell all problems and exit")
    options = parser.parse_args(arguments)
    overrides = {"model": options.model, **dict(pair.partition("=")[::2] for pair in options.set)}
    config, problems, wrong = read_config(options.config, overrides=overrides, kafka=options.kafka)
    if options.check:
        problems += check(config, wrong)
        print(*(problems or ["all is well"]), sep="\n")
        return 1 if problems else 0
    if problems:
        print(*problems, sep="\n", file=sys.stderr)
        return 2
    return run(config)


if __name__ == "__main__":
    sys.exit(main())
