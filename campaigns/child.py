"""A sidecar as the campaign starts it: python -m scoring, with failures injected or a bug planted.

    python -m campaigns.child [--fail-every N] [--plant NAME] -- ARGUMENTS OF python -m scoring
"""

from __future__ import annotations

import argparse
import sys

import confluent_kafka

from campaigns.faults import FailingTransactions
from campaigns.plants import PLANTS, Plant
from campaigns.plants.producing import Named


def main(arguments: list[str] | None = None) -> int:
    """The sidecar's exit code."""
    parser = argparse.ArgumentParser(prog="python -m campaigns.child", description=__doc__)
    parser.add_argument("--fail-every", type=int, default=0)
    parser.add_argument("--plant", choices=sorted(PLANTS))
    options, rest = parser.parse_known_args(arguments)
    _change_client(options.fail_every, PLANTS[options.plant] if options.plant else Plant(""))

    from scoring.__main__ import main as score
    return score(rest)


def _change_client(fail_every: int, plant: Plant) -> None:
    """Before the sidecar is imported: it takes the classes from confluent_kafka."""
    assert "scoring" not in sys.modules
    failing = type("Failing", (FailingTransactions,), {"every": fail_every})
    producer = [mixin for mixin in (Named if plant.producer else None, plant.producer, failing) if mixin]
    confluent_kafka.Producer = type(  # type: ignore[misc, assignment]
        "Producer", (*producer, confluent_kafka.Producer), {})
    if plant.consumer:
        confluent_kafka.Consumer = type(  # type: ignore[misc, assignment]
            "Consumer", (plant.consumer, confluent_kafka.Consumer), {})
    if plant.patch:
        plant.patch()
    if fail_every:
        import scoring.sidecar.transaction
        scoring.sidecar.transaction.FATAL_SECONDS = 0.0


if __name__ == "__main__":
    sys.exit(main())
