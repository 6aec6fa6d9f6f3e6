"""Which specification is trained."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fraudstream.assets import asset

if TYPE_CHECKING:
    from scoring.training import TrainingSpec


def specification(mapping: str, given: Path | None = None) -> TrainingSpec:
    """The one given, else that of the mapping (config/model-MAPPING.toml), else config/model.toml."""
    from scoring.training import load_spec

    own = asset("config") / f"model-{Path(mapping).stem}.toml"
    return load_spec(given or (own if own.exists() else asset("config/model.toml")))
