"""Where sql/, schemas/, config/ and data/ are: beside the packages in a checkout, inside the wheel when installed."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def asset(name: str) -> Path:
    """Path of a top-level folder or a file below one, such as asset("sql") or asset("config/model.json").

    Raises FileNotFoundError with both places when it is in neither.
    """
    places = (PACKAGE.parent / name, PACKAGE / "assets" / name)
    for place in places:
        if place.exists():
            return place
    raise FileNotFoundError(f"{name} is neither at {places[0]} nor at {places[1]}: is the installation complete?")
