"""Features for a mapping's extra columns that the specification does not name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scoring.training import FeatureSpec, TrainingSpec

HINGES = (0.1, 0.25, 0.5, 0.75, 0.9, 0.99)


def with_extra(spec: TrainingSpec, extra: Iterable[tuple[str, str]]) -> TrainingSpec:
    """The specification with a feature for each further (column, number or category)."""
    named = {feature.column for feature in spec.features}
    more = [_feature(column, kind) for column, kind in extra if column not in named]
    return replace(spec, features=(*spec.features, *more)) if more else spec


def _feature(column: str, kind: str) -> FeatureSpec:
    """A number bends at quantiles of the training rows and may be missing; a category has a term each."""
    from scoring.training import FeatureSpec

    name = column.partition(".")[2].replace("_", " ")
    if kind == "category":
        return FeatureSpec(column, f"fraud is more frequent for this {name}", transform="category")
    return FeatureSpec(column, f"{name} is unusual", transform="identity", hinges=HINGES, fill=0.0, indicator=True)
