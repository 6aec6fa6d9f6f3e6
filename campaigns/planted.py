"""Is every planted bug found? Each gets a campaign of its own that ends with the first violation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from campaigns.plants import PLANTS
from campaigns.run import Options, run

ROUNDS_A_LOOK = 2


def find_all(names: Sequence[str], common: Options, rounds: int, say: Callable[[str], None]) -> dict[str, object]:
    """name → rounds until found and by what; bugs not found within `rounds` are violations.

    A bug that cannot be seen on this broker is left out.
    """
    found: dict[str, object] = {}
    missed: list[str] = []
    for name in names:
        plant = PLANTS[name]
        if plant.broker not in ("", common.broker):
            continue
        say(f"planted: {name} ({plant.about})")
        result = run(replace(common, plant=name, rounds=rounds, until_found=True, block=ROUNDS_A_LOOK,
                             only=plant.only or common.only), say)
        if result.violations:
            kinds = sorted({each.kind for each in result.violations})
            found[name] = {"rounds": result.rounds, "found by": kinds}
            say(f"found: {name}, after {result.rounds} rounds, by {', '.join(kinds)}")
        else:
            missed.append(f"not found within {result.rounds} rounds: {name}")
            say(missed[-1])
    return {"broker": common.broker, "seed": common.seed, "found": found, "violations": missed}
